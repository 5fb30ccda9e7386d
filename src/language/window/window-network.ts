import { type CellInput, type Engine, ops, type Tensor } from '../../engine/engine.ts';
import { type Cell, stateOf } from '../lstm-cell.ts';
import { bytesPlaced, type Weights } from '../place-weights.ts';
import type { Recipe } from '../recipe.ts';
import { NOTHING, RememberedRows } from './remembered-rows.ts';
import { type KeyOf, type WindowKey, windowKeys } from './window-keys.ts';

type State = Pick<Cell, 'c' | 'h'>;
type Shape = Pick<Recipe, 'name' | 'window' | 'layers' | 'units'>;

/** Symbols that are read from no state, of which `read` are read, and where the state they left is remembered. */
interface Reading {
  readonly symbols: readonly number[];
  read: number;
  place: number;
}

/**
 * What the network of a window model says after windows, each read from no state. The state after the same symbols is always
 * the same, so it is worked out once and remembered, with its product with the recurrent weights already, so that no symbol
 * costs more than one row of that product. To predict, the last symbol of a window is read from the state that those before it
 * left; then the windows that begin within it advance, so that their states are there when the next symbol is read.
 */
export class WindowNetwork {
  readonly #engine: Engine;
  readonly #shape: Shape;
  readonly #weights: Weights;
  readonly #table: Float32Array;
  readonly #width: number;
  readonly #keyOf: KeyOf;
  /** By the symbols read: of each layer what its gates receive of h at the next symbol, h R (4 units), and c (units). */
  readonly #states: RememberedRows;
  /** By the symbol: what the first layer's gates receive of it (4 units). */
  readonly #symbols: RememberedRows;

  /**
   * weights: `table` is `input` of `Model.weights`, `others` all but that, the network's from now on; vocabulary: how many
   * symbols there are; states: how many are remembered, as many as a window has symbols at least.
   */
  constructor(
    engine: Engine,
    shape: Shape,
    weights: { readonly table: Float32Array; readonly others: Weights },
    vocabulary: number,
    states: number,
  ) {
    const { layers, units } = shape;
    this.#engine = engine;
    this.#shape = shape;
    this.#weights = weights.others;
    this.#table = weights.table;
    this.#width = vocabulary;
    this.#keyOf = windowKeys(vocabulary, shape.window);
    const widths = Array.from({ length: layers }, () => [4 * units, units]);
    this.#states = new RememberedRows(engine, states, widths.flat());
    this.#symbols = new RememberedRows(engine, Math.min(vocabulary, states), [4 * units]);
  }

  /** Numbers that are remembered of one state. */
  static stateSize({ layers, units }: Pick<Recipe, 'layers' | 'units'>): number {
    return layers * 5 * units;
  }

