import type { Work } from '../src/language/turns.ts';

/**
 * Counts what is read of arrays, to see how much work does before others get their turn: no test asks a clock. A call of an
 * array's own method, such as `filter` of a typed array, counts as reading all of it.
 */
export class Readings {
  #count = 0;

  /** The same array, watched. */
  of<T extends Int32Array | Float32Array | readonly unknown[]>(array: T): T {
    return new Proxy(array, {
      get: (target, key) => {
        const value = Reflect.get(target, key) as unknown;
        const whole = typeof value === 'function' && key !== 'constructor';
        this.#count += whole ? target.length : 1;
        return whole ? value.bind(target) : value;
      },
    }) as T;
  }

  /** Does the work. most: what it read between two turns of others, at most; all: what it read altogether. */
  during<T>(work: Work<T>): { value: T; most: number; all: number } {
    let [most, all] = [0, 0];
    for (;;) {
      this.#count = 0;
      const step = work.next();
      most = Math.max(most, this.#count);
      all += this.#count;
      if (step.done) return { value: step.value, most, all };
    }
  }
}
