import * as tf from '@tensorflow/tfjs-core';
import type { NamedValues, Parameter, Tensor } from '../engine.ts';
import { tensorOf } from '../tensor-parameter.ts';
import type { Attribute, Context } from './context.ts';

let variables = 0;

/** A resource variable: TensorFlow updates it in place. */
export class NativeParameter implements Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly handle: Tensor;
  readonly #context: Context;
  readonly #type: Attribute;

  constructor(context: Context, initial: NamedValues) {
    const { binding, run } = context;
    this.name = initial.name;
    this.shape = initial.shape;
    this.#context = context;
    this.#type = { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    const attributes: Attribute[] = [
      { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `parameter-${++variables}` },
      this.#type,
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [...initial.shape] },
    ];
    this.handle = tf.keep(run('VarHandleOp', attributes, [], 1)[0] as Tensor);
    this.assign(initial.values);
  }

  assign(values: Float32Array): void {
    tf.tidy(() => {
      this.#context.run('AssignVariableOp', [this.#type], [this.handle, tensorOf(values, this.shape)], 0);
    });
  }

  approach(target: Tensor, share: number): void {
    tf.tidy(() => {
      const way = tf.mul(tf.sub(target, this.value()), share);
      this.#context.run('AssignAddVariableOp', [this.#type], [this.handle, way], 0);
    });
  }

  value(): Tensor {
    return this.#context.run('ReadVariableOp', [this.#type], [this.handle], 1)[0] as Tensor;
  }

  async read(): Promise<Float32Array> {
    const tensor = this.value();
    const values = (await tensor.data()) as Float32Array;
    tensor.dispose();
    return values;
  }

  dispose(): void {
    const ignoreLost: Attribute = {
      name: 'ignore_lookup_error',
      type: this.#context.binding.TF_ATTR_BOOL,
      value: true,
    };
    this.#context.run('DestroyResourceOp', [ignoreLost], [this.handle], 0);
    this.handle.dispose();
  }
}
