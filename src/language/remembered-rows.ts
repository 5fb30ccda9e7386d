import { LRUCache } from 'lru-cache';
import { type Engine, type Factors, ops, type RowTable, type Tensor } from '../engine/engine.ts';
import type { WindowKey } from './window-keys.ts';

/** The place of zeros, which stand for nothing. */
export const NOTHING = 0;

/**
 * Numbers that were worked out for a key, those used last: rows of one or several widths, which stay in the engine. Here are
 * their places only, since to hand rows over at every word takes longer than to work them out.
 */
export class RememberedRows {
  /** How many keys are remembered at most. */
  readonly count: number;
  readonly #table: RowTable;
  readonly #places: LRUCache<WindowKey, number>;
  readonly #free: number[];

  constructor(engine: Engine, count: number, widths: readonly number[]) {
    this.count = count;
    this.#table = engine.rowTable(count + 1, widths);
    ops.tidy(() => {
      const zeros = widths.map((width) => ops.zeros([1, width]) as Tensor);
      this.#table.put(zeros, Int32Array.of(NOTHING));
    });
    this.#places = new LRUCache({ max: count });
    this.#free = Array.from({ length: count }, (_, k) => count - k);
  }

  /** Where the rows of a key are; undefined where they are not remembered. */
  placeOf(key: WindowKey): number | undefined {
    return this.#places.get(key);
  }

  /** As `RowTable.find` has it. */
  find(places: Int32Array): ReturnType<RowTable['find']> {
    return this.#table.find(places);
  }

  /**
   * Remembers rows, in place of those that were not used for longest. keys: different ones, no more than `count`; rows: of each
   * width, in the order of the keys. Returns their places.
   */
  remember(keys: readonly WindowKey[], rows: readonly (Tensor | Factors)[]): Int32Array {
    const places = new Int32Array(keys.length);
    for (const [k, key] of keys.entries()) {
      const place = this.#places.get(key) ?? this.#free.pop() ?? (this.#places.pop() as number);
      this.#places.set(key, place);
      places[k] = place;
    }
    this.#table.put(rows, places);
    return places;
  }

  dispose(): void {
    this.#places.clear();
    this.#table.dispose();
  }
}
