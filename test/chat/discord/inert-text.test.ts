import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../../src/chat/discord/contents.ts';
import { customId, readCustomId } from '../../../src/chat/discord/custom-id.ts';
import { inert } from '../../../src/chat/discord/inert-text.ts';
import { harmless } from '../../../src/chat/harmless.ts';
import type { Message } from '../../../src/chat/message.ts';
import { textsFor } from '../../../src/chat/texts/texts.ts';
import { actingIn, shownText } from './shown-text.ts';

const HOSTILE = [
  '@everyone',
  '@here',
  '<@1>',
  '<@!1>',
  '<@&1>',
  '<#1>',
  '</story:1>',
  '<t:0:R>',
  '<:a:1>',
  '<a:a:1>',
  '<id:guide>',
  '||x||',
  '[a](https://b)',
  '```',
  '`',
  '**',
  '__',
  '*',
  '_',
  '~~',
  '# ',
  '-# ',
  '> ',
  '>>> ',
  '- ',
  '+ ',
  '* ',
  '1. ',
  '\\',
  '\\\\',
  'https://example.org',
  '<https://b>',
  'discord.gg/abc',
  'https://discord.com/invite/x',
  'www.b.com',
  '\n',
  '\u202e',
  '\u0000',
  ' ',
  'word',
  'é',
  '🐭',
  '.',
  ':',
  '/',
  '(',
  ')',
  '3.5',
  'and/or',
];
const hostile = fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', maxLength: 4 })), {
  maxLength: 40,
});
const message = fc.array(
  fc.array(
    fc.record({ text: hostile.map((parts) => parts.join('')), style: fc.constantFrom('plain', 'bold', 'italic') }),
    {
      maxLength: 3,
    },
  ),
  { maxLength: 4 },
);

const blanks = (text: string) => text.replace(/\s+/gu, '');

describe('text on Discord', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(hostile, (parts) => {
        expect(shownText(inert(parts.join('')))).toBe(harmless(parts.join('')));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never acts, whatever it is, wherever it stands', () => {
    fc.assert(
      fc.property(hostile, (parts) => {
        expect(actingIn(inert(parts.join('')))).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('leaves ordinary prose as it is', () => {
    const prose =
      'Long ago, the mice had a general council; "Who will bell the cat?" said one. (None did.) It cost 3 pence!';
    expect(inert(prose)).toBe(prose);
  });

  it('comes in messages of at most 2,000 characters, whole and in order', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 1, max: 60 }), (paragraphs, times) => {
        const spans = paragraphs.map((spans) =>
          spans.map(({ text, style }) => ({ text: text.repeat(times), ...(style !== 'plain' && { [style]: true }) })),
        );
        const contents = contentsOf({ paragraphs: spans } as Message, textsFor('en'));
        for (const content of contents) {
          expect(content.length).toBeLessThanOrEqual(2_000);
          expect(content.trim()).not.toBe('');
        }
        const all = spans
          .flat()
          .map(({ text }) => harmless(text))
          .join('');
        if (blanks(all) !== '') expect(blanks(contents.map(shownText).join(''))).toContain(blanks(all).slice(0, 1));
      }),
      { numRuns: 500 },
    );
  });

  it('that grows changes only the last of its messages', () => {
    const told = (sentences: number): Message => ({
      paragraphs: [
        [{ text: Array.from({ length: sentences }, (_, at) => `It was the mouse ${at} that spoke.`).join(' ') }],
      ],
    });
    const before = contentsOf(told(200), textsFor('en'));
    const after = contentsOf(told(300), textsFor('en'));
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });
});

describe('the id of a button', () => {
  const story = '0123456789abcdef0123456789abcdef';
  const snowflake = fc.bigInt({ min: 10n ** 16n, max: 2n ** 63n - 1n }).map(String);

  it('says all that is needed, in 100 characters', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('continue' as const, 'retell' as const, 'undo' as const),
        fc.integer({ min: 0, max: 9_999 }),
        fc.array(snowflake, { maxLength: 6 }),
        (action, index, earlier) => {
          const id = customId(action, story, index, earlier);
          expect(id.length).toBeLessThanOrEqual(100);
          const expected = index > 0 ? earlier.slice(-3) : [];
          expect(readCustomId(id)).toEqual({ action, target: story, cut: false, index, earlier: expected });
        },
      ),
    );
  });

  it('names a corpus, or its beginning', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (corpus) => {
        const id = customId('stop', corpus);
        expect(id.length).toBeLessThanOrEqual(100);
        const read = readCustomId(id);
        expect(read?.cut ? corpus.startsWith(read.target) : read?.target === corpus).toBe(true);
      }),
    );
  });

  it('that is anything else is none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (id) => {
        expect(id.startsWith('stop') || readCustomId(id) === undefined).toBe(true);
      }),
    );
  });
});
