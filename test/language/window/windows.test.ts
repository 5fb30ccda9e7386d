import { describe, expect, it, vi } from 'vitest';
import { splitText, splitTextInTurns } from '../../../src/language/split-text.ts';
import { tokenizeForms } from '../../../src/language/text/tokenizer.ts';
import { UNKNOWN } from '../../../src/language/text/vocabulary.ts';
import { bestPossible, pickWindows, windowsOf } from '../../../src/language/window/windows.ts';

const stories = (...ids: number[][]) => ({ stories: ids.map((story) => Int32Array.from(story)) });

describe('windowsOf', () => {
  it('pairs every window with the symbol after it, within one story', () => {
    const windows = windowsOf(stories([1, 2, 3, 4], [5, 6, 7], [8]), 2);
    expect([...windows.contexts]).toEqual([1, 2, 2, 3, 5, 6]);
    expect([...windows.targets]).toEqual([3, 4, 7]);
    expect([...pickWindows(windows, [2, 0]).contexts]).toEqual([5, 6, 1, 2]);
  });
});

describe('bestPossible', () => {
  it('is limited by windows that go on in more than one way: worked by hand', () => {
    // 1 is followed by 2, 2, 3: two of three right, loss -(2 ln(2/3) + ln(1/3)) / 4; 2 is followed by 1 alone.
    const best = bestPossible({
      window: 1,
      count: 4,
      contexts: Int32Array.of(1, 1, 1, 2),
      targets: Int32Array.of(2, 2, 3, 1),
    });
    expect(best.accuracy).toBe(3 / 4);
    expect(best.loss).toBeCloseTo(-(2 * Math.log(2 / 3) + Math.log(1 / 3)) / 4, 12);
  });
});

describe('splitText', () => {
  it('holds the end out, knows only the words before it, and counts only known ones', () => {
    const split = splitText(['a b c a b c a b', 'a b d c a'].map(tokenizeForms), 0.4, 2);
    // 13 symbols, floor(13 x 0.6) = 7 to train on; held out: b, a b d c a.
    expect(split.words).toBe(13);
    expect(split.stories.map((story) => split.vocabulary.decode(story))).toEqual([['a', 'b', 'c', 'a', 'b', 'c', 'a']]);
    expect(split.vocabulary.symbols).toEqual(['a', 'b', 'c', UNKNOWN]);
    const held = split.heldOut;
    // Targets a b d c a (the first held-out symbol is context only); d is unknown, and is read as context all the same.
    expect(split.vocabulary.decode(held?.windows.targets ?? [])).toEqual(['a', 'b', UNKNOWN, 'c', 'a']);
    expect(split.vocabulary.decode(held?.windows.contexts ?? [])).toEqual([
      'a',
      'b',
      'b',
      'a',
      'a',
      'b',
      'b',
      UNKNOWN,
      UNKNOWN,
      'c',
    ]);
    expect(held?.unknownShare).toBeCloseTo(1 / 5, 12);
  });

  it('divides a long text in turns just as at once, and others get theirs', async () => {
    const word = (k: number) => `${k % 7 === 0 ? 'W' : 'w'}${(k * k) % 40_009}${k % 15 === 14 ? '.' : ''}`;
    const forms = [60_000, 5, 60_000].map((length, story) =>
      tokenizeForms(Array.from({ length }, (_, k) => word(k + story)).join(' ')),
    );
    let turns = 0;
    let dividing = true;
    const turn = () => {
      turns++;
      if (dividing) setImmediate(turn);
    };
    setImmediate(turn);
    // Every look at the clock is a long time after the one before.
    let clock = 0;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 50));
    const split = await splitTextInTurns(forms, 0.1, 3).finally(() => now.mockRestore());
    dividing = false;
    // Each symbol is counted, looked at for its form, numbered and put into windows, 4,096 at a time at most.
    const symbols = forms.reduce((sum, story) => sum + story.length, 0);
    expect(turns).toBeGreaterThan((4 * 0.9 * symbols) / 4_096);
    expect(split).toEqual(splitText(forms, 0.1, 3));
  });

  it('holds nothing out when told so', () => {
    const split = splitText(['a b c'].map(tokenizeForms), 0, 2);
    expect(split.heldOut).toBeNull();
    expect(split.vocabulary.symbols).toEqual(['a', 'b', 'c']);
  });
});
