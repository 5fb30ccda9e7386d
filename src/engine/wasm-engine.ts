import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, NamedValues, Optimizer, OptimizerKind, Parameter, Tensor } from './engine.ts';
import { valuesOf } from './named-values.ts';
import { plainCrossEntropy } from './plain-cross-entropy.ts';

/** Opens the engine that installs everywhere: TensorFlow.js on WebAssembly with SIMD. */
export async function openWasmEngine(): Promise<Engine> {
  await tf.setBackend('wasm');
  await tf.ready();
  return {
    name: 'wasm',
    description: `WebAssembly (tfjs-backend-wasm ${version_wasm})`,
    parameter: (initial) => new WasmParameter(initial),
    optimizer: (kind, parameters) => new WasmOptimizer(kind, parameters as WasmParameter[]),
    crossEntropy: plainCrossEntropy,
    sumRowsById,
    pickRows,
    product: (left, right, bias) =>
      tf.tidy(() => {
        const product = tf.matMul(left as tf.Tensor2D, right as tf.Tensor2D);
        return bias ? tf.add(product, bias) : product;
      }),
    probabilities: (left, table, bias) =>
      tf.tidy(() => tf.softmax(tf.add(rightTransposedProduct(left, table), bias) as never) as Tensor),
    stackRows: (parts) => (parts.length === 1 ? (parts[0] as Tensor) : tf.concat([...parts], 0)),
    // Measured: this backend's own transposed products take 6 to 40 times as long as transposing first (docs/engines.md).
    leftTransposedProduct: (left, right) =>
      tf.tidy(() => tf.matMul(tf.transpose(left as tf.Tensor2D), right as tf.Tensor2D)),
    rightTransposedProduct,
    fused: null,
    dropoutMask,
  };
}

