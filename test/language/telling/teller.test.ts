import { expect, it } from 'vitest';
import { type Engine, ops } from '../../../src/engine/engine.ts';
import type { Model } from '../../../src/language/model.ts';
import type { Guide } from '../../../src/language/telling/guide.ts';
import { mostLikely } from '../../../src/language/telling/sampler.ts';
import { Teller } from '../../../src/language/telling/teller.ts';
import type { Told } from '../../../src/language/telling/telling.ts';
import { PAUSED, trainModel } from '../../../src/language/train-model.ts';
import { forward, logitsOf } from '../../../src/language/window/network.ts';
import { placeTree } from '../../../src/language/window/placed-tree.ts';
import { prefixTree } from '../../../src/language/window/prefix-tree.ts';
import { windowsOf } from '../../../src/language/window/windows.ts';
import { onEachEngine } from '../../engines.ts';
import { othersTurns, slowly } from '../../others-turns.ts';
import { tinyModel, tinySequence, weightsOf, withoutText } from '../tiny.ts';

/** The article's way: read the last `window` symbols from no state for every single prediction. */
function tellSlowly(engine: Engine, model: Model, context: number[], words: number): number[] {
  const symbols = [...context];
  for (let k = 0; k < words; k++) {
    const recent = symbols.slice(-model.recipe.window);
    const windows = { window: recent.length, count: 1, contexts: Int32Array.from(recent), targets: new Int32Array(1) };
    const logits = ops.tidy(() =>
      logitsOf(
        engine,
        weightsOf(engine, model),
        forward(engine, model.recipe, weightsOf(engine, model), placeTree(prefixTree(windows))).top,
      )
        .dataSync()
        .slice(),
    );
    symbols.push(mostLikely(logits as Float32Array));
  }
  return symbols.slice(context.length);
}

