import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { copyAtOnce } from './copy-at-once.ts';
import type { Engine, Tensor } from './engine.ts';
import type { Attribute, Binding, Context } from './native/context.ts';
import { copyInPieces } from './native/copy-in-pieces.ts';
import { findKernels } from './native/find-kernels.ts';
import { mendNodeUtil } from './native/mend-node-util.ts';
import { NativeOptimizer } from './native/native-optimizer.ts';
import { NativeParameter } from './native/native-parameter.ts';
import { NativeRowTable, type PutProduct, type Putting } from './native/native-row-table.ts';
import { type KernelsAddon, ownKernels } from './native/own-kernels.ts';
import { stepKernels } from './native/step-kernels.ts';
import { plainCrossEntropy } from './plain-cross-entropy.ts';
import { plainLogMixture } from './plain-log-mixture.ts';
import { TensorOptimizer } from './tensor-optimizer.ts';
import { TensorParameter } from './tensor-parameter.ts';

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
  const addon = kernels === null ? null : (require(kernels) as KernelsAddon);
  return nativeEngine(tf.backend() as unknown as NativeBackend, version, addon);
}

function nativeEngine(backend: NativeBackend, version: string, addon: KernelsAddon | null): Engine {
  const { binding } = backend;
  const floatType: Attribute = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const run = (name: string, attributes: Attribute[], inputs: Tensor[], outputs: number) =>
    backend.executeMultipleOutputs(name, attributes, inputs, outputs);
  const context: Context = { binding, floatType, run };
  const own = addon && ownKernels(context, addon);
  const { putRows, ...kernels } = stepKernels(context);
  const rows = own?.putRows ?? putRows;
  const product: PutProduct = (table, { left, right }, places) => rows([table], [kernels.product(left, right)], places);
  const put: Putting = { rows, product: own?.putProduct ?? product };
  return {
    name: 'native',
    description: `TensorFlow ${binding.TF_Version} (tfjs-node ${version})`,
    parameter: (initial) => (own ? new TensorParameter(initial) : new NativeParameter(context, initial)),
    optimizer: (kind, parameters) =>
      own
        ? new TensorOptimizer(kind, parameters as TensorParameter[], own.move)
        : new NativeOptimizer(context, kind, parameters as NativeParameter[]),
    rowTable: (count, widths) => new NativeRowTable(context, count, widths, put),
    // What is copied at once is copied first: tfjs-node may work on the very memory that it is given.
    copying: (values, shape) =>
      shape.length === 2
        ? copyInPieces(context, put, values, shape as [number, number])
        : copyAtOnce(values.slice(), shape),
    laid: (matrix) => tf.clone(matrix),
    crossEntropy: plainCrossEntropy,
    probabilities: (left, table, bias) =>
      tf.tidy(() => tf.softmax(tf.add(kernels.rightTransposedProduct(left, table), bias) as never) as Tensor),
    logProbabilities: (left, right, bias) => tf.tidy(() => tf.logSoftmax(kernels.product(left, right, bias))),
    logMixture: plainLogMixture,
    fused: null,
    ...kernels,
    ...own?.kernels,
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