class WasmParameter implements Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  #tensor: Tensor;

  constructor(initial: NamedValues) {
    this.name = initial.name;
    this.shape = initial.shape;
    this.#tensor = tf.keep(tf.tensor(initial.values, [...initial.shape], 'float32'));
  }

  value(): Tensor {
    return tf.clone(this.#tensor);
  }

  assign(values: Float32Array): void {
    this.replace(tf.tensor(values, [...this.shape], 'float32'));
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

class WasmOptimizer implements Optimizer {
  readonly #kind: OptimizerKind;
  readonly #parameters: readonly WasmParameter[];
  /** Mean square (rmsprop), or the first and second moment (adam), of each parameter. */
  readonly #moments: Tensor[][];
  #steps = 0;

  constructor(kind: OptimizerKind, parameters: readonly WasmParameter[]) {
    this.#kind = kind;
    this.#parameters = parameters;
    this.#moments = parameters.map(({ shape }) =>
      kind === 'rmsprop'
        ? [tf.keep(tf.ones([...shape]))]
        : [tf.keep(tf.zeros([...shape])), tf.keep(tf.zeros([...shape]))],
    );
  }

  apply(gradients: readonly Tensor[], rate: number): void {
    this.#steps++;
    const step = this.#kind === 'rmsprop' ? rmsprop(rate) : adam(rate, this.#steps);
    this.#parameters.forEach((parameter, k) => {
      const before = this.#moments[k] as Tensor[];
      const [next, ...moments] = tf.tidy(() => step(parameter.value(), gradients[k] as Tensor, before));
      parameter.replace(next as Tensor);
      for (const moment of before) moment.dispose();
      this.#moments[k] = moments.map((moment) => tf.keep(moment));
    });
  }

  async state(): Promise<NamedValues[]> {
    const saved: NamedValues[] = [{ name: 'steps', shape: [1], values: Float32Array.of(this.#steps) }];
    for (const [k, { name, shape }] of this.#parameters.entries()) {
      for (const [m, moment] of (this.#moments[k] as Tensor[]).entries()) {
        saved.push({ name: `${name}/moment${m}`, shape, values: (await moment.data()) as Float32Array });
      }
    }
    return saved;
  }

  restore(state: readonly NamedValues[]): void {
    const find = (name: string) => valuesOf(state, name);
    this.#steps = find('steps')[0] as number;
    for (const [k, { name, shape }] of this.#parameters.entries()) {
      this.#moments[k] = (this.#moments[k] as Tensor[]).map((moment, m) => {
        moment.dispose();
        return tf.keep(tf.tensor(find(`${name}/moment${m}`), [...shape], 'float32'));
      });
    }
  }

  dispose(): void {
    tf.dispose(this.#moments);
  }
}

type Step = (weight: Tensor, gradient: Tensor, moments: Tensor[]) => Tensor[];

/** ms <- ms + (1 - 0.9)(g^2 - ms); w <- w - rate g / sqrt(ms + 1e-10): TensorFlow's ApplyRMSProp without momentum. */
const rmsprop =
  (rate: number): Step =>
  (weight, gradient, [meanSquare]) => {
    const ms = tf.add(tf.mul(meanSquare as Tensor, 0.9), tf.mul(tf.square(gradient), 1 - 0.9));
    return [tf.sub(weight, tf.mul(tf.mul(gradient, rate), tf.rsqrt(tf.add(ms, 1e-10)))), ms];
  };

/** m <- 0.9 m + 0.1 g; v <- 0.999 v + 0.001 g^2; w <- w - rate' m / (sqrt(v) + 1e-8), rate' corrected for the first steps. */
const adam = (rate: number, steps: number): Step => {
  const corrected = (rate * Math.sqrt(1 - 0.999 ** steps)) / (1 - 0.9 ** steps);
  return (weight, gradient, [first, second]) => {
    const m = tf.add(tf.mul(first as Tensor, 0.9), tf.mul(gradient, 1 - 0.9));
    const v = tf.add(tf.mul(second as Tensor, 0.999), tf.mul(tf.square(gradient), 1 - 0.999));
    return [tf.sub(weight, tf.div(tf.mul(m, corrected), tf.add(tf.sqrt(v), 1e-8))), m, v];
  };
};

/**
 * Transposing costs as much as multiplying here: of the two ways to write the product without a transposed operand, the one
 * that turns over fewer numbers. For a batch against a weight matrix it takes a third to a fifth of the other's time.
 */
function rightTransposedProduct(left: Tensor, right: Tensor): Tensor {
  const [n, b] = left.shape as [number, number];
  const a = right.shape[0] as number;
  return tf.tidy(() =>
    n * (a + b) < a * b
      ? tf.transpose(tf.matMul(right as tf.Tensor2D, tf.transpose(left as tf.Tensor2D)))
      : tf.matMul(left as tf.Tensor2D, tf.transpose(right as tf.Tensor2D)),
  );
}

/** The kernel GatherV2 takes eight times as long as this loop of copies. */
function pickRows(table: Tensor, ids: Tensor): Tensor {
  const width = table.shape[1] as number;
  const from = table.dataSync() as Float32Array;
  const picked = ids.dataSync();
  const rows = new Float32Array(picked.length * width);
  picked.forEach((id, row) => {
    rows.set(from.subarray(id * width, (id + 1) * width), row * width);
  });
  return tf.tensor2d(rows, [picked.length, width]);
}

/** The kernel UnsortedSegmentSum is missing here; the loop over memory the engine already holds costs less than a one-hot product. */
function sumRowsById(parts: readonly Tensor[], ids: Tensor, count: number): Tensor {
  const width = parts[0]?.shape[1] as number;
  const sums = new Float32Array(count * width);
  const of = ids.dataSync();
  let next = 0;
  for (const part of parts) {
    const from = part.dataSync();
    for (let at = 0; at < from.length; at += width) {
      const to = (of[next++] as number) * width;
      for (let k = 0; k < width; k++) sums[to + k] = (sums[to + k] as number) + (from[at + k] as number);
    }
  }
  return tf.tensor2d(sums, [count, width]);
}

function dropoutMask(shape: readonly number[], rate: number, seed: number): Tensor {
  // xorshift32 (Marsaglia 2003): a mask needs millions of numbers a second, and no more of them than to be unlike each other.
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x85ebca6b) | 0 || 1;
  const kept = 1 / (1 - rate);
  const bound = rate * 2 ** 32;
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let k = 0; k < values.length; k++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    values[k] = state >>> 0 >= bound ? kept : 0;
  }
  return tf.tensor(values, [...shape]);
}
