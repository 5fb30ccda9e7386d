import { type Engine, ops, type Tensor } from '../engine/engine.ts';
import { cellForward } from './lstm-cell.ts';
import { embed, gateInputs, logitsOf, type Weights } from './network.ts';
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
  readonly memory: number;
  readonly #engine: Engine;
  readonly #shape: Shape;
  readonly #weights: Weights;
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

  constructor(engine: Engine, shape: Shape, weights: Weights) {
    this.memory = shape.window;
    this.#engine = engine;
    this.#shape = shape;
    this.#weights = weights;
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
      const none = (width: number) => ops.zeros([stories, width]) as Tensor;
      const [hs, cs]: [Tensor[], Tensor[]] = [[], []];
      const symbols = ops.tensor1d(ids, 'int32') as Tensor;
      let below = ops.tile(embed(this.#engine, this.#shape, this.#weights, symbols), [window, 1]);
      for (let layer = 0; layer < layers; layer++) {
        const [hBefore, cBefore] = [this.#h?.[layer] as Tensor, this.#c?.[layer] as Tensor];
        // Nothing to multiply for the readings that begin here.
        const product = () => ops.matMul(hBefore as never, this.#weights[`recurrent/${layer}`] as never) as Tensor;
        const recurrent = window > 1 ? ops.concat([none(4 * units), product()], 0) : null;
        const cAll = window > 1 ? ops.concat([none(units), cBefore], 0) : null;
        const cell = cellForward(gateInputs(this.#weights, layer, below, recurrent), cAll);
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

  /** By the reading of each story that has read the most: a whole window once there was one. */
  logits(rows: readonly number[]): Float32Array {
    const stories = this.#symbols.length;
    const places = rows.map((row) => {
      const age = Math.min(this.#symbols[row] as number, this.#shape.window) - 1;
      return age * stories + row;
    });
    const logits = ops.tidy(() => {
      const top = this.#engine.pickRows(this.#top as Tensor, ops.tensor1d(places, 'int32'));
      return logitsOf(this.#weights, top);
    });
    const values = logits.dataSync() as Float32Array;
    logits.dispose();
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
