import { LRUCache } from 'lru-cache';
import { type Engine, ops, type Tensor } from '../engine/engine.ts';
import { valuesOf } from '../engine/named-values.ts';
import type { BackOff } from './back-off.ts';
import { cellOf } from './lstm-cell.ts';
import type { Model } from './model.ts';
import type { Weights } from './network.ts';
import type { Reader } from './reader.ts';
import type { Recipe } from './recipe.ts';

/** Bytes that are remembered of predictions, and as many of states. */
const BYTES = 8 * 1024 * 1024;
/** Of each at most: a key takes room too. */
const COUNT = 4_096;
/** Rows from which on it pays to cut off those that need not be multiplied. */
const CUT = 8;

type Shape = Pick<Recipe, 'name' | 'window' | 'layers' | 'units'>;

/** Symbols that are read from no state, of which `read` are read, and the state they left. */
interface Reading {
  readonly symbols: readonly number[];
  read: number;
  /** What a layer's gates receive of h at the next symbol, h R, and c, of each layer in turn: (layers 5 units). Null before the first symbol. */
  state: Float32Array | null;
}

/**
 * Reads symbol after symbol as the model was trained: each prediction from the last `window` symbols and no state before
 * them. What was no window of its training it backs off from, to what the text itself has. What the same symbols lead to is
 * the same in every story, so it is worked out once and remembered: what follows a whole window, and the state after each of
 * its beginnings, with its product with the recurrent weights already, so that no symbol costs more than one row of that
 * product. To predict, the last symbol of a window is read from the state that those before it left; in the same step the
 * windows that begin within it advance, so that their states are there when the next symbol is read. A text learned by heart
 * has about as many windows as symbols, and all its stories go through them.
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
  /** (vocabulary) */
  readonly #bias: Float32Array;
  readonly #width: number;
  readonly #backOff: BackOff | null;
  /** By the symbols of a whole window, (vocabulary): logarithms of probabilities. */
  readonly #predictions: LRUCache<string, Float32Array>;
  /** By the symbols read. */
  readonly #states: LRUCache<string, Float32Array>;
  readonly #rooms = new Map<string, Float32Array>();
  /** The last symbols of each story, at most a window. */
  #recent: number[][] = [];

  /** Bytes that a reader remembers at most. vocabulary: how many symbols there are. */
  static bytes({ layers, units }: Pick<Recipe, 'layers' | 'units'>, vocabulary: number): number {
    const of = (size: number) => 4 * size * most(size);
    return of(vocabulary) + of(stateSize({ layers, units }));
  }

  /**
   * weights: all but the table; backOff: null where the network is asked whatever was read; bytes: what is remembered of
   * predictions, and as much of states.
   */
  constructor(
    engine: Engine,
    { recipe, weights: values, vocabulary }: Pick<Model, 'recipe' | 'weights' | 'vocabulary'>,
    weights: Weights,
    backOff: BackOff | null = null,
    bytes = BYTES,
  ) {
    this.memory = recipe.window;
    this.#engine = engine;
    this.#shape = recipe;
    this.#weights = weights;
    this.#table = valuesOf(values, WindowReader.table);
    this.#bias = valuesOf(values, 'outputBias');
    this.#width = vocabulary.size;
    this.#backOff = backOff;
    this.#predictions = new LRUCache({ max: most(this.#width, bytes) });
    this.#states = new LRUCache({ max: most(stateSize(recipe), bytes) });
  }

  arrange(from: readonly number[]): void {
    this.#recent = from.map((row) => [...(this.#recent[row] ?? [])]);
  }

  read(ids: Int32Array): void {
    for (const [row, id] of ids.entries()) {
      const recent = this.#recent[row] as number[];
      recent.push(id);
      if (recent.length > this.memory) recent.shift();
    }
  }

  logits(rows: readonly number[]): Float32Array {
    const keys = rows.map((row) => keyOf(this.#recent[row] as number[]));
    const predictions = new Map<string, Float32Array>();
    const unknown = new Map<string, readonly number[]>();
    for (const [k, key] of keys.entries()) {
      const symbols = this.#recent[rows[k] as number] as number[];
      const told = this.#predictions.get(key) ?? this.#backedOff(key, symbols);
      if (told) predictions.set(key, told);
      else unknown.set(key, symbols);
    }
    for (const [key, prediction] of this.#predict([...unknown.values()])) predictions.set(key, prediction);
    const logits = new Float32Array(rows.length * this.#width);
    for (const [k, key] of keys.entries()) logits.set(predictions.get(key) as Float32Array, k * this.#width);
    return logits;
  }

  dispose(): void {
    this.#predictions.clear();
    this.#states.clear();
  }

  /** What the text has to say where it has no such window; null where the network is to say it. */
  #backedOff(key: string, symbols: readonly number[]): Float32Array | null {
    const told = this.#backOff?.predict(symbols) ?? null;
    if (told) this.#predictions.set(key, told);
    return told;
  }

  /** Works out what follows each of the windows, by their keys. windows: different ones. */
  #predict(windows: readonly (readonly number[])[]): Map<string, Float32Array> {
    const predictions = new Map<string, Float32Array>();
    if (windows.length === 0) return predictions;
    const readings = windows.map((symbols) => this.#begin(symbols));
    const left = ({ symbols, read }: Reading) => symbols.length - read;
    // Those of which most is left go first, so that all read their last symbol together.
    for (let most = Math.max(...readings.map(left)); most > 1; most--)
      this.#advance(readings.filter((reading) => left(reading) === most));
    const logits = this.#advance([...readings, ...this.#within(windows)], readings.length);
    for (const [k, { symbols }] of readings.entries()) {
      const prediction = logits.slice(k * this.#width, (k + 1) * this.#width);
      normalise(prediction, this.#bias);
      predictions.set(keyOf(symbols), prediction);
      this.#predictions.set(keyOf(symbols), prediction);
    }
    return predictions;
  }

  /** A reading of symbols, as far as the state is remembered, but for the last of them. */
  #begin(symbols: readonly number[]): Reading {
    for (let read = symbols.length - 1; read > 0; read--) {
      const state = this.#states.get(keyOf(symbols.slice(0, read)));
      if (state) return { symbols, read, state };
    }
    return { symbols, read: 0, state: null };
  }

  /** Readings of the windows that begin within the given ones, where one symbol is left to read. */
  #within(windows: readonly (readonly number[])[]): Reading[] {
    const within = new Map<string, Reading>();
    for (const window of windows) {
      // One that is shorter than a window will be begun with all the same.
      for (let start = window.length < this.memory ? 0 : 1; start < window.length; start++) {
        const symbols = window.slice(start);
        const key = keyOf(symbols);
        if (within.has(key) || this.#states.has(key)) continue;
        const reading = this.#begin(symbols);
        if (reading.read === symbols.length - 1) within.set(key, reading);
      }
    }
    return [...within.values()];
  }

  /**
   * Each reading reads one more symbol. The first `predicted` of them have then read all; what follows those: (predicted,
   * vocabulary), without the bias.
   */
  #advance(readings: readonly Reading[], predicted = 0): Float32Array {
    const { units, layers } = this.#shape;
    const n = readings.length;
    const weight = (name: string) => this.#weights[name] as Tensor;
    // To multiply a few rows for nothing takes less time than to cut them off.
    const from = n > CUT ? predicted : 0;
    const cut = (rows: Tensor, start: number, count: number) =>
      n > CUT && count < n ? ops.slice(rows, [start, 0], [count, units]) : rows;
    /** By layer: h R and c of the readings from `from` on. */
    const states: Float32Array[] = [];
    let logits = new Float32Array(0);
    ops.tidy(() => {
      let x = ops.tensor2d(this.#inputs(readings), [n, 4 * units]) as Tensor;
      for (let layer = 0; layer < layers; layer++) {
        const { h, c } = cellOf(this.#engine, {
          x: layer > 0 ? this.#engine.product(x, weight(`lower/${layer}`)) : x,
          ids: null,
          recurrent: this.#carried(readings, layer, 0, 4 * units),
          cBefore: this.#carried(readings, layer, 4 * units, units),
          parents: null,
          bias: this.#weights[`bias/${layer}`] ?? null,
        });
        if (n > predicted) {
          const goingOn = cut(h, predicted, n - predicted);
          const received = this.#engine.product(goingOn, weight(`recurrent/${layer}`));
          for (const state of [received, cut(c, predicted, n - predicted)])
            states.push(state.dataSync() as Float32Array);
        }
        x = h;
      }
      if (predicted === 0) return;
      const top = this.#engine.product(cut(x, 0, predicted), weight('output'));
      logits = top.dataSync() as Float32Array<ArrayBuffer>;
    });
    for (const [row, reading] of readings.slice(predicted).entries()) {
      const state = new Float32Array(stateSize(this.#shape));
      let start = 0;
      for (const all of states) {
        const width = all.length / (n - from);
        const place = (row + predicted - from) * width;
        state.set(all.subarray(place, place + width), start);
        start += width;
      }
      reading.state = state;
      reading.read++;
      this.#states.set(keyOf(reading.symbols.slice(0, reading.read)), state);
    }
    return logits;
  }

  /** A part of what a layer remembers of each reading, zeros where nothing was read: (readings, width). */
  #carried(readings: readonly Reading[], layer: number, from: number, width: number): Tensor {
    const start = layer * 5 * this.#shape.units + from;
    const rows = this.#room(`carried/${layer}/${from}`, readings.length * width);
    for (const [row, { state }] of readings.entries()) {
      if (state) rows.set(state.subarray(start, start + width), row * width);
      else rows.fill(0, row * width, (row + 1) * width);
    }
    return ops.tensor2d(rows, [readings.length, width]);
  }

  /** Room for numbers on their way to the engine, which copies them: to ask for new room at every step costs more than the copy. */
  #room(name: string, size: number): Float32Array {
    const last = this.#rooms.get(name);
    const room = last && last.length >= size ? last : new Float32Array(size);
    this.#rooms.set(name, room);
    return room.subarray(0, size);
  }

  /** What the first layer's gates receive from the readings' next symbols: (readings, 4 units). */
  #inputs(readings: readonly Reading[]): Float32Array {
    const { name, units } = this.#shape;
    const width = 4 * units;
    const inputs = this.#room('inputs', readings.length * width);
    for (const [row, { symbols, read }] of readings.entries()) {
      const id = symbols[read] as number;
      // In the article the integer itself is what is read.
      const own =
        name === 'article'
          ? this.#table.map((value) => id * value)
          : this.#table.subarray(id * width, (id + 1) * width);
      inputs.set(own, row * width);
    }
    return inputs;
  }
}

/** Numbers that are remembered of what was read. */
const stateSize = ({ layers, units }: Pick<Recipe, 'layers' | 'units'>): number => layers * 5 * units;

const keyOf = (symbols: readonly number[]): string => symbols.join(' ');

/** How many arrays of so many numbers are remembered. */
function most(size: number, bytes = BYTES): number {
  return Math.max(1, Math.min(COUNT, Math.floor(bytes / (4 * size))));
}

/** log softmax(logits + bias), in their place. A kernel for one row takes longer to call. */
function normalise(logits: Float32Array, bias: Float32Array): void {
  let [highest, total] = [Number.NEGATIVE_INFINITY, 0];
  for (let id = 0; id < logits.length; id++) {
    const logit = (logits[id] as number) + (bias[id] as number);
    logits[id] = logit;
    if (logit > highest) highest = logit;
  }
  for (const logit of logits) total += Math.exp(logit - highest);
  const least = highest + Math.log(total);
  for (let id = 0; id < logits.length; id++) logits[id] = (logits[id] as number) - least;
}
