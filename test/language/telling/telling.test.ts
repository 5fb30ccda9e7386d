import { describe, expect, it } from 'vitest';
import type { Ending, Guide } from '../../../src/language/telling/guide.ts';
import { Telling, type TellOptions } from '../../../src/language/telling/telling.ts';

/** Tells by a table: what follows the last symbol, by probability. Reads as a reader would, and notes it. */
function tell(options: Partial<TellOptions>, table: (last: number) => readonly number[], context = [0], memory = 9) {
  const telling = new Telling(Int32Array.from(context), { words: 8, temperature: 0, seed: 1, ...options }, memory, 3);
  const read: number[] = [];
  while (!telling.done) {
    read.push(telling.next());
    if (telling.chooses) telling.choose(Float32Array.from(table(read.at(-1) as number), Math.log));
  }
  return { ...telling.told(), read };
}

const round = (last: number) => [0, 1, 2, 3].map((id) => (id === (last + 1) % 3 ? 0.91 : 0.03));

describe('a telling', () => {
  it('reads its context, then what it chose, and names what was likely', () => {
    const { ids, candidates, read } = tell({ words: 4 }, round, [2, 2, 1, 0], 3);
    expect([...ids]).toEqual([1, 2, 0, 1]);
    expect(read).toEqual([2, 1, 0, 1, 2, 0]);
    expect(candidates.map((place) => place.map(({ id }) => id))).toEqual([
      [1, 0, 2],
      [2, 0, 1],
      [0, 1, 2],
      [1, 0, 2],
    ]);
    expect(candidates[0]?.map(({ probability }) => probability)).toEqual(
      [0.91, 0.03, 0.03].map((p) => expect.closeTo(p, 5)),
    );
  });

  it('never tells the unknown symbol, however likely it is', () => {
    const { ids, candidates } = tell({ temperature: 2, words: 64 }, () => [0.01, 0.01, 0.01, 0.97]);
    expect([...ids]).not.toContain(3);
    expect(candidates.flat().map(({ id }) => id)).not.toContain(3);
  });

  it('shows its guides the story, without what is silent, and how far it may go', () => {
    const seen: [number[], number][] = [];
    const guide: Guide = { steer: (_, history, left) => void seen.push([[...history], left]) };
    tell({ words: 2, silent: 2, guides: [guide] }, round, [2, 1, 2, 0]);
    expect(seen).toEqual([
      [[2, 0], 2],
      [[2, 0, 1], 1],
    ]);
  });

  it('heeds its guides one after the other, but none that leaves nothing to tell', () => {
    const without = (...ids: number[]): Guide => ({
      steer: (logits) => {
        for (const id of ids) logits[id] = Number.NEGATIVE_INFINITY;
      },
    });
    const first = (...guides: Guide[]) => tell({ words: 1, guides }, () => [0.5, 0.3, 0.2, 0]).ids[0];
    expect(first(without(0))).toBe(1);
    expect(first(without(0), without(1))).toBe(2);
    expect(first(without(0), without(1, 2))).toBe(1);
    expect(first(without(0, 1, 2))).toBe(0);
  });
});

describe('where guides rule out what is likely', () => {
  const without = (...ids: number[]): Guide => ({
    steer: (logits) => {
      for (const id of ids) logits[id] = Number.NEGATIVE_INFINITY;
    },
  });
  /** What is told first of .96, .03 and .01, and how often a shorter context was asked, which has but the last two, .2 and .8. */
  const first = (guides: Guide[], shorter: readonly number[] | null = [0, 0.2, 0.8, 0]) => {
    const telling = new Telling(Int32Array.of(0), { words: 1, temperature: 0, seed: 1, guides }, 9, 3);
    let asked = 0;
    telling.next();
    telling.choose(Float32Array.from([0.96, 0.03, 0.01, 0], Math.log), () => {
      asked++;
      return shorter && Float32Array.from(shorter, Math.log);
    });
    const { ids, candidates } = telling.told();
    return { id: ids[0], asked, shown: candidates[0]?.map(({ id }) => id) };
  };

  it('a shorter context says what comes instead, by the same guides', () => {
    const shown = [0, 1, 2];
    expect(first([without(0)])).toEqual({ id: 2, asked: 1, shown });
    expect(first([without(0, 2)])).toEqual({ id: 1, asked: 1, shown });
    expect(first([without(0)], null)).toEqual({ id: 1, asked: 1, shown });
  });

  it('and is not asked where something likely is left, or nobody has ruled anything out', () => {
    expect(first([without(2)])).toMatchObject({ id: 0, asked: 0 });
    expect(first([])).toMatchObject({ id: 0, asked: 0 });
    // One that would leave nothing is not heeded.
    expect(first([without(0, 1, 2)])).toMatchObject({ id: 0, asked: 0 });
  });
});

describe('an ending', () => {
  /** Symbol 2 ends a sentence, symbol 1 closes a quotation. */
  const ending: Ending = {
    reach: 2,
    steer: () => undefined,
    endsAt: (history) => history.at(-1) === 2,
    closes: (id) => id === 1,
  };
  const byLast = (table: Record<number, readonly number[]>) => (last: number) => table[last] ?? [];

  it('is at the first sentence end within reach, and not before', () => {
    const sentences = byLast({ 0: [0, 1, 0, 0], 1: [0, 0, 1, 0], 2: [1, 0, 0, 0] });
    const told = (words: number) => [...tell({ words, ending }, sentences).ids].join('');
    expect(told(8)).toBe('12012012');
    expect(told(9)).toBe('12012012');
    expect(told(10)).toBe('12012012');
    expect(told(11)).toBe('12012012012');
  });

  it('takes a closing mark along that is likelier than not, where there is room', () => {
    const told = (closing: number, words: number) =>
      [...tell({ words, ending }, byLast({ 0: [0, 0, 1, 0], 2: [1 - closing, closing, 0, 0] })).ids].join('');
    expect(told(0.6, 3)).toBe('21');
    expect(told(0.4, 3)).toBe('2');
    expect(told(0.6, 1)).toBe('2');
  });

  it('is heeded as a guide, after the others', () => {
    const likelier: Ending = { ...ending, steer: (logits) => void logits.fill(0, 2, 3) };
    const { ids, candidates } = tell({ words: 8, ending: likelier }, () => [0.6, 0.4, 1e-6, 0]);
    expect([...ids].join('')).toBe('222222');
    expect(candidates[0]?.[0]?.id).toBe(0);
  });
});
