import { mersenne } from 'pure-rand/generator/mersenne';

/** A seeded source of randomness: the same seed draws the same numbers on every machine and engine. */
export class Random {
  readonly #generator;

  constructor(seed: number) {
    // Of this package's generators the one whose seeding mixes: others begin alike for seeds that are near each other.
    this.#generator = mersenne(seed);
  }

  /** Uniform in [0, 1), of 2^32 values. */
  next(): number {
    return (this.#generator.next() >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Uniform in [-limit, limit). */
  uniform(count: number, limit: number): Float32Array {
    return Float32Array.from({ length: count }, () => (2 * this.next() - 1) * limit);
  }

  /** Normal with mean 0 and standard deviation 1 (Box and Muller, 1958). */
  normal(count: number): Float32Array {
    return Float32Array.from(
      { length: count },
      () => Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next()),
    );
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle<T extends Int32Array | unknown[]>(items: T): T {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const kept = items[last];
      items[last] = items[other] as never;
      items[other] = kept as never;
    }
    return items;
  }
}
