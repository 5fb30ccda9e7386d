import { FabulistError } from '../../errors.ts';
import type { Model, Text } from '../model.ts';
import { STRIDE, type Work } from '../turns.ts';
import { type KeyOf, type WindowKey, windowKeys } from './window-keys.ts';
import { makingWindows } from './windows.ts';

/** A window in a Map: bytes, roughly. */
const KEY_BYTES = 120;

/**
 * What a window model says after every window of its text, looked up instead of worked out. It is all that the network is asked
 * while stories are told, since elsewhere the text itself answers (`back-off.ts`): of a short text it takes a fraction of the
 * weights' room, and no engine.
 */
export class WindowTable {
  /** (windows, vocabulary): natural logarithms of probabilities. */
  readonly #predictions: Float32Array;
  readonly #width: number;
  readonly #keyOf: KeyOf;
  /** By the symbols of a window, its row. */
  readonly #rows: ReadonlyMap<WindowKey, number>;

  private constructor(predictions: Float32Array, width: number, keyOf: KeyOf, rows: ReadonlyMap<WindowKey, number>) {
    this.#predictions = predictions;
    this.#width = width;
    this.#keyOf = keyOf;
    this.#rows = rows;
  }

  /** The table of a model that has its predictions, else null. Throws `storage` where they are not those of its text. */
  static *building({ predictions, recipe, text, vocabulary }: Model): Work<WindowTable | null> {
    if (!predictions) return null;
    const keyOf = windowKeys(vocabulary.size, recipe.window);
    const windows = yield* differentWindows(text, recipe.window, vocabulary.size);
    const rows = new Map(windows.map((window, row) => [keyOf(window), row]));
    if (rows.size * vocabulary.size === predictions.length)
      return new WindowTable(predictions, vocabulary.size, keyOf, rows);
    throw new FabulistError('storage', 'What this model predicts does not fit its text; train the corpus again.');
  }

  /** Bytes that it takes in memory, roughly. */
  get bytes(): number {
    return this.#predictions.byteLength + KEY_BYTES * this.#rows.size;
  }

  /** Symbols of the vocabulary. */
  get width(): number {
    return this.#width;
  }

  /** What follows a window: (vocabulary). Undefined for one that the text does not have. */
  find(window: readonly number[]): Float32Array | undefined {
    const row = this.#rows.get(this.#keyOf(window));
    return row === undefined ? undefined : this.#predictions.subarray(row * this.#width, (row + 1) * this.#width);
  }
}

/** The windows of a text, each once, in the order in which they first stand there. vocabulary: how many symbols there are. */
export function* differentWindows(text: Text, window: number, vocabulary: number): Work<number[][]> {
  const keyOf = windowKeys(vocabulary, window);
  const { contexts, count } = yield* makingWindows(text, window);
  const different = new Map<WindowKey, number[]>();
  for (let row = 0; row < count; row++) {
    if (row % STRIDE === 0) yield;
    const symbols = [...contexts.subarray(row * window, (row + 1) * window)];
    const key = keyOf(symbols);
    if (!different.has(key)) different.set(key, symbols);
  }
  return [...different.values()];
}