onEachEngine('telling', (open) => {
  it.each([
    { layers: 1, window: 3, opening: [3, 1, 2] },
    { layers: 2, window: 3, opening: [3, 1, 2, 0, 4] },
    { layers: 1, window: 1, opening: [5] },
    { layers: 1, window: 4, opening: [6] },
    { name: 'article', layers: 2, window: 2, opening: [1, 6] },
  ] as const)('equals reading the whole window anew for every symbol: %o', async ({ opening, ...options }) => {
    const engine = await open();
    const model = withoutText(tinyModel({ ...options, units: 12 }));
    const teller = await Teller.open(engine, model);
    const { ids } = await teller.tell(Int32Array.from(opening), { words: 20, temperature: 0, seed: 1 });
    teller.dispose();
    expect([...ids]).toEqual(tellSlowly(engine, model, [...opening], 20));
  });

  it('draws the same story for the same seed, and others for others', async () => {
    const teller = await Teller.open(await open(), tinyModel());
    const tell = async (seed: number) => [
      ...(await teller.tell(Int32Array.of(0, 1), { words: 32, temperature: 1, seed })).ids,
    ];
    expect(await tell(1)).toEqual(await tell(1));
    expect(await tell(2)).not.toEqual(await tell(1));
    teller.dispose();
  });

  it.each([
    { layers: 1, window: 3 },
    { layers: 2, window: 2 },
    { name: 'article', layers: 2, window: 4 },
    { layers: 1, window: 3, text: true },
  ] as const)('tells the same words side by side as one by one, whoever joins and leaves: %o', async (options) => {
    const engine = await open();
    const { text = false, ...recipe } = { text: false, ...options };
    const whole = tinyModel({ ...recipe, units: 12 });
    const model = text ? whole : withoutText(whole);
    const asked = Array.from({ length: 90 }, (_, k) => ({
      context: Int32Array.from({ length: 1 + (k % 5) }, (_, at) => (k * 3 + at) % 9),
      options: { words: 1 + ((k * 7) % 23), temperature: k % 4 === 0 ? 0 : 0.9, seed: k },
    }));
    const alone: Told[] = [];
    for (const { context, options } of asked) {
      const teller = await Teller.open(engine, model);
      alone.push(await teller.tell(context, options));
      teller.dispose();
    }
    const teller = await Teller.open(engine, model);
    const later = (k: number) => new Promise((resolve) => setTimeout(resolve, k % 7));
    const together = await Promise.all(
      asked.map(async ({ context, options }, k) => {
        if (k >= 40) await later(k);
        return teller.tell(context, options);
      }),
    );
    teller.dispose();
    expect(together.map(({ ids }) => [...ids])).toEqual(alone.map(({ ids }) => [...ids]));
    for (const [k, { candidates }] of together.entries()) {
      for (const [at, place] of candidates.entries()) {
        const expected = alone[k]?.candidates[at] ?? [];
        expect(place.length).toBe(3);
        for (const [n, { id, probability }] of place.entries()) {
          expect(probability).toBeCloseTo(expected[n]?.probability ?? -1, 5);
          if (probability > (place[n + 1]?.probability ?? 0) + 1e-4) expect(id).toBe(expected[n]?.id);
        }
      }
    }
  });

  it.each([
    { name: 'default', layers: 2, window: 3 },
    { name: 'article', layers: 1, window: 2 },
  ] as const)('asks its network alone after every window that it learned from: %o', async (options) => {
    const engine = await open();
    const model = tinyModel(options);
    const { contexts, count, window } = windowsOf(model.text, model.recipe.window);
    const after = async (of: Model) => {
      const teller = await Teller.open(engine, of);
      const told: Told[] = [];
      for (let row = 0; row < count; row++) {
        const context = contexts.slice(row * window, (row + 1) * window);
        for (const temperature of [0, 1]) told.push(await teller.tell(context, { words: 1, temperature, seed: row }));
      }
      teller.dispose();
      return told;
    };
    expect(await after(model)).toEqual(await after(withoutText(model)));
  });

  it.each([
    // "on a cat" stands nowhere; "a cat" does, once.
    { opening: 'on a cat', follows: { and: 1 } },
    // Nor "rat the"; after "the" come two words, twice each.
    { opening: 'rat rat the', follows: { cat: 1 / 2, mat: 1 / 2 } },
    // The text ends so, and nothing else has that ending but its last mark.
    { opening: 'rat sat .', follows: { the: 1 / 2, a: 1 / 2 } },
    // A window that is not full.
    { opening: 'the cat', follows: { sat: 1 / 2, '.': 1 / 2 } },
  ])('goes on from what the text has after "$opening" where it learned from no such window', async (row) => {
    const { opening, follows } = row;
    const model = tinyModel({ window: 3 });
    const { vocabulary } = model;
    const teller = await Teller.open(await open(), model);
    const context = vocabulary.encode(opening.split(' '));
    const likely = new Map<string, number>();
    for (let seed = 0; seed < 20; seed++) {
      const { ids, candidates } = await teller.tell(context, { words: 1, temperature: 2, seed });
      expect(Object.keys(follows)).toContain(vocabulary.symbolOf(ids[0] as number));
      for (const { id, probability } of candidates[0] ?? []) likely.set(vocabulary.symbolOf(id), probability);
    }
    teller.dispose();
    for (const [symbol, probability] of likely)
      expect(probability, symbol).toBeCloseTo((follows as Record<string, number>)[symbol] ?? 0, 6);
  });

  it('fails a story alone whose guide fails, and tells those beside it', async () => {
    const teller = await Teller.open(await open(), tinyModel());
    const asked = { words: 9, temperature: 1, seed: 1 };
    const alone = await teller.tell(Int32Array.of(0, 1, 2), asked);
    const failing: Guide = {
      steer: (_, history) => {
        if (history.length > 5) throw new Error('It does not know the way.');
      },
    };
    const [one, other, later] = [
      teller.tell(Int32Array.of(0, 1, 2), asked),
      teller.tell(Int32Array.of(0, 1, 2), { ...asked, guides: [failing] }),
      teller.tell(Int32Array.of(0, 1, 2), asked),
    ];
    await expect(other).rejects.toThrow('the way');
    expect(await one).toEqual(alone);
    expect(await later).toEqual(alone);
    expect(await teller.tell(Int32Array.of(0, 1, 2), asked)).toEqual(alone);
    teller.dispose();
  });

  it('lets others have their turn between two stories that are told side by side', async () => {
    const teller = await Teller.open(await open(), tinyModel());
    const guides: Guide[] = [{ steer: () => slowly(undefined) }];
    const one = { words: 1, temperature: 1, seed: 1, guides };
    const turns = await othersTurns(() =>
      Promise.all(Array.from({ length: 9 }, () => teller.tell(Int32Array.of(0, 1, 2), one))),
    );
    expect(turns).toBeGreaterThanOrEqual(4);
    teller.dispose();
  });

  it('takes what a shorter ending goes on with where the guides rule out the rest', async () => {
    const { vocabulary } = tinyModel();
    const teller = await Teller.open(await open(), tinyModel());
    const and = vocabulary.idOf('and') as number;
    const guide = { steer: (logits: Float32Array) => void logits.fill(Number.NEGATIVE_INFINITY, and, and + 1) };
    const context = vocabulary.encode(['on', 'a', 'cat']);
    for (const temperature of [0, 1]) {
      const { ids } = await teller.tell(context, { words: 1, temperature, seed: 1, guides: [guide] });
      expect(['sat', '.']).toContain(vocabulary.symbolOf(ids[0] as number));
    }
    teller.dispose();
  });

  it('tells the own words of a text learned by heart from an opening that it does not have', async () => {
    const engine = await open();
    const text = 'one two three four five six seven eight nine ten eleven twelve .';
    const trained = await trainModel(engine, [text], { units: 32, rate: 0.02 });
    if (trained === PAUSED) throw new Error('It was not told to pause.');
    const { model } = trained;
    const teller = await Teller.open(engine, model);
    const from = async (...opening: string[]) => {
      const { ids } = await teller.tell(model.vocabulary.encode(opening), { words: 7, temperature: 0, seed: 1 });
      return model.vocabulary.decode(ids).join(' ');
    };
    expect(await from('one', 'two', 'three')).toBe('four five six seven eight nine ten');
    for (const before of model.vocabulary.symbols.filter((symbol) => symbol !== 'two'))
      expect(await from(before, 'two', 'three')).toBe('four five six seven eight nine ten');
    expect(await from('nine', 'six', 'four')).toBe('five six seven eight nine ten eleven');
    expect(await from('five')).toBe('six seven eight nine ten eleven twelve');
    teller.dispose();
  });

  it('leaves as many tensors alive after 100 stories as before', async () => {
    const engine = await open();
    // The engine keeps a few small tensors of its own from the first time on.
    const first = await Teller.open(engine, withoutText(tinyModel()));
    await first.tell(Int32Array.of(0), { words: 1, temperature: 0, seed: 1 });
    first.dispose();
    const before = ops.memory().numTensors;
    const teller = await Teller.open(engine, withoutText(tinyModel()));
    const loaded = ops.memory().numTensors;
    expect(loaded).toBeGreaterThan(before);
    for (let seed = 1; seed <= 100; seed++)
      await teller.tell(Int32Array.of(0, 1, 2), { words: 8, temperature: 1, seed });
    expect(ops.memory().numTensors).toBe(loaded);
    teller.dispose();
    expect(ops.memory().numTensors).toBe(before);
  });

  it.each(['window', 'sequence'] as const)('says how much memory it takes with a %s model', async (kind) => {
    const engine = await open();
    const model = kind === 'sequence' ? await tinySequence() : withoutText(tinyModel({ layers: 2, window: 3 }));
    (await Teller.open(engine, model)).dispose();
    const before = ops.memory().numBytes;
    const teller = await Teller.open(engine, model);
    const predictions = kind === 'sequence' ? 0 : 4 * 4_096 * model.vocabulary.size;
    const measured = ops.memory().numBytes - before + predictions;
    // What the other engine remembers of states lies outside of it.
    if (engine.name === 'native' || kind === 'sequence') expect(teller.bytes).toBe(measured);
    else expect(teller.bytes).toBeGreaterThan(measured);
    teller.dispose();
  });
});
