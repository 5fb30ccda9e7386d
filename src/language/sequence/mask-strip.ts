import { type Engine, ops, type Tensor } from '../../engine/engine.ts';

/**
 * A long dropout mask (Srivastava and others 2014) that many masks are cut from, each at a place of its own: drawing a million
 * numbers anew for every step takes a tenth of the step. Two cuts share numbers, but for different weights.
 */
export class MaskStrip {
  /** (length), as `Engine.dropoutMask` makes it. */
  readonly #strip: Tensor;
  readonly #length: number;

  /** rate: the share of zeros; seed: as `Engine.dropoutMask` takes it. */
  constructor(engine: Engine, length: number, rate: number, seed: number) {
    this.#strip = ops.keep(engine.dropoutMask([length], rate, seed));
    this.#length = length;
  }

  /** A mask of a shape, of fewer numbers than the strip has; the same cut gives the same mask. cut: a whole number. */
  cut(shape: readonly number[], cut: number): Tensor {
    const size = shape.reduce((product, side) => product * side, 1);
    const start = (Math.imul(cut, 0x9e3779b1) >>> 0) % (this.#length - size + 1);
    return ops.reshape(ops.slice(this.#strip, [start], [size]), [...shape]);
  }

  dispose(): void {
    this.#strip.dispose();
  }
}
