import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/language/model.ts';
import { RunIndex } from '../../../src/language/text/run-index.ts';
import { Vocabulary } from '../../../src/language/text/vocabulary.ts';
import { atOnce, STRIDE } from '../../../src/language/turns.ts';
import { BackOff } from '../../../src/language/window/back-off.ts';
import { tinyModel } from '../tiny.ts';

const SYMBOLS = 5;
/** In no text: as `<unk>` of a model whose last words were held out. */
const NOWHERE = 4;

function modelOf(stories: readonly (readonly number[])[], window: number): Model {
  const model = tinyModel({ window }, Array.from({ length: SYMBOLS }, (_, id) => `w${id}`).join(' '));
  return { ...model, text: { stories: stories.map((story) => Int32Array.from(story)) } };
}

function backOffOf(stories: readonly (readonly number[])[], window: number): BackOff {
  return atOnce(BackOff.building(modelOf(stories, window))) as BackOff;
}

/** How often each symbol follows some symbols within a story: with none before them, how often it stands there. */
function followers(stories: readonly (readonly number[])[], before: readonly number[]): number[] {
  const counts = Array<number>(SYMBOLS).fill(0);
  for (const story of stories) {
    for (const [at, id] of story.entries()) {
      const stands = story.slice(Math.max(0, at - before.length), at).join() === before.join();
      if (stands) counts[id] = (counts[id] as number) + 1;
    }
  }
  return counts;
}

/** The counts after ever shorter endings of a context, the whole of it first, where there are any. */
function levels(stories: readonly (readonly number[])[], context: readonly number[]): number[][] {
  return [...context.keys(), context.length]
    .map((from) => followers(stories, context.slice(from)))
    .filter((counts) => counts.some((count) => count > 0));
}

const id = fc.integer({ min: 0, max: NOWHERE - 1 });
const stories = fc
  .array(fc.array(id, { maxLength: 12 }), { minLength: 1, maxLength: 4 })
  .filter((all) => all.some((story) => story.length > 0));
const case_ = fc.integer({ min: 1, max: 4 }).chain((window) =>
  fc.record({
    window: fc.constant(window),
    stories,
    context: fc.array(fc.integer({ min: 0, max: NOWHERE }), { minLength: 1, maxLength: window }),
  }),
);

describe('back-off', () => {
  it('is the relative counts after the longest ending that the text goes on from, by brute force', () => {
    fc.assert(
      fc.property(case_, ({ window, stories, context }) => {
        const told = backOffOf(stories, window).predict(context);
        const learned = context.length === window && followers(stories, context).some((count) => count > 0);
        expect(told === null).toBe(learned);
        if (!told) return;
        const [counts] = levels(stories, context) as [number[]];
        const total = counts.reduce((sum, count) => sum + count, 0);
        for (const [k, count] of counts.entries()) expect(Math.exp(told[k] as number)).toBeCloseTo(count / total, 6);
        expect([...told].some(Number.isNaN)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has behind them what the next shorter ending goes on with, down to the frequencies', () => {
    fc.assert(
      fc.property(case_, ({ window, stories, context }) => {
        const told = backOffOf(stories, window).predict(context);
        if (!told) return;
        const left = new Set(told.keys());
        for (const counts of levels(stories, context)) {
          // What is left of the longer endings is ruled out now, as a guide would do it.
          const next = [...left].filter((k) => (counts[k] as number) > 0);
          if (next.length === 0) continue;
          const highest = Math.max(...[...left].map((k) => told[k] as number));
          const weights = next.map((k) => Math.exp((told[k] as number) - highest));
          const most = Math.max(...next.map((k) => counts[k] as number));
          for (const [at, k] of next.entries()) expect(weights[at]).toBeCloseTo((counts[k] as number) / most, 3);
          for (const k of next) left.delete(k);
          // At temperature 2 no more than what drawing takes for nothing.
          for (const k of left) expect(told[k]).toBeLessThan(highest - 60);
        }
        // What stands nowhere is told nowhere.
        for (const k of left) expect(told[k]).toBe(Number.NEGATIVE_INFINITY);
      }),
      { numRuns: 500 },
    );
  });

  it('does not look across the end of a story: a hand-worked example', () => {
    const told = (context: number[]) =>
      [...(backOffOf([[0, 1, 2], [1, 3, 0, 1, 3], [2]], 2).predict(context) ?? [])].map((p) => Math.exp(p));
    const nearly = (...expected: number[]) => expected.map((p) => expect.closeTo(p, 6));
    // Nothing follows "1 2", nor 2, in any story: of nine symbols 1 stands there three times.
    expect(told([1, 2])).toEqual(nearly(2 / 9, 3 / 9, 2 / 9, 2 / 9, 0));
    // "2 1" stands nowhere; 1 is followed by 2 once and by 3 twice.
    expect(told([2, 1])).toEqual(nearly(0, 0, 1 / 3, 2 / 3, 0));
    // "0 1" was learned as a window; of a window that is not full nothing was.
    expect(told([0, 1])).toEqual([]);
    expect(told([1])).toEqual(nearly(0, 0, 1 / 3, 2 / 3, 0));
    expect(told([NOWHERE])).toEqual(told([1, 2]));
  });

  it('is for window models that have their text, and takes the index that there is', () => {
    const model = modelOf([[0, 1, 2]], 2);
    const building = (of: Model) => atOnce(BackOff.building(of));
    expect(building(model)).not.toBeNull();
    expect(building({ ...model, text: { stories: [] } })).toBeNull();
    expect(building({ ...model, recipe: { ...model.recipe, model: 'sequence' } })).toBeNull();
    const index = atOnce(RunIndex.building(model.text.stories, SYMBOLS));
    expect(BackOff.building(model, index).next().done).toBe(true);
    expect(BackOff.building(model).next().done).toBe(false);
  });

  it('lets others have their turn while the text is long', () => {
    const long = Array.from({ length: 100_000 }, (_, at) => (at * at) % NOWHERE);
    expect([...BackOff.building(modelOf([long], 3))].length).toBeGreaterThanOrEqual(20);
  });

  it('and while the vocabulary is', () => {
    const model = modelOf([[0, 1, 2]], 2);
    const vocabulary = new Vocabulary(Array.from({ length: 10 * STRIDE }, (_, of) => `w${of}`));
    const index = atOnce(RunIndex.building(model.text.stories, vocabulary.size));
    expect([...BackOff.building({ ...model, vocabulary }, index)]).toHaveLength(10);
  });
});
