import { LRUCache } from 'lru-cache';
import type { WindowKey } from './window-keys.ts';

/** Places for what is remembered of keys, numbered from 0: those of the keys used last stay theirs. */
export class RememberedPlaces {
  /** How many keys have a place at most. */
  readonly count: number;
  readonly #places: LRUCache<WindowKey, number>;
  readonly #free: number[];

  constructor(count: number) {
    this.count = count;
    this.#places = new LRUCache({ max: count });
    this.#free = Array.from({ length: count }, (_, k) => count - 1 - k);
  }

  /** The place of a key, which is used by that; undefined where it has none. */
  of(key: WindowKey): number | undefined {
    return this.#places.get(key);
  }

  /** Gives a key that has none a place, where need be that of the key not used for longest. */
  take(key: WindowKey): number {
    const place = this.#free.pop() ?? (this.#places.pop() as number);
    this.#places.set(key, place);
    return place;
  }

  clear(): void {
    this.#places.clear();
  }
}
