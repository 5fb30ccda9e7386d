import { type Engine, ops } from '../../engine/engine.ts';
import { logOf } from '../elementary.ts';
import type { Model } from '../model.ts';
import type { Weights } from '../network.ts';
import type { Reader } from '../reader.ts';
import type { KneserNey } from './kneser-ney.ts';
import type { LayerMemory } from './lstm-layer.ts';
import { GRAMS_SHARE } from './mixture.ts';
import { noMemory, whatFollows } from './sequence-network.ts';

/** Symbols that a story is read from at most: what stands further back has long faded from the state. */
const MEMORY = 200;

/** Reads with a sequence model: one step of the network a symbol, from the state that the symbol before left. */
export class SequenceReader implements Reader {
  readonly memory = MEMORY;
  readonly #engine: Engine;
  readonly #model: Model;
  readonly #weights: Weights;
  readonly #grams: KneserNey | null;
  /** By layer, (stories, units); null for no rows. */
  #memory: LayerMemory[] | null = null;
  /** (stories, vocabulary): the network's probabilities after the latest symbol. */
  #follows: Float32Array | null = null;
  /** The latest symbols of each story, for the n-grams. */
  #recent: number[][] = [];
  /** (vocabulary): what the n-grams say. */
  readonly #counted: Float32Array;

  /** grams: what the network is mixed with, null for nothing. */
  constructor(engine: Engine, model: Model, weights: Weights, grams: KneserNey | null) {
    this.#engine = engine;
    this.#model = model;
    this.#weights = weights;
    this.#grams = grams;
    this.#counted = new Float32Array(model.vocabulary.size);
  }

  arrange(from: readonly number[]): void {
    const { recipe } = this.#model;
    const before = this.#memory;
    const stories = this.#recent.length;
    this.#recent = from.map((row) => (row < 0 ? [] : [...(this.#recent[row] as number[])]));
    this.#memory =
      from.length === 0
        ? null
        : (ops.tidy(() => {
            if (!before) return noMemory(recipe, from.length);
            // A row of zeros stands behind the others, for the stories that begin.
            const places = ops.tensor1d(
              from.map((row) => (row < 0 ? stories : row)),
              'int32',
            );
            const none = ops.zeros([1, recipe.units]);
            const arranged = (rows: LayerMemory['c']) => this.#engine.pickRows(ops.concat([rows, none], 0), places);
            return before.map(({ c, h }) => ({ c: arranged(c), h: arranged(h) }));
          }) as LayerMemory[]);
    free(before);
  }

  read(ids: Int32Array): void {
    const { recipe, vocabulary } = this.#model;
    const before = this.#memory as LayerMemory[];
    const read = ops.tidy(() => whatFollows(this.#engine, recipe, vocabulary.size, this.#weights, ids, before));
    free(before);
    this.#memory = read.memory;
    this.#follows = read.follows.dataSync() as Float32Array;
    read.follows.dispose();
    const context = this.#grams?.context ?? 0;
    ids.forEach((id, row) => {
      this.#recent[row] = [...(this.#recent[row] as number[]), id].slice(-Math.max(1, context));
    });
  }

  logits(rows: readonly number[]): Float32Array {
    const { size } = this.#model.vocabulary;
    const told = new Float32Array(rows.length * size);
    const share = this.#grams ? GRAMS_SHARE : 0;
    const counted = this.#counted;
    for (const [k, row] of rows.entries()) {
      const own = this.#follows?.subarray(row * size, (row + 1) * size) as Float32Array;
      const into = told.subarray(k * size, (k + 1) * size);
      this.#grams?.distribution(this.#recent[row] as number[], counted);
      for (let id = 0; id < size; id++)
        into[id] = logOf((1 - share) * (own[id] as number) + share * (counted[id] as number));
    }
    return told;
  }

  dispose(): void {
    free(this.#memory);
    this.#memory = null;
  }
}

function free(memory: readonly LayerMemory[] | null): void {
  for (const { c, h } of memory ?? []) ops.dispose([c, h]);
}
