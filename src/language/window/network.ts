import {
  type CellGradient,
  type CellInput,
  type Engine,
  type NamedValues,
  ops,
  type Tensor,
} from '../../engine/engine.ts';
import { type Cell, cellOf } from '../lstm-cell.ts';
import type { Weights } from '../place-weights.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import type { PlacedTree } from './placed-tree.ts';

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

/**
 * What a layer's gates receive from below at one symbol: the rows of the input table, or in the article the integer itself times
 * (1, 4 units), and above the first layer h of the layer beneath times the layer's weights. symbols: (rows) int32.
 */
function fromBelow(
  engine: Engine,
  { name }: Shape,
  weights: Weights,
  layer: number,
  symbols: Tensor,
  beneath: Tensor | undefined,
): Pick<CellInput, 'x' | 'ids' | 'bias'> {
  const bias = weights[`bias/${layer}`] ?? null;
  if (beneath) return { x: engine.product(beneath, at(weights, `lower/${layer}`)), ids: null, bias };
  if (name !== 'article') return { x: at(weights, 'input'), ids: symbols, bias };
  const integers = ops.expandDims(ops.cast(symbols, 'float32'), 1);
  return { x: ops.mul(integers, at(weights, 'input')), ids: null, bias };
}

/** (rows, units) times (units, vocabulary), plus the bias: log-probabilities of the next symbol, but for a constant. */
export function logitsOf(engine: Engine, weights: Weights, h: Tensor): Tensor {
  return engine.product(h, at(weights, 'output'), at(weights, 'outputBias'));
}

interface Pass {
  /** cells[t][layer] */
  readonly cells: Cell[][];
  /** (windows, units) */
  readonly top: Tensor;
}

/** Reads the windows of a tree from no state. Call within a tidy. */
export function forward(engine: Engine, shape: Shape, weights: Weights, { levels }: PlacedTree): Pass {
  const cells: Cell[][] = [];
  levels.forEach(({ symbols, parents }, t) => {
    const now: Cell[] = [];
    for (let layer = 0; layer < shape.layers; layer++) {
      const before = cells[t - 1]?.[layer];
      const below = fromBelow(engine, shape, weights, layer, symbols, now[layer - 1]?.h);
      // Over the rows of the level before, which are fewer than those that continue them.
      const recurrent = before ? engine.product(before.h, at(weights, `recurrent/${layer}`)) : null;
      now.push(cellOf(engine, { ...below, recurrent, cBefore: before?.c ?? null, parents }));
      // What follows takes its place, which is still in the cache.
      recurrent?.dispose();
    }
    cells.push(now);
  });
  return { cells, top: (cells.flat().at(-1) as Cell).h };
}

/** What follows the windows of a tree, read from no state. loss: (windows), nats; predicted: (windows) ids. Call within a tidy. */
export function whatFollows(
  engine: Engine,
  shape: Shape,
  weights: Weights,
  tree: PlacedTree,
): { loss: Tensor; predicted: Tensor } {
  const { top } = forward(engine, shape, weights, tree);
  const { loss, predicted } = crossEntropyOf(engine, weights, top, tree.targets);
  return { loss, predicted };
}

/** The slopes are those of the mean. */
function crossEntropyOf(engine: Engine, weights: Weights, top: Tensor, targets: Tensor) {
  const scale = 1 / targets.size;
  return engine.crossEntropy(engine.product(top, at(weights, 'output')), at(weights, 'outputBias'), targets, { scale });
}

/**
 * Cross entropy of the windows' next symbols, and the gradient of its mean for every weight, by back-propagation through the
 * tree. loss: (windows), nats; predicted: (windows) ids; gradients by weight name. Call within a tidy.
 */
export function lossAndGradients(
  engine: Engine,
  shape: Shape,
  weights: Weights,
  tree: PlacedTree,
): { loss: Tensor; predicted: Tensor; gradients: Weights } {
  const { cells, top: final } = forward(engine, shape, weights, tree);
  const { loss, predicted, slope: dLogits, biasSlope } = crossEntropyOf(engine, weights, final, tree.targets);
  const last = cells.length - 1;
  const top = shape.layers - 1;
  const gradients: Record<string, Tensor> = {
    output: engine.leftTransposedProduct([final], [dLogits]),
    outputBias: biasSlope,
  };
  /** back[layer][t]: what comes back through the cell. */
  const back: CellGradient[][] = Array.from({ length: shape.layers }, () => []);
  for (let t = last; t >= 0; t--) {
    let fromAbove: Tensor | null = t === last ? engine.rightTransposedProduct(dLogits, at(weights, 'output')) : null;
    for (let layer = top; layer >= 0; layer--) {
      const cell = cells[t]?.[layer] as Cell;
      const next = back[layer]?.[t + 1];
      const fromNext = next && engine.rightTransposedProduct(next.dzBefore, at(weights, `recurrent/${layer}`));
      const dh =
        fromAbove && fromNext ? ops.add(fromAbove, fromNext) : (fromAbove ?? fromNext ?? ops.zerosLike(cell.h));
      const own = cell.backward(dh, next?.dcBefore ?? null);
      dh.dispose();
      (back[layer] as CellGradient[])[t] = own;
      fromAbove = layer > 0 ? engine.rightTransposedProduct(own.dz, at(weights, `lower/${layer}`)) : null;
    }
  }
  for (let layer = 0; layer < shape.layers; layer++) {
    const hs = (of: number) => cells.map((level) => (level[of] as Cell).h);
    const own = back[layer] as CellGradient[];
    const levels = own.map(({ dz }) => dz);
    // One product over all levels instead of one a level.
    gradients[`recurrent/${layer}`] =
      last > 0
        ? engine.leftTransposedProduct(
            hs(layer).slice(0, last),
            own.slice(1).map(({ dzBefore }) => dzBefore),
          )
        : ops.zerosLike(at(weights, `recurrent/${layer}`));
    const bias = weights[`bias/${layer}`];
    if (bias) gradients[`bias/${layer}`] = ops.sum(engine.stackRows(levels), 0);
    if (layer > 0) {
      gradients[`lower/${layer}`] = engine.leftTransposedProduct(hs(layer - 1), levels);
      continue;
    }
    gradients.input = bias
      ? engine.leftTransposedProduct([ops.expandDims(ops.cast(tree.symbols, 'float32'), 1)], [engine.stackRows(levels)])
      : engine.sumRowsById(levels, tree.symbols, at(weights, 'input').shape[0] as number);
  }
  return { loss, predicted, gradients };
}
