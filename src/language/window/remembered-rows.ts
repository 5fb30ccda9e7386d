import { type Engine, type Factors, ops, type RowTable, type Tensor } from '../../engine/engine.ts';
import { RememberedPlaces } from './remembered-places.ts';
import type { WindowKey } from './window-keys.ts';

/** The place of zeros, which stand for nothing. */
export const NOTHING = 0;

/**
 * Numbers that were worked out for a key, those used last: rows of one or several widths, which stay in the engine. Here are
 * their places only, since to hand rows over at every word takes longer than to work them out.
 */
export class RememberedRows {
  /** Bytes that they take. */
  readonly bytes: number;
  readonly #table: RowTable;
  readonly #places: RememberedPlaces;

  /** count: how many keys are remembered at most. */
  constructor(engine: Engine, count: number, widths: readonly number[]) {
    this.bytes = 4 * (count + 1) * widths.reduce((sum, width) => sum + width, 0);
    this.#table = engine.rowTable(count + 1, widths);
    ops.tidy(() => {
      const zeros = widths.map((width) => ops.zeros([1, width]) as Tensor);
      this.#table.put(zeros, Int32Array.of(NOTHING));
    });
    this.#places = new RememberedPlaces(count);
  }

  /** How many keys are remembered at most. */
  get count(): number {
    return this.#places.count;
  }

  /** Where the rows of a key are; undefined where they are not remembered. */
  placeOf(key: WindowKey): number | undefined {
    const place = this.#places.of(key);
    return place === undefined ? undefined : place + 1;
  }

  /** As `RowTable.find` has it. */
  find(places: Int32Array): ReturnType<RowTable['find']> {
    return this.#table.find(places);
  }

  /**
   * Remembers rows, in place of those that were not used for longest. keys: different ones that are not remembered, no more than
   * `count`; rows: of each width, in the order of the keys. Returns their places.
   */
  remember(keys: readonly WindowKey[], rows: readonly (Tensor | Factors)[]): Int32Array {
    const places = new Int32Array(keys.length);
    for (let k = 0; k < keys.length; k++) places[k] = this.#places.take(keys[k] as WindowKey) + 1;
    this.#table.put(rows, places);
    return places;
  }

  dispose(): void {
    this.#places.clear();
    this.#table.dispose();
  }
}
