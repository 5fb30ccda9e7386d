import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, NamedValues, Optimizer, OptimizerKind, Parameter, Tensor } from './engine.ts';
import { valuesOf } from './named-values.ts';
import type { Attribute, Binding, Context } from './native/context.ts';
import { findKernels } from './native/find-kernels.ts';
import { mendNodeUtil } from './native/mend-node-util.ts';
import { ownKernels } from './native/own-kernels.ts';
import { stepKernels } from './native/step-kernels.ts';
import { plainCrossEntropy } from './plain-cross-entropy.ts';

/** The part of tfjs-node's backend that runs any TensorFlow operation by name. */
interface NativeBackend {
  readonly binding: Binding;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
}

export interface NativeOptions {
  readonly threads?: number | undefined;
  /** The addon with kernels of our own, or null to do without. Default: what `findKernels` finds. */
  readonly kernels?: string | null;
}

/**
 * Opens TensorFlow's own library through tfjs-node, once `linkNative` has put its addon in place, and beside it the kernels of
 * our own, where they are compiled. Throws whatever loading the addons throws.
 */
export async function openNativeEngine(options: NativeOptions = {}): Promise<Engine> {
  // TensorFlow reads these once, when its library is loaded.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  if (options.threads) process.env.TF_NUM_INTRAOP_THREADS = String(options.threads);
  mendNodeUtil();
  const require = createRequire(import.meta.url);
  require('@tensorflow/tfjs-node');
  await tf.setBackend('tensorflow');
  const { version } = require('@tensorflow/tfjs-node/package.json');
  const { kernels = findKernels() } = options;
  if (kernels) require(kernels);
  return nativeEngine(tf.backend() as unknown as NativeBackend, version, kernels !== null);
}

function nativeEngine(backend: NativeBackend, version: string, fused: boolean): Engine {
  const { binding } = backend;
  const floatType: Attribute = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const run = (name: string, attributes: Attribute[], inputs: Tensor[], outputs: number) =>
    backend.executeMultipleOutputs(name, attributes, inputs, outputs);
  const context: Context = { binding, floatType, run };
  const own = fused ? ownKernels(context) : null;
  const kernels = stepKernels(context, own?.fewRows ?? (() => null));
  return {
    name: 'native',
    description: `TensorFlow ${binding.TF_Version} (tfjs-node ${version})`,
    parameter: (initial) => new NativeParameter(context, initial),
    optimizer: (kind, parameters) => new NativeOptimizer(context, kind, parameters as NativeParameter[]),
    crossEntropy: own?.crossEntropy ?? plainCrossEntropy,
    ...kernels,
    ...(own && { sumRowsById: own.sumRowsById }),
    probabilities: (left, table, bias) =>
      own?.probabilities(left, table, bias) ??
      tf.tidy(() => tf.softmax(tf.add(kernels.rightTransposedProduct(left, table), bias) as never) as Tensor),
    fused: own?.fused ?? null,
    dropoutMask: (shape, rate, seed) =>
      tf.tidy(() => {
        const attributes = [
          { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
          { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
          { name: 'Tseed', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
        ];
        const inputs = [tf.tensor1d([...shape], 'int32'), tf.tensor1d([seed, 0], 'int32')];
        const drawn = run('StatelessRandomUniform', attributes, inputs, 1)[0] as Tensor;
        return tf.mul(tf.cast(tf.greaterEqual(drawn, rate), 'float32'), 1 / (1 - rate));
      }),
  };
}

let variables = 0;

/** A resource variable: TensorFlow updates it in place. */
class NativeParameter implements Parameter {
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
      this.#context.run(
        'AssignVariableOp',
        [this.#type],
        [this.handle, tf.tensor(values, [...this.shape], 'float32')],
        0,
      );
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

class NativeOptimizer implements Optimizer {
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

  apply(gradients: readonly Tensor[], rate: number): void {
    const { binding, floatType, run } = this.#context;
    this.#steps++;
    tf.tidy(() => {
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
          [...handles, ...(settings as Tensor[]), gradients[k] as Tensor],
          0,
        );
      });
    });
  }

  async state(): Promise<NamedValues[]> {
    const saved: NamedValues[] = [{ name: 'steps', shape: [1], values: Float32Array.of(this.#steps) }];
    for (const moment of this.#moments.flat()) {
      const tensor = moment.value();
      saved.push({ name: moment.name, shape: moment.shape, values: (await tensor.data()) as Float32Array });
      tensor.dispose();
    }
    return saved;
  }

  restore(state: readonly NamedValues[]): void {
    const find = (name: string) => valuesOf(state, name);
    this.#steps = find('steps')[0] as number;
    for (const moment of this.#moments.flat()) moment.assign(find(moment.name));
  }

  dispose(): void {
    for (const moment of this.#moments.flat()) moment.dispose();
  }
}
