import * as tf from '@tensorflow/tfjs-core';
import type { NamedValues, Optimizer, OptimizerKind, Tensor } from './engine.ts';
import { valuesOf } from './named-values.ts';
import { type TensorParameter, tensorOf } from './tensor-parameter.ts';

/** What an optimizer works on. The moments' tensors may be changed in place, or others put in their place and these disposed of. */
export interface Moving {
  readonly kind: OptimizerKind;
  readonly parameters: readonly TensorParameter[];
  /** Of each parameter, of its shape: the mean square (rmsprop), or the first and second moment (adam). */
  readonly moments: Tensor[][];
}

export interface MoveOptions {
  /** The step size. */
  readonly rate: number;
  /** Steps up to now, this one included. */
  readonly steps: number;
  /** As `Optimizer.apply` has it. */
  readonly longest: number | undefined;
}

/** Moves the parameters against their gradients, and brings the moments up to date. */
export type Move = (moving: Moving, gradients: readonly Tensor[], options: MoveOptions) => void;

/** Keeps the moments as ordinary tensors; what is done with them is `move`. */
export class TensorOptimizer implements Optimizer {
  readonly #moving: Moving;
  readonly #move: Move;
  #steps = 0;

  constructor(kind: OptimizerKind, parameters: readonly TensorParameter[], move: Move) {
    const moments = parameters.map(({ shape }) => {
      const at = [...shape];
      return (kind === 'rmsprop' ? [tf.ones(at)] : [tf.zeros(at), tf.zeros(at)]).map(
        (moment) => tf.keep(moment) as Tensor,
      );
    });
    this.#moving = { kind, parameters, moments };
    this.#move = move;
  }

  apply(gradients: readonly Tensor[], rate: number, longest?: number): void {
    this.#steps++;
    this.#move(this.#moving, gradients, { rate, steps: this.#steps, longest });
  }

  async state(): Promise<NamedValues[]> {
    const saved: NamedValues[] = [{ name: 'steps', shape: [1], values: Float32Array.of(this.#steps) }];
    for (const [name, shape, moment] of this.#named())
      saved.push({ name, shape, values: Float32Array.from((await moment.data()) as Float32Array) });
    return saved;
  }

  restore(state: readonly NamedValues[]): void {
    this.#steps = valuesOf(state, 'steps')[0] as number;
    const { moments } = this.#moving;
    for (const [name, shape, moment, k, m] of this.#named()) {
      const restored = tf.keep(tensorOf(valuesOf(state, name), shape));
      moment.dispose();
      (moments[k] as Tensor[])[m] = restored;
    }
  }

  dispose(): void {
    tf.dispose(this.#moving.moments);
  }

  #named() {
    const { parameters, moments } = this.#moving;
    return parameters.flatMap(({ name, shape }, k) =>
      (moments[k] as Tensor[]).map((moment, m) => [`${name}/moment${m}`, shape, moment, k, m] as const),
    );
  }
}
