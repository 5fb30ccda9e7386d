import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { harmless } from '../../../src/chat/harmless.ts';
import type { Message } from '../../../src/chat/message.ts';
import { buttonValue, readButton } from '../../../src/chat/slack/button-value.ts';
import { inert, mrkdwn, writtenText } from '../../../src/chat/slack/inert-text.ts';
import { buttonsOf, payloadOf } from '../../../src/chat/slack/payload.ts';
import { prefixed } from '../../../src/chat/slack/prefixed.ts';
import { readPlace, writePlace } from '../../../src/chat/slack/report-place.ts';
import { sectionsOf } from '../../../src/chat/slack/sections.ts';
import { textsFor } from '../../../src/chat/texts/texts.ts';
import { actingIn, shownText } from './shown-text.ts';
import { objectionsTo } from './specs.ts';

const HOSTILE = [
  ...[
    '<!channel>',
    '<!here>',
    '<!everyone>',
    '<!subteam^S1>',
    '<@U1>',
    '<#C1>',
    '<!date^0^{date}|x>',
    '@channel',
    '@here',
  ],
  ...['<https://b|a>', 'https://example.org', 'mailto:a@b.example', '<', '>', '&', '&lt;', '&amp;lt;', '&gt; x', '> x'],
  ...['*', '**', '_', '__', '~', '~~', '`', '```', ':smile:', ':+1:', '::', ':', '12:30:45', '\n', '\u202e', '\u0000'],
  ...[' ', 'word', 'é', '🐭', '.', ', ', '(', ')', 'snake_case_name', '2*3*4', '\u200b'],
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', maxLength: 4 })), { maxLength: 40 })
  .map((parts) => parts.join(''));
const span = fc.record({ text: hostile, style: fc.constantFrom('plain', 'bold', 'italic', 'code') });
const paragraphs = fc.array(fc.array(span, { maxLength: 3 }), { maxLength: 4 });

const messageOf = (drawn: readonly (readonly { text: string; style: string }[])[], times = 1): Message => ({
  paragraphs: drawn.map((spans) =>
    spans.map(({ text, style }) => ({ text: text.repeat(times), ...(style !== 'plain' && { [style]: true }) })),
  ),
});
const printed = (text: string) => harmless(text).replaceAll('\u200b', '');
const blanks = (text: string) => text.replace(/\s+/gu, '');

describe('text on Slack', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(shownText(inert(text))).toBe(printed(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never acts, whatever it is, wherever it stands', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(actingIn(inert(text))).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(paragraphs, (drawn) => {
        const sections = sectionsOf(messageOf(drawn), textsFor('en')).flat();
        expect(sections.flatMap((text) => text.match(/[<>]|&(?!(?:amp|lt|gt);)|:\/\//g) ?? [])).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves ordinary prose as it is', () => {
    const prose =
      'Long ago, the mice had a general council; "Who will bell the cat?" said one. (None did.) It cost 3 pence!';
    expect(inert(prose)).toBe(prose);
    expect(mrkdwn({ text: ' had a general ', bold: true })).toBe(' *had a general* ');
  });

  it('comes in payloads that Slack takes, whole and in order', () => {
    fc.assert(
      fc.property(paragraphs, fc.integer({ min: 1, max: 80 }), (drawn, times) => {
        const message = messageOf(drawn, times);
        const parts = sectionsOf(message, textsFor('en'));
        const story = '0123456789abcdef0123456789abcdef';
        const actions = [{ name: 'continue', label: 'Continue', target: story }] as const;
        for (const [at, sections] of parts.entries()) {
          const payload = payloadOf(sections, buttonsOf({ ...message, actions }, at, ['1764000000.000001']));
          expect(
            objectionsTo('SlackMessagePayload', { channel: 'C1', text: payload.text, blocks: payload.blocks }),
          ).toEqual([]);
        }
        const all = blanks(
          message.paragraphs
            .flat()
            .map(({ text }) => printed(text))
            .join(''),
        );
        if (all !== '') expect(blanks(parts.flat().map(shownText).join('')).length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('that is one long sentence in code, of letters that nobody sees, fits all the same', () => {
    for (const text of ['\u200b𐀀<https://b|a>, '.repeat(77), '\u200b'.repeat(3_100), '&`://'.repeat(700)]) {
      const sections = sectionsOf({ paragraphs: [[{ text: `a${text}`, code: true }]] }, textsFor('en')).flat();
      for (const section of sections) expect(section.length).toBeLessThanOrEqual(3_000);
    }
  });

  it('that is long is not cut, but told in several messages', () => {
    const sentences = Array.from({ length: 900 }, (_, at) => `It was the mouse ${at} that spoke & was <heard>.`).join(
      ' ',
    );
    const parts = sectionsOf({ paragraphs: [[{ text: sentences }]] }, textsFor('en'));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flat().map(shownText).join(' ')).toBe(sentences);
    const longer = sectionsOf({ paragraphs: [[{ text: `${sentences} And on it went.` }]] }, textsFor('en'));
    expect(longer.slice(0, parts.length - 1)).toEqual(parts.slice(0, -1));
  });

  it('that somebody wrote is read as they see it', () => {
    expect(writtenText('a &lt;b&gt; &amp;amp; <https://x.example|x> <#C1|tales> <@U1> <!here>')).toBe(
      'a <b> &amp; x #tales   @here',
    );
    expect(writtenText('<https://x.example>')).toBe('https://x.example');
  });
});

describe('the value of a button', () => {
  const story = '0123456789abcdef0123456789abcdef';
  const time = fc.tuple(fc.nat(), fc.nat(999_999)).map(([seconds, part]) => `${seconds}.${part}`);

  it('says all that is needed, in 2,000 characters', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('continue' as const, 'retell' as const, 'undo' as const),
        fc.integer({ min: 0, max: 9_999 }),
        fc.array(time, { maxLength: 6 }),
        (action, index, earlier) => {
          const value = buttonValue(action, story, index, earlier);
          expect(value.length).toBeLessThanOrEqual(2_000);
          const expected = index > 0 ? earlier.slice(-3) : [];
          expect(readButton(action, value)).toEqual({ action, target: story, index, earlier: expected });
        },
      ),
    );
  });

  it('names a corpus, however long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (corpus) => {
        expect(readButton('stop', buttonValue('stop', corpus))?.target).toBe(corpus);
      }),
    );
  });

  it('that is anything else is none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (action, value) => {
        expect(readButton(action === 'stop' ? 'x' : action, value)).toBeUndefined();
      }),
    );
    expect(readButton('continue', 'xyz')).toBeUndefined();
  });
});

describe('a place of Slack', () => {
  it('is found again from what is kept of it', () => {
    const place = { team: 'T1', channel: 'C1', thread: '1764000000.000100' } as const;
    expect(readPlace({ surface: 'slack', channel: writePlace(place) })).toEqual(place);
    expect(writePlace({ team: 'T1', channel: 'C1' })).toBe('T1/C1');
    for (const channel of ['nowhere', 'T1', 'T1/C1/x', '../..', 'T1/C1/1.2/3']) {
      expect(readPlace({ surface: 'slack', channel })).toBeUndefined();
    }
  });
});

describe('a prefix of the commands', () => {
  it('is named wherever we name a command, and nowhere in told text', () => {
    const help: Message = {
      paragraphs: [[{ text: '/story', code: true }, { text: ' or /help; not and/story/x or /stories' }]],
    };
    expect(prefixed(help, 'fab-').paragraphs).toEqual([
      [{ text: '/fab-story', code: true }, { text: ' or /fab-help; not and/story/x or /stories' }],
    ]);
    const told: Message = { ...help, actions: [{ name: 'continue', label: 'Continue', target: 'x' }] };
    expect(prefixed(told, 'fab-')).toBe(told);
    expect(prefixed(help, '')).toBe(help);
  });
});
