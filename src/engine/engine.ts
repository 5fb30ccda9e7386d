import type { Tensor } from '@tensorflow/tfjs-core';
import * as ops from '@tensorflow/tfjs-core';

/**
 * The ground floor of the arithmetic. Plain operations (`ops`) are tfjs-core's and run on whichever engine is open; what
 * the two engines do differently (fused kernels, in-place optimizers) is behind `Engine`. Nothing outside `src/engine/`
 * imports TensorFlow.
 */
export { ops };
export type { Tensor };

export type EngineName = 'native' | 'wasm';

/** What `FABULIST_ENGINE` and `--engine` accept. */
export type EngineChoice = EngineName | 'auto';

export interface OptimizerSettings {
  /**
   * `rmsprop` is TensorFlow 1's (decay 0.9, epsilon 1e-10, mean square starting at one), as in the article's Listing 9;
   * `adam` is Kingma and Ba's (beta 0.9 and 0.999, epsilon 1e-8).
   */
  readonly kind: 'rmsprop' | 'adam';
}

/** A weight matrix that lives in the engine for as long as its model does, together with its optimizer's state. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** The current values. The tensor belongs to the parameter: do not dispose it, and read it anew after `Optimizer.apply`. */
  value(): Tensor;
  dispose(): void;
}

export interface Optimizer {
  /** Moves every parameter against its gradient, in place. `gradients[i]` has the shape of the i-th parameter; rate is the step size. */
  apply(gradients: readonly Tensor[], rate: number): void;
  /** The optimizer's own state, named, for a checkpoint. */
  state(): Promise<NamedValues[]>;
  restore(state: readonly NamedValues[]): void;
  dispose(): void;
}

export interface NamedValues {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Engine {
  readonly name: EngineName;
  /** Name and version, for a person: `TensorFlow 2.21.0 (tfjs-node 4.22.0)`. */
  readonly description: string;
  parameter(initial: NamedValues): Parameter;
  optimizer(settings: OptimizerSettings, parameters: readonly Parameter[]): Optimizer;
  /**
   * Softmax cross entropy and its gradient. logits: (batch, vocabulary); labels: (batch) int32.
   * loss: (batch), in nats; gradient: (batch, vocabulary), d loss[b] / d logits[b], not yet divided by the batch.
   */
  softmaxCrossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor };
  /** Adds rows that share an id: rows (n, width), ids (n) int32 -> (count, width). The gradient of a gather. */
  sumRowsById(rows: Tensor, ids: Tensor, count: number): Tensor;
}
