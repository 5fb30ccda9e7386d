import { type CellState, type Engine, type NamedValues, ops, type Tensor } from '../engine/engine.ts';
import { cellBackward, cellOf } from './lstm-cell.ts';
import type { Level, PrefixTree } from './prefix-tree.ts';
import { Random } from './random.ts';
import type { Recipe } from './recipe.ts';

/** The weights by name, in the engine. See `Model.weights` for their shapes. */
export type Weights = Readonly<Record<string, Tensor>>;

type Shape = Pick<Recipe, 'name' | 'layers' | 'units'>;

const at = (weights: Weights, name: string): Tensor => weights[name] as Tensor;

/**
 * Weights to start from. Both recipes draw the LSTM's uniformly within sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010)
 * and start the forget gate's bias at 1, as TensorFlow's BasicLSTMCell does. The article's output weights are
 * `tf.random_normal` (Listing 4); the default recipe's are Glorot's too.
 */
export function initialWeights(recipe: Shape & Pick<Recipe, 'seed'>, vocabulary: number): NamedValues[] {
  const { name, layers, units } = recipe;
  const random = new Random(recipe.seed);
  const gates = 4 * units;
  const uniform = (label: string, rows: number, inputs: number): NamedValues => ({
    name: label,
    shape: [rows, gates],
    values: random.uniform(rows * gates, Math.sqrt(6 / (inputs + gates))),
  });
  const weights: NamedValues[] = [];
  const forgetful = (values: Float32Array) => {
    for (let at = 0; at < values.length; at += gates) values.subarray(at + 2 * units, at + 3 * units).fill(1);
    return values;
  };
  if (name === 'article') {
    weights.push(uniform('input', 1, 1 + units));
    weights.push({ name: 'bias/0', shape: [gates], values: forgetful(new Float32Array(gates)) });
  } else {
    // One row a symbol is all the input side there is: it takes the place of the bias too.
    const rows = uniform('input', vocabulary, 1 + units);
    for (let start = 0; start < rows.values.length; start += gates) {
      for (let k = start + 2 * units; k < start + 3 * units; k++) rows.values[k] = (rows.values[k] as number) + 1;
    }
    weights.push(rows);
  }
  for (let layer = 0; layer < layers; layer++) {
    if (layer > 0) {
      weights.push(uniform(`lower/${layer}`, units, 2 * units));
      weights.push({ name: `bias/${layer}`, shape: [gates], values: forgetful(new Float32Array(gates)) });
    }
    weights.push(uniform(`recurrent/${layer}`, units, (layer > 0 ? 2 : 1) * units));
  }
  const drawn = (count: number) =>
    name === 'article' ? random.normal(count) : random.uniform(count, Math.sqrt(6 / (units + vocabulary)));
  weights.push({ name: 'output', shape: [units, vocabulary], values: drawn(units * vocabulary) });
  weights.push({
    name: 'outputBias',
    shape: [vocabulary],
    values: name === 'article' ? drawn(vocabulary) : new Float32Array(vocabulary),
  });
  return weights;
}

/** What the first layer's gates receive from symbols (rows): the table's rows, or in the article the integer itself times (1, 4 units). */
function embed(engine: Engine, shape: Shape, weights: Weights, symbols: Tensor): Tensor {
  if (shape.name !== 'article') return engine.pickRows(at(weights, 'input'), symbols);
  return ops.mul(ops.expandDims(ops.cast(symbols, 'float32'), 1), at(weights, 'input'));
}

/**
 * What a layer's gates receive at one symbol, to be added up: from below (the input table, or the layer beneath), from the state
 * before, and the bias. below: (rows, 4 units) at layer 0, else h of the layer beneath (rows, units); recurrent: (rows, 4 units) or null.
 */
export function gateParts(
  engine: Engine,
  weights: Weights,
  layer: number,
  below: Tensor,
  recurrent: Tensor | null,
): Tensor[] {
  const x = layer === 0 ? below : engine.product(below, at(weights, `lower/${layer}`));
  const bias = weights[`bias/${layer}`];
  return [x, ...(recurrent ? [recurrent] : []), ...(bias ? [bias] : [])];
}

/** (rows, units) times (units, vocabulary), plus the bias: unnormalised log-probabilities of the next symbol. */
export function logitsOf(engine: Engine, weights: Weights, h: Tensor): Tensor {
  return ops.add(engine.product(h, at(weights, 'output')), at(weights, 'outputBias'));
}

interface Pass {
  /** states[t][layer] */
  readonly states: CellState[][];
  /** c of the level before, a row for each row of the level: cBefore[t][layer]; null on the first level. */
  readonly cBefore: (Tensor | null)[][];
  readonly parents: (Tensor | null)[];
  readonly logits: Tensor;
}

const gather = (engine: Engine, rows: Tensor, parents: Tensor | null) =>
  parents ? engine.pickRows(rows, parents) : rows;

