import { type Engine, ops, type Tensor } from '../../engine/engine.ts';
import type { Model } from '../model.ts';
import { bytesPlaced, type Weights } from '../place-weights.ts';
import type { Reader } from '../reader.ts';
import { Turn } from '../turns.ts';
import type { KneserNey } from './kneser-ney.ts';
import type { LayerMemory } from './lstm-layer.ts';
import { GRAMS_SHARE } from './mixture.ts';
import { noMemory, whatFollows } from './sequence-network.ts';

/** Symbols that a story is read from at most: what stands further back has long faded from the state. */
const MEMORY = 200;

/** Reads with a sequence model: one step of the network a symbol, from the state that the symbol before left. */
export class SequenceReader implements Reader {
  readonly memory = MEMORY;
  readonly bytes: number;
  readonly #engine: Engine;
  readonly #model: Model;
  readonly #weights: Weights;
  readonly #grams: KneserNey | null;
  /** By layer, (stories, units); null for no rows. */
  #memory: LayerMemory[] | null = null;
  /** (stories, vocabulary): the network's probabilities after the latest symbol. */
  #follows: Tensor | null = null;
  /** The latest symbols of each story, for the n-grams. */
  #recent: number[][] = [];

  /** weights: the reader's from now on; grams: what the network is mixed with, null for nothing. */
  constructor(engine: Engine, model: Model, weights: Weights, grams: KneserNey | null) {
    this.#engine = engine;
    this.#model = model;
    this.#weights = weights;
    this.#grams = grams;
    this.bytes = bytesPlaced(weights);
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
    if (from.length > 0) return;
    this.#follows?.dispose();
    this.#follows = null;
  }

  read(ids: Int32Array): void {
    const { recipe, vocabulary } = this.#model;
    const before = this.#memory as LayerMemory[];
    const read = ops.tidy(() => whatFollows(this.#engine, recipe, vocabulary.size, this.#weights, ids, before));
    free(before);
    this.#memory = read.memory;
    this.#follows?.dispose();
    this.#follows = read.follows;
    const context = this.#grams?.context ?? 0;
    ids.forEach((id, row) => {
      this.#recent[row] = [...(this.#recent[row] as number[]), id].slice(-Math.max(1, context));
    });
  }

  async logits(rows: readonly number[]): Promise<Float32Array> {
    const { size } = this.#model.vocabulary;
    const counted = new Float32Array(rows.length * size);
    const turn = new Turn();
    for (const [k, row] of rows.entries()) {
      this.#grams?.distribution(this.#recent[row] as number[], counted.subarray(k * size, (k + 1) * size));
      if (turn.over) await turn.next();
    }
    // Not as what the tidy returns: that is searched for tensors, number by number.
    let told = new Float32Array(0);
    ops.tidy(() => {
      const follows = this.#follows as Tensor;
      const all = rows.length === this.#recent.length && rows.every((row, k) => row === k);
      const own = all ? follows : this.#engine.pickRows(follows, ops.tensor1d([...rows], 'int32'));
      const share = this.#grams ? GRAMS_SHARE : 0;
      const mixed = this.#engine.logMixture(own, ops.tensor2d(counted, [rows.length, size]), share);
      told = mixed.dataSync() as Float32Array<ArrayBuffer>;
    });
    return told;
  }

  dispose(): void {
    free(this.#memory);
    this.#memory = null;
    this.#follows?.dispose();
    this.#follows = null;
    ops.dispose(Object.values(this.#weights));
  }
}

function free(memory: readonly LayerMemory[] | null): void {
  for (const { c, h } of memory ?? []) ops.dispose([c, h]);
}
