import { type Engine, ops, type Tensor } from '../engine/engine.ts';
import { cellForward } from './lstm-cell.ts';
import type { Model } from './model.ts';
import { embed, gateInputs, logitsOf, type Weights } from './network.ts';
import { Random } from './random.ts';
import type { Recipe } from './recipe.ts';
import { drawSymbol } from './sampler.ts';
import { UNKNOWN } from './vocabulary.ts';

export interface TellOptions {
  /** Symbols to add. */
  readonly words: number;
  /** 0: the most likely symbol every time. Above: drawn from softmax(logits / temperature). */
  readonly temperature: number;
  readonly seed: number;
}

/** How long telling may hold the thread before others get their turn, in milliseconds. */
const TURN = 8;

/** Tells continuations with one model, whose weights it holds in the engine until it is disposed. */
export class Teller {
  readonly #engine: Engine;
  readonly #recipe: Recipe;
  readonly #weights: Weights;
  readonly #unknown: number;

  constructor(engine: Engine, model: Model) {
    this.#engine = engine;
    this.#recipe = model.recipe;
    this.#unknown = model.vocabulary.idOf(UNKNOWN) ?? -1;
    this.#weights = Object.fromEntries(
      model.weights.map(({ name, shape, values }) => [name, ops.keep(ops.tensor(values, [...shape], 'float32'))]),
    );
  }

  /** context: ids of the symbols before, at least one. Resolves to the ids of the `words` symbols that follow. */
  async tell(context: Int32Array, { words, temperature, seed }: TellOptions): Promise<Int32Array> {
    const random = new Random(seed);
    const told = new Int32Array(words);
    let turn = performance.now();
    const reader = new WindowReader(this.#engine, this.#recipe, this.#weights);
    try {
      const recent = context.slice(-this.#recipe.window);
      for (const id of recent.subarray(0, -1)) reader.read(id);
      let last = recent.at(-1) as number;
      for (let k = 0; k < words; k++) {
        reader.read(last);
        last = drawSymbol(reader.logits(), temperature, random, this.#unknown);
        told[k] = last;
        if (performance.now() - turn > TURN) {
          await new Promise(setImmediate);
          turn = performance.now();
        }
      }
    } finally {
      reader.dispose();
    }
    return told;
  }

  dispose(): void {
    ops.dispose(Object.values(this.#weights));
  }
}

/**
 * Reads symbol after symbol as the model was trained: each prediction from the last `window` symbols and no state before
 * them. Reading the whole window anew for each symbol would take `window` steps; instead `window` readings, each begun one
 * symbol after the other, advance together as the rows of one batch. The oldest has read a whole window when it predicts, and
 * makes room for a new one.
 */
class WindowReader {
  readonly #engine: Engine;
  readonly #recipe: Recipe;
  readonly #weights: Weights;
  /** By layer, (window, units): row k has read k symbols, so row 0 is zero. */
  #h: Tensor[];
  #c: Tensor[];
  /** h of the top layer after the latest symbol, (window, units): row k has read k + 1 symbols. */
  #top: Tensor | null = null;
  #symbols = 0;

  constructor(engine: Engine, recipe: Recipe, weights: Weights) {
    this.#engine = engine;
    this.#recipe = recipe;
    this.#weights = weights;
    const none = () => Array.from({ length: recipe.layers }, () => ops.zeros([recipe.window, recipe.units]) as Tensor);
    this.#h = none();
    this.#c = none();
  }

  read(id: number): void {
    const { window, units, layers } = this.#recipe;
    const [h, c, top] = ops.tidy(() => {
      const older = (rows: Tensor) =>
        window === 1
          ? ops.zerosLike(rows)
          : ops.concat([ops.zeros([1, units]), ops.slice(rows, [0, 0], [window - 1, units])], 0);
      const symbol = ops.tensor1d([id], 'int32') as Tensor;
      const [hs, cs]: [Tensor[], Tensor[]] = [[], []];
      let below = embed(this.#engine, this.#recipe, this.#weights, symbol);
      for (let layer = 0; layer < layers; layer++) {
        const recurrent = ops.matMul(this.#h[layer] as never, this.#weights[`recurrent/${layer}`] as never);
        const cell = cellForward(gateInputs(this.#weights, layer, below, recurrent), this.#c[layer] as Tensor);
        hs.push(older(cell.h));
        cs.push(older(cell.c));
        below = cell.h;
      }
      return [hs, cs, below] as const;
    }) as unknown as [Tensor[], Tensor[], Tensor];
    this.dispose();
    this.#h = h;
    this.#c = c;
    this.#top = top;
    this.#symbols++;
  }

  /** (vocabulary): of the reading that has read the most, a whole window once there was one. */
  logits(): Float32Array {
    const { window, units } = this.#recipe;
    const row = Math.min(this.#symbols, window) - 1;
    const logits = ops.tidy(() => logitsOf(this.#weights, ops.slice(this.#top as Tensor, [row, 0], [1, units])));
    const values = logits.dataSync() as Float32Array;
    logits.dispose();
    return values;
  }

  dispose(): void {
    ops.dispose([...this.#h, ...this.#c]);
    this.#top?.dispose();
  }
}
