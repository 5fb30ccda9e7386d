import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { versionHistoryAlt, versionHistorySvg } from '../../../src/chat/pictures/version-history.ts';
import { textsIn, version } from './curves.ts';

const LIGHT = { theme: 'light', locale: 'en' } as const;
/** Newest first, as the library lists them. */
const FIVE = [
  version(24, 0.3, 105),
  version(23, 0.26, 139, 'it guesses worse'),
  version(22, 0.28, 120),
  version(21, 0.24, 150),
  version(20, 0.2, 180),
];

describe('the history of versions', () => {
  it('has a day for each, oldest first, and says which one tells', () => {
    const svg = versionHistorySvg(FIVE, { ...LIGHT, width: 640, telling: FIVE[2]?.id ?? null, title: 'Alice <3' });
    expect(XMLValidator.validate(svg)).toBe(true);
    const texts = textsIn(svg);
    expect(texts.filter((text) => / Nov$/.test(text))).toEqual([20, 21, 22, 23, 24].map((day) => `${day} Nov`));
    expect(texts).toEqual(expect.arrayContaining(['tells now', 'Alice &lt;3', 'Words to choose among, not read']));
    expect(textsIn(versionHistorySvg(FIVE, LIGHT))).not.toContain('tells now');
  });

  it('is German where asked for', () => {
    const texts = textsIn(versionHistorySvg(FIVE, { theme: 'dark', locale: 'de', telling: FIVE[0]?.id ?? null }));
    expect(texts).toEqual(expect.arrayContaining(['erzählt jetzt', 'Wörter zur Wahl bei Ungelesenem', '20. Nov.']));
  });

  it('adds the time where several are of one day', () => {
    const [one, other] = [
      version(20, 0.2, 180),
      { ...version(20, 0.3, 170), id: '20261120-0400-0', createdAt: '2026-11-20T04:00:00.000Z' },
    ];
    expect(textsIn(versionHistorySvg([one, other], LIGHT))).toEqual(expect.arrayContaining(['03:00', '04:00']));
  });

  it('compares like with like: by unread text only those that were measured on it', () => {
    const mixed = [version(24, 0.3, 105), version(23, 0.9, null), version(22, 0.2, 110)];
    const texts = textsIn(versionHistorySvg(mixed, { ...LIGHT, width: 640 }));
    expect(texts).not.toContain('23 Nov');
    expect(versionHistoryAlt(mixed, 'en')).toMatch(/^2 models/);
    const read = [version(24, 0.9, null), version(23, 0.3, 105)];
    expect(textsIn(versionHistorySvg(read, LIGHT))).toContain('Words to choose among (perplexity)');
    expect(versionHistoryAlt(read, 'en')).toMatch(/^2 models.* that they had read.*guesses 30 right, the newest 90/);
  });

  it.each([[[]], [FIVE.slice(0, 1)], [FIVE.slice(0, 2)]])('can be drawn of few: %#', (versions) => {
    const svg = versionHistorySvg(versions, LIGHT);
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
  });
});

describe('the words for a history', () => {
  it('say first and last, which one tells, and what was kept out', () => {
    expect(versionHistoryAlt(FIVE, 'en', FIVE[2]?.id)).toBe(
      '5 models, from 20 November 2026, 03:00 UTC to 24 November 2026, 03:00 UTC. Measured on text that they had not read: ' +
        'the oldest chose each next word as if among 180 equally good ones, the newest among 105 (perplexity). ' +
        'Of 100 words the oldest guesses 10 right, the newest 15. The one of 22 November 2026, 03:00 UTC tells. ' +
        '1 model was worse than the one before and kept out.',
    );
    expect(versionHistoryAlt(FIVE, 'de', FIVE[0]?.id)).toMatch(
      /unter 180 gleich guten, das neueste wie unter 105.*Das neueste erzählt\./,
    );
  });

  it('are about one, or none', () => {
    expect(versionHistoryAlt(FIVE.slice(0, 1), 'en', FIVE[0]?.id)).toMatch(/^The only model is of 24 November 2026/);
    expect(versionHistoryAlt([], 'en')).toBe('There is no model yet.');
  });
});
