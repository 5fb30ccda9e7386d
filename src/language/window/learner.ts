import {
  type Engine,
  type NamedValues,
  type Optimizer,
  type OptimizerKind,
  ops,
  type Parameter,
  type Tensor,
} from '../../engine/engine.ts';
import { valuesOf } from '../../engine/named-values.ts';
import type { Weights } from '../place-weights.ts';
import type { Recipe } from '../recipe.ts';
import { type Evaluation, evaluate } from './evaluation.ts';
import { initialWeights, lossAndGradients } from './network.ts';
import { type PlacedTree, placeTree, tensorsOf } from './placed-tree.ts';
import type { PrefixTree } from './prefix-tree.ts';
import type { Windows } from './windows.ts';

/** What one step found before it moved the weights. */
export interface StepResult {
  /** Mean over the batch's windows, nats. */
  readonly loss: number;
  /** Share of the batch's windows whose next symbol was predicted. */
  readonly accuracy: number;
  /** The symbol predicted for the batch's first window. */
  readonly predicted: number;
}

/** The weights of a model that is being trained, in the engine, with their optimizer. */
export class Learner {
  readonly #engine: Engine;
  readonly #recipe: Recipe;
  readonly #vocabulary: number;
  readonly #parameters: readonly Parameter[];
  readonly #optimizer: Optimizer;
  /** The batch of the last step: a text that fits into one batch comes as the same every time. */
  #batch: { readonly tree: PrefixTree; readonly placed: PlacedTree } | null = null;

  /** vocabulary: how many symbols there are. */
  constructor(engine: Engine, recipe: Recipe, vocabulary: number, optimizer: OptimizerKind) {
    this.#engine = engine;
    this.#recipe = recipe;
    this.#vocabulary = vocabulary;
    this.#parameters = initialWeights(recipe, vocabulary).map((weight) => engine.parameter(weight));
    this.#optimizer = engine.optimizer(optimizer, this.#parameters);
  }

  /** Moves the weights once, against the gradient of the batch's mean loss. rate: the step size. */
  step(batch: PrefixTree, rate: number): StepResult {
    const { loss, predicted, gradients } = ops.tidy(() => {
      const tree = this.#place(batch);
      const { loss, predicted, gradients } = lossAndGradients(this.#engine, this.#recipe, this.#weights(), tree);
      return {
        loss,
        predicted,
        gradients: this.#parameters.map(({ name }) => gradients[name] as Tensor),
      };
    });
    this.#optimizer.apply(gradients, rate);
    // A number a window is soon read and added up; mean and comparison as operations took longer than both (docs/performance.md).
    const losses = loss.dataSync();
    const guesses = predicted.dataSync();
    ops.dispose([loss, predicted, ...gradients]);
    let [sum, hits] = [0, 0];
    batch.targets.forEach((target, row) => {
      sum += losses[row] as number;
      if (guesses[row] === target) hits++;
    });
    const count = batch.targets.length;
    return { loss: sum / count, accuracy: hits / count, predicted: guesses[0] as number };
  }

  /** How well the weights predict the windows; those whose target is `excluded` are not counted. */
  evaluate(windows: Windows, excluded?: number): Promise<Evaluation> {
    return evaluate(this.#engine, this.#recipe, () => this.#weights(), windows, this.#vocabulary, excluded);
  }

  /** A copy of the weights. */
  async values(): Promise<NamedValues[]> {
    const values: NamedValues[] = [];
    for (const parameter of this.#parameters)
      values.push({ name: parameter.name, shape: parameter.shape, values: await parameter.read() });
    return values;
  }

  /** Takes weights over that `values` gave. Throws where one is missing. */
  assign(values: readonly NamedValues[]): void {
    for (const parameter of this.#parameters) parameter.assign(valuesOf(values, parameter.name));
  }

  /** The weights and the optimizer's memory: all that the next step depends on. */
  async state(): Promise<NamedValues[]> {
    return [...(await this.values()), ...(await this.#optimizer.state())];
  }

  restore(state: readonly NamedValues[]): void {
    this.assign(state);
    this.#optimizer.restore(state);
  }

  dispose(): void {
    this.#forget();
    this.#optimizer.dispose();
    for (const parameter of this.#parameters) parameter.dispose();
  }

  #place(tree: PrefixTree): PlacedTree {
    if (this.#batch?.tree === tree) return this.#batch.placed;
    this.#forget();
    const placed = placeTree(tree);
    this.#batch = { tree, placed };
    for (const tensor of tensorsOf(placed)) ops.keep(tensor);
    return placed;
  }

  #forget(): void {
    if (this.#batch) ops.dispose(tensorsOf(this.#batch.placed));
    this.#batch = null;
  }

  /** As tensors of the surrounding tidy. */
  #weights(): Weights {
    return Object.fromEntries(this.#parameters.map((parameter) => [parameter.name, parameter.value()]));
  }
}
