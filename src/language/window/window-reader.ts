import type { Engine } from '../../engine/engine.ts';
import { valuesOf } from '../../engine/named-values.ts';
import type { Model } from '../model.ts';
import type { Weights } from '../place-weights.ts';
import type { Reader } from '../reader.ts';
import { Turn } from '../turns.ts';
import type { BackOff } from './back-off.ts';
import { RecentSymbols } from './recent-symbols.ts';
import { RememberedPlaces } from './remembered-places.ts';
import { type KeyOf, type WindowKey, windowKeys } from './window-keys.ts';
import { WindowNetwork } from './window-network.ts';

/** Bytes that are remembered of predictions, and as many of states. */
const BYTES = 8 * 1024 * 1024;
/** Of each at most: a key takes room too. */
const COUNT = 4_096;

/**
 * Reads symbol after symbol as the model was trained: each prediction from the last `window` symbols and no state before
 * them. What was no window of its training it backs off from, to what the text itself has. What follows the same symbols is
 * the same in every story, so it is worked out once and remembered: a text learned by heart has about as many windows as
 * symbols, and all its stories go through them.
 */
export class WindowReader implements Reader {
  /**
   * The weights that are read here and not in the engine: of a table of one row a symbol, a step wants a row or two, and
   * the table is most of what a model weighs.
   */
  static readonly table = 'input';
  readonly memory: number;
  readonly bytes: number;
  readonly #network: WindowNetwork;
  readonly #width: number;
  readonly #keyOf: KeyOf;
  readonly #backOff: BackOff | null;
  /** By the symbols of a whole window. */
  readonly #places: RememberedPlaces;
  /** At those places, (.., vocabulary): logarithms of probabilities. */
  readonly #predictions: Float32Array;
  readonly #recent: RecentSymbols;

  /**
   * weights: all but the table, the reader's from now on; backOff: null where the network is asked whatever was read; bytes:
   * what is remembered of predictions, and as much of states.
   */
  constructor(
    engine: Engine,
    { recipe, weights: values, vocabulary }: Pick<Model, 'recipe' | 'weights' | 'vocabulary'>,
    weights: Weights,
    backOff: BackOff | null = null,
    bytes = BYTES,
  ) {
    this.memory = recipe.window;
    this.#recent = new RecentSymbols(recipe.window);
    this.#width = vocabulary.size;
    this.#keyOf = windowKeys(vocabulary.size, recipe.window);
    this.#backOff = backOff;
    this.#places = new RememberedPlaces(most(this.#width, bytes));
    this.#predictions = new Float32Array(this.#places.count * this.#width);
    const states = Math.max(recipe.window, most(WindowNetwork.stateSize(recipe), bytes));
    const table = valuesOf(values, WindowReader.table);
    this.#network = new WindowNetwork(engine, recipe, { table, others: weights }, vocabulary.size, states);
    this.bytes = this.#predictions.byteLength + this.#network.bytes;
  }

  arrange(from: readonly number[]): void {
    this.#recent.arrange(from);
  }

  read(ids: Int32Array): void {
    this.#recent.read(ids);
  }

  async logits(rows: readonly number[]): Promise<Float32Array> {
    const logits = new Float32Array(rows.length * this.#width);
    const unknown = new Map<WindowKey, { readonly symbols: readonly number[]; readonly at: number[] }>();
    const turn = new Turn();
    for (const [k, row] of rows.entries()) {
      const symbols = this.#recent.of(row);
      const key = this.#keyOf(symbols);
      const asked = unknown.get(key);
      const told = asked ? null : this.#told(key, symbols);
      if (told) logits.set(told, k * this.#width);
      else if (asked) asked.at.push(k);
      else unknown.set(key, { symbols, at: [k] });
      if (turn.over) await turn.next();
    }
    const predicted = this.#network.predict([...unknown.values()].map(({ symbols }) => symbols));
    let first = 0;
    for (const [key, { at }] of unknown) {
      const own = predicted.subarray(first, first + this.#width);
      this.#remember(key, own);
      for (const k of at) logits.set(own, k * this.#width);
      first += this.#width;
    }
    return logits;
  }

  shorter(row: number): Float32Array | null {
    const symbols = this.#recent.of(row);
    return symbols.length > 1 ? (this.#backOff?.predict(symbols.slice(1)) ?? null) : null;
  }

  dispose(): void {
    this.#places.clear();
    this.#network.dispose();
  }

  /** What is remembered after a window, or what the text says where it has no such window; null where the network is to say it. */
  #told(key: WindowKey, symbols: readonly number[]): Float32Array | null {
    const place = this.#places.of(key);
    if (place !== undefined) return this.#predictions.subarray(place * this.#width, (place + 1) * this.#width);
    const told = this.#backOff?.predict(symbols) ?? null;
    if (told) this.#remember(key, told);
    return told;
  }

  #remember(key: WindowKey, prediction: Float32Array): void {
    this.#predictions.set(prediction, this.#places.take(key) * this.#width);
  }
}

/** How many arrays of so many numbers are remembered. */
function most(size: number, bytes = BYTES): number {
  return Math.max(1, Math.min(COUNT, Math.floor(bytes / (4 * size))));
}
