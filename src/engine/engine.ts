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
  /**
   * The current values as a tensor that belongs to the caller (or the caller's tidy). Dispose it before `Optimizer.apply`,
   * which may change it.
   */
  value(): Tensor;
  /** A copy of the current values, as many as the shape holds. */
  read(): Promise<Float32Array>;
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
  /**
   * Moves every parameter against its gradient, in place. gradients[k]: the shape of the k-th parameter; rate: the step size;
   * longest: the norm of all gradients together at most, to which longer ones are scaled (Pascanu, Mikolov and Bengio 2013).
   */
  apply(gradients: readonly Tensor[], rate: number, longest?: number): void;
  /** The optimizer's own memory (moments, step count), for a checkpoint. */
  state(): Promise<NamedValues[]>;
  /** Takes up a state that `state` gave. Throws where it belongs to other parameters. */
  restore(state: readonly NamedValues[]): void;
  dispose(): void;
}

/** Two matrices that stand for their product: left (n, a) and right (a, b), laid or as it is. */
export interface Factors {
  readonly left: Tensor;
  readonly right: Tensor;
}

/** Rows that stay in the engine and are written some at a time, of several widths: each of no meaning until it is written. */
export interface RowTable {
  /**
   * Of each width rows among which those of some places stand, (.., width); and where they stand there, (n) int32, null where
   * they are just the rows asked for. Tensors of the surrounding tidy, to be used before the next `put`.
   */
  find(places: Int32Array): { readonly rows: readonly Tensor[]; readonly places: Tensor | null };
  /** Writes rows to different places. rows: of each width (n, width), or a product of that shape; places: (n), below the count. */
  put(rows: readonly (Tensor | Factors)[], places: Int32Array): void;
  dispose(): void;
}

/** What one LSTM cell reads; `src/language/lstm-cell.ts` has the formulas. Null for what there is none of. */
export interface CellInput {
  /** (.., 4 units): what comes from below. */
  readonly x: Tensor;
  /** (batch) int32: the row of x that each row reads; null where they are the rows of x in turn. */
  readonly ids: Tensor | null;
  /** (.., 4 units): h of the symbol before times the recurrent weights; null at the first symbol. */
  readonly recurrent: Tensor | null;
  /** (.., units): c of the symbol before; null at the first symbol. */
  readonly cBefore: Tensor | null;
  /** (batch) int32: the row of `recurrent` and `cBefore` that each row continues; null where they are their rows in turn. */
  readonly parents: Tensor | null;
  /** (4 units) */
  readonly bias: Tensor | null;
}

/** States of a cell, (batch, units) or (steps, batch, units), and the gates that led to them, as many times 4 units. */
export interface CellStates {
  readonly gates: Tensor;
  readonly c: Tensor;
  readonly h: Tensor;
}

/** What comes back through a cell. */
export interface CellGradient {
  /** (batch, 4 units): dL/dz. */
  readonly dz: Tensor;
  /** (rows of the state before, 4 units) and (.., units): dL/d(h R) and dL/dc of the state before, summed over the rows that continue it. */
  readonly dzBefore: Tensor;
  readonly dcBefore: Tensor;
}

/**
 * Kernels of our own (`src/engine/native/cpp/`), each of which does in one operation what takes ten and more of TensorFlow's.
 * The gates stand in the order i, g, f, o. Throws TensorFlow's error where shapes do not fit together.
 */
export interface FusedKernels {
  cell(input: CellInput): CellStates;
  /** The same where no way back follows, which the gates are kept for. */
  state(input: CellInput): Pick<CellStates, 'c' | 'h'>;
  /** dh, dc: (batch, units), dc null for none -> as `CellGradient` has them. Once only: dz takes the place of the gates. */
  cellGradient(
    states: CellStates,
    before: Pick<CellInput, 'cBefore' | 'parents'>,
    dh: Tensor,
    dc: Tensor | null,
  ): CellGradient;
  /** Reads x (steps, batch, 4 units) with bias (4 units) and recurrent weights (units, 4 units), from h and c (batch, units). */
  sequence(x: Tensor, bias: Tensor, recurrent: Tensor, before: { readonly c: Tensor; readonly h: Tensor }): CellStates;
  /** dh: (steps, batch, units), from above -> dz: (steps, batch, 4 units). */
  sequenceGradient(states: CellStates, cBefore: Tensor, recurrent: Tensor, dh: Tensor): Tensor;
}

