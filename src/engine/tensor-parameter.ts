import * as tf from '@tensorflow/tfjs-core';
import type { NamedValues, Parameter, Tensor } from './engine.ts';

/** A parameter whose values are an ordinary tensor. */
export class TensorParameter implements Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  #tensor: Tensor;

  constructor(initial: NamedValues) {
    this.name = initial.name;
    this.shape = initial.shape;
    this.#tensor = tf.keep(tensorOf(initial.values, initial.shape));
  }

  /** The values themselves, which stay the parameter's. */
  get tensor(): Tensor {
    return this.#tensor;
  }

  value(): Tensor {
    return tf.clone(this.#tensor);
  }

  async read(): Promise<Float32Array> {
    // The engine may hand out the memory itself, which an optimizer changes where it lies.
    return Float32Array.from((await this.#tensor.data()) as Float32Array);
  }

  assign(values: Float32Array): void {
    this.replace(tensorOf(values, this.shape));
  }

  approach(target: Tensor, share: number): void {
    this.replace(tf.tidy(() => tf.add(this.#tensor, tf.mul(tf.sub(target, this.#tensor), share))));
  }

  /** Takes a tensor over as the new value. */
  replace(next: Tensor): void {
    this.#tensor.dispose();
    this.#tensor = tf.keep(next);
  }

  dispose(): void {
    this.#tensor.dispose();
  }
}

/** A tensor of a copy of the values: tfjs-node may work on the very memory that it is given, which an optimizer changes. */
export function tensorOf(values: Float32Array, shape: readonly number[]): Tensor {
  return tf.tensor(values.slice(), [...shape], 'float32');
}
