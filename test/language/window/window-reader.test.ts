import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Engine, ops } from '../../../src/engine/engine.ts';
import type { Model } from '../../../src/language/model.ts';
import type { BackOff } from '../../../src/language/window/back-off.ts';
import { forward, logitsOf } from '../../../src/language/window/network.ts';
import { placeTree } from '../../../src/language/window/placed-tree.ts';
import { prefixTree } from '../../../src/language/window/prefix-tree.ts';
import { WindowReader } from '../../../src/language/window/window-reader.ts';
import { onEveryEngine } from '../../engines.ts';
import { othersTurns, slowly } from '../../others-turns.ts';
import { tinyModel, weightsOf } from '../tiny.ts';

/** The probabilities of what follows a window, read as in training. */
function truth(engine: Engine, model: Model, window: readonly number[]): number[] {
  const read = { window: window.length, count: 1, contexts: Int32Array.from(window), targets: new Int32Array(1) };
  const weights = weightsOf(engine, model);
  let logits: number[] = [];
  ops.tidy(() => {
    logits = [
      ...logitsOf(engine, weights, forward(engine, model.recipe, weights, placeTree(prefixTree(read))).top).dataSync(),
    ];
  });
  ops.dispose(Object.values(weights));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / total);
}

/** A reader of the model, and how many rows the engine has multiplied by recurrent weights for it. */
function counted(engine: Engine, model: Model, bytes?: number) {
  let rows = 0;
  const rowTable: Engine['rowTable'] = (...sizes) => {
    const table = engine.rowTable(...sizes);
    return {
      find: (places) => table.find(places),
      put: (given, places) => {
        for (const one of given) if ('left' in one) rows += one.left.shape[0] as number;
        table.put(given, places);
      },
      dispose: () => table.dispose(),
    };
  };
  const reader = new WindowReader({ ...engine, rowTable }, model, weightsOf(engine, model), null, bytes);
  return { reader, rows: () => rows };
}

onEveryEngine('a window reader', (open) => {
  it('says what reading each window anew would say, whoever comes, goes and is asked, however little is remembered', async () => {
    const engine = await open();
    const model = tinyModel({ layers: 2, window: 3 });
    const symbols = model.vocabulary.size;
    const step = fc.record({
      leave: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      come: fc.integer({ min: 0, max: 2 }),
      ask: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      ids: fc.array(fc.integer({ min: 0, max: symbols - 1 }), { minLength: 4, maxLength: 4 }),
    });
    const bytes = fc.constantFrom(1, 500, undefined);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), bytes, async (steps, remembered) => {
        const { reader } = counted(engine, model, remembered);
        let stories: number[][] = [];
        for (const { leave, come, ask, ids } of steps) {
          const staying = [...stories.keys()].filter((row) => !leave[row]);
          const from = [...staying.reverse(), ...Array<number>(come).fill(-1)].slice(0, 4);
          reader.arrange(from);
          stories = from.map((row, k) => [...(stories[row] ?? []), ids[k] as number]);
          reader.read(Int32Array.from(ids.slice(0, from.length)));
          const asked = from.flatMap((_, row) => (ask[row] ? [row] : []));
          const logits = await reader.logits(asked);
          for (const [k, row] of asked.entries()) {
            const expected = truth(engine, model, (stories[row] as number[]).slice(-3));
            const told = [...logits.subarray(k * symbols, (k + 1) * symbols)].map(Math.exp);
            for (const [id, p] of expected.entries()) expect(told[id]).toBeCloseTo(p, 4);
          }
        }
        reader.dispose();
      }),
      { numRuns: 25 },
    );
  });

  it('works nothing out twice, and for each symbol of a story one step of each of its windows', async () => {
    const { reader, rows } = counted(await open(), tinyModel({ window: 3 }));
    const tell = async (story: readonly number[]) => {
      const before = rows();
      reader.arrange([-1]);
      for (const id of story) {
        reader.read(Int32Array.of(id));
        await reader.logits([0]);
      }
      return rows() - before;
    };
    const story = [0, 1, 2, 3, 4, 5, 6, 0];
    // Of a story's first symbol nothing is carried; then a window goes on, one is begun, and one may wait for its second symbol.
    expect(await tell(story)).toBeLessThanOrEqual(3 * story.length);
    expect(await tell(story)).toBe(0);
    expect(await tell([0, 1, 2, 3])).toBe(0);
    // One window is new, and nothing of its beginnings.
    expect(await tell([0, 1, 2, 0])).toBeLessThanOrEqual(2);
    reader.dispose();
  });

  it('reads once what several windows begin with', async () => {
    const { reader, rows } = counted(await open(), tinyModel({ window: 3 }));
    reader.arrange([-1, -1, -1]);
    for (const ids of [
      [0, 0, 0],
      [1, 1, 1],
      [2, 3, 4],
    ])
      reader.read(Int32Array.from(ids));
    await reader.logits([0, 1, 2]);
    // The two symbols that all begin with, and the three that windows begin with next.
    expect(rows()).toBe(2 + 3);
    reader.dispose();
  });

  it('gives out what a caller may change', async () => {
    const { reader } = counted(await open(), tinyModel());
    const first = () => {
      reader.arrange([-1]);
      reader.read(Int32Array.of(2));
      return reader.logits([0]);
    };
    const expected = [...(await first())];
    (await first()).fill(0);
    expect([...(await first())]).toEqual(expected);
    reader.dispose();
  });

  it('lets others have their turn while it counts what the text has', async () => {
    const engine = await open();
    const model = tinyModel();
    const told = new Float32Array(model.vocabulary.size);
    const backOff = { predict: () => slowly(told) } as unknown as BackOff;
    const reader = new WindowReader(engine, model, weightsOf(engine, model), backOff);
    reader.arrange(Array<number>(9).fill(-1));
    reader.read(Int32Array.from({ length: 9 }, (_, row) => row));
    expect(await othersTurns(() => reader.logits([0, 1, 2, 3, 4, 5, 6, 7, 8]))).toBeGreaterThanOrEqual(4);
    reader.dispose();
  });
});
