import type { Tensor } from '@tensorflow/tfjs-core';
import * as ops from '@tensorflow/tfjs-core';

export type { Tensor };
/**
 * The ground floor of the arithmetic. Plain operations (`ops`) are tfjs-core's and run on whichever engine is open; what
 * the two engines do differently (fused kernels, in-place optimizers) is behind `Engine`. Nothing outside `src/engine/`
 * imports TensorFlow.
 */
export { ops };

export type EngineName = 'native' | 'wasm';

/** What `FABULIST_ENGINE` and `--engine` accept. */
export type EngineChoice = EngineName | 'auto';

/** Numbers with their place in a model, independent of any engine. */
export interface NamedValues {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A weight matrix that lives in the engine until it is disposed. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** The current values as a tensor that belongs to the caller (or the caller's tidy). Dispose it before `Optimizer.apply`. */
  value(): Tensor;
  /** Replaces the values; as many as the shape holds. */
  assign(values: Float32Array): void;
  /** Moves the values a share of the way to the target: value + share (target - value). target: of the same shape. */
  approach(target: Tensor, share: number): void;
  dispose(): void;
}

/**
 * `rmsprop` is TensorFlow 1's (decay 0.9, epsilon 1e-10, mean square starting at one), as in the article's Listing 9;
 * `adam` is Kingma and Ba's (beta 0.9 and 0.999, epsilon 1e-8).
 */
export type OptimizerKind = 'rmsprop' | 'adam';

export interface Optimizer {
  /** Moves every parameter against its gradient, in place. gradients[k]: the shape of the k-th parameter; rate: the step size. */
  apply(gradients: readonly Tensor[], rate: number): void;
  /** The optimizer's own memory (moments, step count), for a checkpoint. */
  state(): Promise<NamedValues[]>;
  /** Takes up a state that `state` gave. Throws where it belongs to other parameters. */
  restore(state: readonly NamedValues[]): void;
  dispose(): void;
}

/** What one LSTM cell computed for a batch, all (batch, units): see `src/language/lstm-cell.ts` for the formulas. */
export interface CellState {
  readonly i: Tensor;
  readonly g: Tensor;
  /** Null at the first symbol, where there is no state to forget. */
  readonly f: Tensor | null;
  readonly o: Tensor;
  readonly c: Tensor;
  readonly tanhC: Tensor;
  readonly h: Tensor;
}

export interface Engine {
  readonly name: EngineName;
  /** Name and version, for a person: `TensorFlow 2.21.0 (tfjs-node 4.22.0)`. */
  readonly description: string;
  parameter(initial: NamedValues): Parameter;
  optimizer(kind: OptimizerKind, parameters: readonly Parameter[]): Optimizer;
  /**
   * Softmax cross entropy and its gradient. logits: (batch, vocabulary); labels: (batch) int32.
   * loss: (batch), nats; gradient: (batch, vocabulary), d loss[b] / d logits[b], not divided by the batch.
   */
  softmaxCrossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor };
  /** Adds up the rows that share an id: rows (n, width), ids (n) int32 -> (count, width). The gradient of a gather. */
  sumRowsById(rows: Tensor, ids: Tensor, count: number): Tensor;
  /** Takes rows by id: table (count, width), ids (n) int32 -> (n, width). */
  pickRows(table: Tensor, ids: Tensor): Tensor;
  /** left right, (n, a) and (a, b) -> (n, b). */
  product(left: Tensor, right: Tensor): Tensor;
  /** Rows of the same width below one another; a single part is given back itself. */
  stackRows(parts: readonly Tensor[]): Tensor;
  /** left^T right, (n, a) and (n, b) -> (a, b): the gradient of a weight matrix. */
  leftTransposedProduct(left: Tensor, right: Tensor): Tensor;
  /** left right^T, (n, b) and (a, b) -> (n, a): a gradient on its way back through a weight matrix. */
  rightTransposedProduct(left: Tensor, right: Tensor): Tensor;
  /**
   * The forward pass of one LSTM cell without tfjs-core's part in every operation, where the engine can do without it (null
   * otherwise): `cellForward` of `src/language/lstm-cell.ts` from the sum of `parts`, each (batch, 4 units).
   */
  readonly cellState: ((parts: readonly Tensor[], cBefore: Tensor | null) => CellState) | null;
  /**
   * The backward pass of one LSTM cell as one kernel, where the engine has one (null otherwise).
   * dh, dc, cBefore: (batch, units) -> dz: (batch, 4 units) in the order i, c, f, o; dcBefore: (batch, units).
   */
  readonly cellGradient:
    | ((state: CellState & { f: Tensor }, cBefore: Tensor, dh: Tensor, dc: Tensor) => { dz: Tensor; dcBefore: Tensor })
    | null;
  /**
   * A mask that drops a share of what it is multiplied with and makes up for it: 0 with probability `rate`, else
   * 1 / (1 - rate). The same seed gives the same mask on the same engine. seed: a whole number from 0 to 2^31 - 1.
   */
  dropoutMask(shape: readonly number[], rate: number, seed: number): Tensor;
}
