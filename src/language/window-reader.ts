import { type Engine, ops, type Tensor } from '../engine/engine.ts';
import { valuesOf } from '../engine/named-values.ts';
import { cellOf } from './lstm-cell.ts';
import type { Model } from './model.ts';
import { gateParts, logitsOf, type Weights } from './network.ts';
import type { Reader } from './reader.ts';
import type { Recipe } from './recipe.ts';

type Shape = Pick<Recipe, 'name' | 'window' | 'layers' | 'units'>;

/**
 * Reads symbol after symbol as the model was trained: each prediction from the last `window` symbols and no state before
 * them. Reading the whole window anew for each symbol would take `window` steps; instead each story has `window` readings,
 * each begun one symbol after the other, which advance together as rows of one batch. The oldest has read a whole window
 * when it predicts, and makes room for a new one.
 */
export class WindowReader implements Reader {
  /**
   * The weights that are read here and not in the engine: of a table of one row a symbol, a step wants a row or two, and
   * the table is most of what a model weighs.
   */
  static readonly table = 'input';
  readonly memory: number;
  readonly #engine: Engine;
  readonly #shape: Shape;
  readonly #weights: Weights;
  /** `input` of `Model.weights`. */
  readonly #table: Float32Array;
  /**
   * By layer, ((window - 1) stories, units): what the readings begun 1, 2, ... symbols ago carry, those of one age side by
   * side in the order of the stories. The reading that begins with the next symbol carries nothing. Null for no rows.
   */
  #h: Tensor[] | null = null;
  #c: Tensor[] | null = null;
  /** h of the top layer after the latest symbol, (window stories, units), by age, the youngest readings first. */
  #top: Tensor | null = null;
  /** Symbols read of each story. */
  #symbols: number[] = [];

  /** weights: all but the table. */
  constructor(engine: Engine, { recipe, weights: values }: Pick<Model, 'recipe' | 'weights'>, weights: Weights) {
    this.memory = recipe.window;
    this.#engine = engine;
    this.#shape = recipe;
    this.#weights = weights;
    this.#table = valuesOf(values, WindowReader.table);
  }

  arrange(from: readonly number[]): void {
    const { window, units, layers } = this.#shape;
    const stories = this.#symbols.length;
    const carried = (window - 1) * stories;
    // A row of zeros stands behind the others, for the stories that begin.
    const places = Int32Array.from({ length: (window - 1) * from.length }, (_, k) => {
      const row = from[k % from.length] as number;
      return row < 0 ? carried : Math.floor(k / from.length) * stories + row;
    });
    const arranged = (rows: Tensor | undefined) =>
      ops.tidy(() => {
        if (!rows || carried === 0) return ops.zeros([places.length, units]) as Tensor;
        const withNone = ops.concat([rows, ops.zeros([1, units])], 0);
        return this.#engine.pickRows(withNone, ops.tensor1d(places, 'int32'));
      });
    const all = (state: Tensor[] | null) => Array.from({ length: layers }, (_, layer) => arranged(state?.[layer]));
    const [h, c] = from.length > 0 ? [all(this.#h), all(this.#c)] : [null, null];
    this.dispose();
    this.#h = h;
    this.#c = c;
    this.#symbols = from.map((row) => (row < 0 ? 0 : (this.#symbols[row] as number)));
  }

  read(ids: Int32Array): void {
    const { window, units, layers } = this.#shape;
    const stories = ids.length;
    const [h, c, top] = ops.tidy(() => {
      const [hs, cs]: [Tensor[], Tensor[]] = [[], []];
      let below = ops.tensor2d(this.#inputs(ids), [stories, 4 * units]) as Tensor;
      for (let layer = 0; layer < layers; layer++) {
        const cell = this.#step(layer, below, stories);
        const younger = (rows: Tensor) => ops.slice(rows, [0, 0], [(window - 1) * stories, units]);
        hs.push(younger(cell.h));
        cs.push(younger(cell.c));
        below = cell.h;
      }
      return [hs, cs, below] as const;
    }) as unknown as [Tensor[], Tensor[], Tensor];
    this.dispose();
    this.#h = h;
    this.#c = c;
    this.#top = top;
    this.#symbols = this.#symbols.map((count) => count + 1);
  }

  /** One step of a layer. below: (stories, 4 units) at layer 0, else (window stories, units) -> both (window stories, units). */
  #step(layer: number, below: Tensor, stories: number): { h: Tensor; c: Tensor } {
    const { window, units } = this.#shape;
    const none = (width: number) => ops.zeros([stories, width]) as Tensor;
    const [h, c] = [this.#h?.[layer] as Tensor, this.#c?.[layer] as Tensor];
    const recurrent = this.#weights[`recurrent/${layer}`] as Tensor;
    // The readings that begin here carry nothing.
    const cBefore = window > 1 ? this.#engine.stackRows([none(units), c]) : null;
    const product = cBefore && this.#engine.stackRows([none(4 * units), this.#engine.product(h, recurrent)]);
    const inputs = layer === 0 ? this.#engine.stackRows(Array<Tensor>(window).fill(below)) : below;
    return cellOf(this.#engine, gateParts(this.#engine, this.#weights, layer, inputs, product), cBefore);
  }

  /** What the first layer's gates receive from symbols, as `embed` gives it: (ids.length, 4 units). */
  #inputs(ids: Int32Array): Float32Array {
    const { name, units } = this.#shape;
    const width = 4 * units;
    const inputs = new Float32Array(ids.length * width);
    for (const [row, id] of ids.entries()) {
      if (name === 'article')
        inputs.set(
          this.#table.map((value) => Math.fround(id * value)),
          row * width,
        );
      else inputs.set(this.#table.subarray(id * width, (id + 1) * width), row * width);
    }
    return inputs;
  }

  /** By the reading of each story that has read the most: a whole window once there was one. */
  logits(rows: readonly number[]): Float32Array {
    const stories = this.#symbols.length;
    const places = rows.map((row) => {
      const age = Math.min(this.#symbols[row] as number, this.#shape.window) - 1;
      return age * stories + row;
    });
    const logits = ops.tidy(() => {
      const top = this.#engine.pickRows(this.#top as Tensor, ops.tensor1d(places, 'int32'));
      return logitsOf(this.#engine, this.#weights, top);
    });
    const values = logits.dataSync() as Float32Array;
    const width = logits.shape[1] as number;
    logits.dispose();
    for (let start = 0; start < values.length; start += width) normalise(values.subarray(start, start + width));
    return values;
  }

  dispose(): void {
    ops.dispose([...(this.#h ?? []), ...(this.#c ?? [])]);
    this.#top?.dispose();
    this.#h = null;
    this.#c = null;
    this.#top = null;
  }
}

/** Makes logarithms of probabilities of what is so but for a constant: log softmax. A kernel for one row takes longer to call. */
function normalise(logits: Float32Array): void {
  let [highest, total] = [Number.NEGATIVE_INFINITY, 0];
  for (const logit of logits) if (logit > highest) highest = logit;
  for (const logit of logits) total += Math.exp(logit - highest);
  const least = highest + Math.log(total);
  for (let id = 0; id < logits.length; id++) logits[id] = (logits[id] as number) - least;
}