  /** Bytes of its weights in the engine, and of all that is remembered at most. */
  get bytes(): number {
    return bytesPlaced(this.#weights) + this.#states.bytes + this.#symbols.bytes;
  }

  /** What follows each of the windows, which are different: (windows, vocabulary), natural logarithms of probabilities. */
  predict(windows: readonly (readonly number[])[]): Float32Array {
    // Each goes through as many states as it has symbols, and none may be forgotten that is still to be read on from.
    const most = Math.floor(this.#states.count / this.#shape.window);
    if (windows.length > 0 && windows.length <= most) return this.#predictTogether(windows);
    const logits = new Float32Array(windows.length * this.#width);
    for (let first = 0; first < windows.length; first += most)
      logits.set(this.#predictTogether(windows.slice(first, first + most)), first * this.#width);
    return logits;
  }

  dispose(): void {
    this.#states.dispose();
    this.#symbols.dispose();
    ops.dispose(Object.values(this.#weights));
  }

  #predictTogether(windows: readonly (readonly number[])[]): Float32Array {
    const readings = windows.map((symbols) => this.#begin(symbols));
    const left = ({ symbols, read }: Reading) => symbols.length - read;
    // Those of which most is left go first, so that all read their last symbol together.
    for (let most = Math.max(...readings.map(left)); most > 1; most--)
      this.#advance(readings.filter((reading) => left(reading) === most));
    const within = this.#within(windows);
    const logits = this.#finish(readings);
    if (within.length > 0) this.#advance(within);
    return logits;
  }

  /** A reading of symbols, as far as the state is remembered, but for the last of them. */
  #begin(symbols: readonly number[]): Reading {
    for (let read = symbols.length - 1; read > 0; read--) {
      const place = this.#states.placeOf(this.#keyOf(symbols, read));
      if (place !== undefined) return { symbols, read, place };
    }
    return { symbols, read: 0, place: NOTHING };
  }

  /** Readings of the windows that begin within the given ones, where one symbol is left to read. */
  #within(windows: readonly (readonly number[])[]): Reading[] {
    const within = new Map<WindowKey, Reading>();
    for (const window of windows) {
      // One that is shorter than a window will be begun with all the same.
      for (let start = window.length < this.#shape.window ? 0 : 1; start < window.length; start++) {
        const symbols = window.slice(start);
        const key = this.#keyOf(symbols);
        if (within.has(key) || this.#states.placeOf(key) !== undefined) continue;
        const reading = this.#begin(symbols);
        if (reading.read === symbols.length - 1) within.set(key, reading);
      }
    }
    return [...within.values()];
  }

  /** Each reading reads one more symbol, and its state is remembered; once for those that have read the same. */
  #advance(readings: readonly Reading[]): void {
    const alike = new Map<WindowKey, Reading[]>();
    for (const reading of readings) {
      const key = this.#keyOf(reading.symbols, reading.read + 1);
      const same = alike.get(key);
      if (same) same.push(reading);
      else alike.set(key, [reading]);
    }
    ops.tidy(() => {
      const states = this.#cells([...alike.values()].map(([first]) => first as Reading)).flatMap(({ h, c }, layer) => [
        { left: h, right: this.#weight(`recurrent/${layer}`) },
        c,
      ]);
      const places = this.#states.remember([...alike.keys()], states);
      for (const [k, same] of [...alike.values()].entries()) {
        for (const reading of same) {
          reading.place = places[k] as number;
          reading.read++;
        }
      }
    });
  }

  /** Each reading reads its last symbol; what follows: (readings, vocabulary), natural logarithms of probabilities. */
  #finish(readings: readonly Reading[]): Float32Array {
    // Not as what the tidy returns: that is searched for tensors, number by number.
    let logits = new Float32Array(0);
    ops.tidy(() => {
      const { h } = this.#cells(readings).at(-1) as State;
      const told = this.#engine.logProbabilities(h, this.#weight('output'), this.#weight('outputBias'));
      logits = told.dataSync() as Float32Array<ArrayBuffer>;
    });
    return logits;
  }

  /** The cells of each layer in turn, at the readings' next symbols. Call within a tidy. */
  #cells(readings: readonly Reading[]): State[] {
    const { rows, places } = this.#states.find(int32(readings.map(({ place }) => place)));
    const cells: State[] = [];
    for (let layer = 0; layer < this.#shape.layers; layer++) {
      const beneath = cells[layer - 1]?.h;
      const below = beneath
        ? { x: this.#engine.product(beneath, this.#weight(`lower/${layer}`)), ids: null }
        : this.#inputs(readings);
      const [recurrent, cBefore] = rows.slice(2 * layer) as [Tensor, Tensor];
      const bias = this.#weights[`bias/${layer}`] ?? null;
      cells.push(stateOf(this.#engine, { ...below, recurrent, cBefore, parents: places, bias }));
    }
    return cells;
  }

  #weight(name: string): Tensor {
    return this.#weights[name] as Tensor;
  }

  /** What the first layer's gates receive from the readings' next symbols. */
  #inputs(readings: readonly Reading[]): Pick<CellInput, 'x' | 'ids'> {
    const next = readings.map(({ symbols, read }) => symbols[read] as number);
    const missing = [...new Set(next)].filter((symbol) => this.#symbols.placeOf(symbol) === undefined);
    if (missing.length > 0) {
      const width = 4 * this.#shape.units;
      const rows = new Float32Array(missing.length * width);
      for (const [row, symbol] of missing.entries()) {
        // In the article the integer itself is what is read.
        if (this.#shape.name === 'article')
          rows.set(
            this.#table.map((value) => symbol * value),
            row * width,
          );
        else rows.set(this.#table.subarray(symbol * width, (symbol + 1) * width), row * width);
      }
      this.#symbols.remember(missing, [ops.tensor2d(rows, [missing.length, width])]);
    }
    const own = int32(next.map((symbol) => this.#symbols.placeOf(symbol) as number));
    const { rows, places } = this.#symbols.find(own);
    return { x: rows[0] as Tensor, ids: places };
  }
}

/** Not `Int32Array.from`, which goes through an iterator and takes several times as long. */
const int32 = (values: readonly number[]): Int32Array => new Int32Array(values);