/** Cross entropy of softmax(logits + bias) for each row, and its gradient. */
export interface CrossEntropy {
  /** (batch), nats. */
  readonly loss: Tensor;
  /** (batch) int32: the most likely symbol. */
  readonly predicted: Tensor;
  /** (batch, vocabulary): scale d loss[b] / d logits[b] = scale (softmax - onehot(target)). */
  readonly slope: Tensor;
  /** (vocabulary): the sum of the slope's rows. */
  readonly biasSlope: Tensor;
}

export interface CrossEntropyOptions {
  /** What each row's loss counts in the slopes; default 1. */
  readonly scale?: number;
  /** The most likely symbol is looked for among so many first ones; default all. */
  readonly guessed?: number;
}

export interface Engine {
  readonly name: EngineName;
  /** Name and version, for a person: `TensorFlow 2.21.0 (tfjs-node 4.22.0)`. */
  readonly description: string;
  parameter(initial: NamedValues): Parameter;
  optimizer(kind: OptimizerKind, parameters: readonly Parameter[]): Optimizer;
  /** logits: (batch, vocabulary); bias: (vocabulary); targets: (batch) int32. */
  crossEntropy(logits: Tensor, bias: Tensor, targets: Tensor, options?: CrossEntropyOptions): CrossEntropy;
  /**
   * Adds up the rows that share an id, over several matrices of the same width: parts (.., width) of n rows together, ids (n)
   * int32 -> (count, width). The gradient of a gather.
   */
  sumRowsById(parts: readonly Tensor[], ids: Tensor, count: number): Tensor;
  /**
   * A tensor that is a copy of values of that shape; kept until the caller disposes of it. Yields now and then, where the engine
   * can copy a part at a time.
   */
  copying(values: Float32Array, shape: readonly number[]): Generator<void, Tensor, void>;
  /** count: how many rows there are of each width. */
  rowTable(count: number, widths: readonly number[]): RowTable;
  /** Takes rows by id: table (count, width), ids (n) int32 -> (n, width). */
  pickRows(table: Tensor, ids: Tensor): Tensor;
  /** left right + bias, (n, a), (a, b) and (b) -> (n, b). */
  product(left: Tensor, right: Tensor, bias?: Tensor): Tensor;
  /**
   * A matrix in the form that is fastest on the right side of `product`, for one that many products share; good for nothing
   * else. Belongs to the caller, as the matrix still does.
   */
  laid(matrix: Tensor): Tensor;
  /** softmax(left table^T + bias): (n, a), (b, a) and (b) -> (n, b). */
  probabilities(left: Tensor, table: Tensor, bias: Tensor): Tensor;
  /** log softmax(left right + bias): (n, a), (a, b), laid or as it is, and (b) -> (n, b). */
  logProbabilities(left: Tensor, right: Tensor, bias: Tensor): Tensor;
  /** log((1 - share) p + share q): (n, a) and (n, a) -> (n, a). share: 0 to 1. */
  logMixture(p: Tensor, q: Tensor, share: number): Tensor;
  /** Rows of the same width below one another; a single part is given back itself. */
  stackRows(parts: readonly Tensor[]): Tensor;
  /** The sum of left[k]^T right[k], (n_k, a) and (n_k, b) -> (a, b): the gradient of a weight matrix that served several times. */
  leftTransposedProduct(left: readonly Tensor[], right: readonly Tensor[]): Tensor;
  /** left right^T, (n, b) and (a, b) -> (n, a): a gradient on its way back through a weight matrix. */
  rightTransposedProduct(left: Tensor, right: Tensor): Tensor;
  /** Null where the engine has none: then the same is put together from plain operations. */
  readonly fused: FusedKernels | null;
  /**
   * A mask that drops a share of what it is multiplied with and makes up for it: 0 with probability `rate`, else
   * 1 / (1 - rate). The same seed gives the same mask on the same engine. seed: a whole number from 0 to 2^31 - 1.
   */
  dropoutMask(shape: readonly number[], rate: number, seed: number): Tensor;
}
