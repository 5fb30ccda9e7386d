import * as tf from '@tensorflow/tfjs-core';
import { clipped } from '../clipped.ts';
import type { NamedValues, Optimizer, OptimizerKind, Tensor } from '../engine.ts';
import { valuesOf } from '../named-values.ts';
import type { Attribute, Context } from './context.ts';
import { NativeParameter } from './native-parameter.ts';

export class NativeOptimizer implements Optimizer {
  readonly #context: Context;
  readonly #kind: OptimizerKind;
  readonly #parameters: readonly NativeParameter[];
  /** Mean square and momentum (rmsprop), or the first and second moment (adam), of each parameter. */
  readonly #moments: NativeParameter[][];
  #steps = 0;

  constructor(context: Context, kind: OptimizerKind, parameters: readonly NativeParameter[]) {
    this.#context = context;
    this.#kind = kind;
    this.#parameters = parameters;
    this.#moments = parameters.map(({ name, shape }) =>
      [0, 1].map((m) => {
        const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
        if (kind === 'rmsprop' && m === 0) values.fill(1);
        return new NativeParameter(context, { name: `${name}/moment${m}`, shape, values });
      }),
    );
  }

  apply(gradients: readonly Tensor[], rate: number, longest?: number): void {
    const { binding, floatType, run } = this.#context;
    this.#steps++;
    tf.tidy(() => {
      const own = longest === undefined ? gradients : clipped(gradients, longest);
      const scalars = (...values: number[]) => values.map((value) => tf.scalar(value, 'float32') as Tensor);
      const unlocked: Attribute = { name: 'use_locking', type: binding.TF_ATTR_BOOL, value: false };
      const plain: Attribute = { name: 'use_nesterov', type: binding.TF_ATTR_BOOL, value: false };
      const [operation, attributes, settings] =
        this.#kind === 'rmsprop'
          ? ['ResourceApplyRMSProp', [floatType, unlocked], scalars(rate, 0.9, 0, 1e-10)]
          : [
              'ResourceApplyAdam',
              [floatType, unlocked, plain],
              scalars(0.9 ** this.#steps, 0.999 ** this.#steps, rate, 0.9, 0.999, 1e-8),
            ];
      this.#parameters.forEach((parameter, k) => {
        const handles = [parameter, ...(this.#moments[k] as NativeParameter[])].map(({ handle }) => handle);
        run(
          operation as string,
          attributes as Attribute[],
          [...handles, ...(settings as Tensor[]), own[k] as Tensor],
          0,
        );
      });
    });
  }

  async state(): Promise<NamedValues[]> {
    const saved: NamedValues[] = [{ name: 'steps', shape: [1], values: Float32Array.of(this.#steps) }];
    for (const moment of this.#saved()) {
      saved.push({ name: moment.name, shape: moment.shape, values: await moment.read() });
    }
    return saved;
  }

  restore(state: readonly NamedValues[]): void {
    const find = (name: string) => valuesOf(state, name);
    this.#steps = find('steps')[0] as number;
    for (const moment of this.#saved()) moment.assign(find(moment.name));
  }

  dispose(): void {
    for (const moment of this.#moments.flat()) moment.dispose();
  }

  /** Without its momentum, which is always nothing here, rmsprop has the same state on every engine. */
  #saved(): NativeParameter[] {
    return this.#moments.flatMap((moments) => (this.#kind === 'rmsprop' ? moments.slice(0, 1) : moments));
  }
}