/** Reads the windows of a tree from no state. logits: (windows, vocabulary). Call within a tidy. */
export function forward(engine: Engine, shape: Shape, weights: Weights, levels: readonly Level[]): Pass {
  const states: CellState[][] = [];
  const cBefore: (Tensor | null)[][] = levels.map(() => []);
  const symbols = levels.map((level) => ops.tensor1d(level.symbols, 'int32') as Tensor);
  const parents = levels.map((level) => level.parents && (ops.tensor1d(level.parents, 'int32') as Tensor));
  levels.forEach((_, t) => {
    const before = states[t - 1];
    const now: CellState[] = [];
    for (let layer = 0; layer < shape.layers; layer++) {
      const below = layer === 0 ? embed(engine, shape, weights, symbols[t] as Tensor) : (now[layer - 1] as CellState).h;
      const last = before?.[layer];
      // The product is taken over the rows of the level before, which are fewer, and handed on to those that continue them.
      const recurrent =
        last && gather(engine, engine.product(last.h, at(weights, `recurrent/${layer}`)), parents[t] as Tensor | null);
      const c = last ? gather(engine, last.c, parents[t] as Tensor | null) : null;
      (cBefore[t] as (Tensor | null)[]).push(c);
      now.push(cellOf(engine, gateParts(engine, weights, layer, below, recurrent ?? null), c));
    }
    states.push(now);
  });
  const top = (states.at(-1) as CellState[]).at(-1) as CellState;
  return { states, cBefore, parents, logits: logitsOf(engine, weights, top.h) };
}

/**
 * Mean cross entropy of the windows' next symbols and its gradient for every weight, by back-propagation through the tree.
 * loss: (windows), nats; logits: (windows, vocabulary); gradients by weight name. Call within a tidy.
 */
export function lossAndGradients(
  engine: Engine,
  shape: Shape,
  weights: Weights,
  tree: PrefixTree,
): { loss: Tensor; logits: Tensor; gradients: Weights } {
  const { states, cBefore, parents, logits } = forward(engine, shape, weights, tree.levels);
  const { loss, gradient } = engine.softmaxCrossEntropy(logits, ops.tensor1d(tree.targets, 'int32'));
  const dLogits = ops.div(gradient, tree.targets.length);
  const last = states.length - 1;
  const top = shape.layers - 1;
  const gradients: Record<string, Tensor> = {
    output: engine.leftTransposedProduct(((states[last] as CellState[])[top] as CellState).h, dLogits),
    outputBias: ops.sum(dLogits, 0),
  };
  /** dL/dz of each layer and level: dz[layer][t], (rows, 4 units). The same, summed over the rows that continue one row. */
  const dz: Tensor[][] = Array.from({ length: shape.layers }, () => []);
  const dzBefore: Tensor[][] = Array.from({ length: shape.layers }, () => []);
  const back = (dRows: Tensor, parent: Tensor | null, t: number) =>
    parent ? engine.sumRowsById(dRows, parent, (tree.levels[t - 1] as Level).symbols.length) : dRows;
  const dcNext: (Tensor | null)[] = Array.from({ length: shape.layers }, () => null);
  for (let t = last; t >= 0; t--) {
    let fromAbove: Tensor | null = t === last ? engine.rightTransposedProduct(dLogits, at(weights, 'output')) : null;
    for (let layer = top; layer >= 0; layer--) {
      const state = states[t]?.[layer] as CellState;
      const before = cBefore[t]?.[layer] ?? null;
      const next = dzBefore[layer]?.[t + 1];
      const fromNext = next && engine.rightTransposedProduct(next, at(weights, `recurrent/${layer}`));
      const dh =
        fromAbove && fromNext ? ops.add(fromAbove, fromNext) : (fromAbove ?? fromNext ?? ops.zerosLike(state.h));
      const parent = parents[t] as Tensor | null;
      const step = cellBackward(engine, state, before, dh, dcNext[layer] ?? null);
      (dz[layer] as Tensor[])[t] = step.dz;
      if (before && step.dcBefore) {
        (dzBefore[layer] as Tensor[])[t] = back(step.dz, parent, t);
        dcNext[layer] = back(step.dcBefore, parent, t);
      }
      fromAbove = layer > 0 ? engine.rightTransposedProduct(step.dz, at(weights, `lower/${layer}`)) : null;
    }
  }
  for (let layer = 0; layer < shape.layers; layer++) {
    const hs = (of: number) => states.map((levels) => (levels[of] as CellState).h);
    const all = engine.stackRows(dz[layer] as Tensor[]);
    // One product over the stacked levels instead of one a level.
    gradients[`recurrent/${layer}`] =
      last > 0
        ? engine.leftTransposedProduct(
            engine.stackRows(hs(layer).slice(0, last)),
            engine.stackRows((dzBefore[layer] as Tensor[]).slice(1)),
          )
        : ops.zerosLike(at(weights, `recurrent/${layer}`));
    if (layer > 0) gradients[`lower/${layer}`] = engine.leftTransposedProduct(engine.stackRows(hs(layer - 1)), all);
    if (weights[`bias/${layer}`]) gradients[`bias/${layer}`] = ops.sum(all, 0);
    if (layer === 0) gradients.input = inputGradient(engine, shape, weights, tree.levels, all);
  }
  return { loss, logits, gradients };
}

function inputGradient(engine: Engine, shape: Shape, weights: Weights, levels: readonly Level[], dz: Tensor): Tensor {
  const symbols = ops.tensor1d(
    levels.flatMap((level) => Array.from(level.symbols)),
    'int32',
  );
  if (shape.name !== 'article') return engine.sumRowsById(dz, symbols, at(weights, 'input').shape[0] as number);
  return engine.leftTransposedProduct(ops.expandDims(ops.cast(symbols, 'float32'), 1), dz);
}
