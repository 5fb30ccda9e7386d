import { type Engine, type NamedValues, ops, type Tensor } from '../../engine/engine.ts';
import { stateOf } from '../lstm-cell.ts';
import type { Weights } from '../place-weights.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { type LayerMemory, type LayerPass, type LayerWeights, layerForward } from './lstm-layer.ts';
import { type Group, groupsOf } from './symbol-groups.ts';
import { lookUp, nextSymbols, probabilities } from './symbol-tables.ts';

/** What the network's weights depend on. */
export type SequenceShape = Pick<Recipe, 'layers' | 'units' | 'embedding'>;

/** Symbols of several streams side by side: place t x streams + s holds symbol t of stream s. */
export interface Stretch {
  readonly streams: number;
  /** (steps x streams) ids. */
  readonly ids: Int32Array;
  /** (steps x streams): the symbol that follows each. */
  readonly targets: Int32Array;
}

/** Which numbers are left out during one step of learning; each mask as `Engine.dropoutMask` makes it, undefined where none is. */
export interface Masks {
  /** (steps, streams, embedding): of the symbols' rows. */
  readonly input: Tensor | undefined;
  /** By layer, (units, 4 units): of the recurrent weights, the same for all symbols of the stretch (Merity and others 2018). */
  readonly recurrent: readonly (Tensor | undefined)[];
  /** By layer, (steps, streams, units): of what the layer hands on. */
  readonly state: readonly (Tensor | undefined)[];
  /** (steps x streams, embedding): of what the softmax reads. */
  readonly output: Tensor | undefined;
}

/**
 * Weights to start from: the tables uniform within 0.1, the layers within 1 / sqrt(units), and the forget gate's bias 1
 * (Jozefowicz, Zaremba and Sutskever 2015). See `Model.weights` for names and shapes.
 */
export function initialSequenceWeights(shape: SequenceShape & Pick<Recipe, 'seed'>, vocabulary: number): NamedValues[] {
  const { layers, units, embedding } = shape;
  const random = new Random(shape.seed);
  const weights: NamedValues[] = [];
  const add = (name: string, dimensions: number[], limit: number) => {
    const count = dimensions.reduce((a, b) => a * b, 1);
    const values = limit === 0 ? new Float32Array(count) : random.uniform(count, limit);
    weights.push({ name, shape: dimensions, values });
    return values;
  };
  const groups = groupsOf(vocabulary, embedding);
  for (const [k, { start, end, width }] of groups.entries()) {
    add(`embedding/${k}`, [end - start, width], 0.1);
    add(`outputBias/${k}`, [end - start], 0);
    if (k > 0) add(`widen/${k}`, [width, embedding], 1 / Math.sqrt(width));
  }
  if (groups.length > 1) {
    add('tails', [groups.length - 1, embedding], 0.1);
    add('tailBias', [groups.length - 1], 0);
  }
  for (let layer = 0; layer < layers; layer++) {
    const limit = 1 / Math.sqrt(units);
    add(`lower/${layer}`, [layer === 0 ? embedding : units, 4 * units], limit);
    add(`recurrent/${layer}`, [units, 4 * units], limit);
    add(`bias/${layer}`, [4 * units], 0).fill(1, 2 * units, 3 * units);
  }
  add('projection', [units, embedding], 1 / Math.sqrt(units));
  add('projectionBias', [embedding], 0);
  return weights;
}

/** Nothing read yet, by layer. */
export function noMemory({ layers, units }: SequenceShape, streams: number): LayerMemory[] {
  return Array.from({ length: layers }, () => ({ c: ops.zeros([streams, units]), h: ops.zeros([streams, units]) }));
}

const at = (weights: Weights, name: string): Tensor => weights[name] as Tensor;

function layerOf(weights: Weights, layer: number, mask: Tensor | undefined): LayerWeights {
  const recurrent = at(weights, `recurrent/${layer}`);
  return {
    input: at(weights, `lower/${layer}`),
    recurrent: mask ? ops.mul(recurrent, mask) : recurrent,
    bias: at(weights, `bias/${layer}`),
  };
}

const masked = (values: Tensor, mask: Tensor | undefined): Tensor => (mask ? ops.mul(values, mask) : values);

interface Pass {
  /** What the softmax reads of each symbol: (steps x streams, embedding). */
  readonly y: Tensor;
  /** What is remembered after the last symbol, by layer. */
  readonly memory: LayerMemory[];
  /** dy -> the gradients of all weights but the tables' output side. */
  backward(dy: Tensor): Record<string, Tensor>;
}

/**
 * Reads a stretch from what is remembered of the one before:
 *
 *     x = E[symbol]     h = LSTM(x)  (layer upon layer)     y = h P + p
 *
 * Call within a tidy.
 */
function read(
  engine: Engine,
  shape: SequenceShape,
  groups: readonly Group[],
  weights: Weights,
  stretch: Pick<Stretch, 'ids' | 'streams'>,
  before: readonly LayerMemory[],
  masks?: Masks,
): Pass {
  const { ids, streams } = stretch;
  const { units, layers, embedding } = shape;
  const steps = ids.length / streams;
  const looked = lookUp(engine, groups, weights, ids);
  let x = masked(ops.reshape(looked.x, [steps, streams, embedding]), masks?.input);
  const passes: LayerPass[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const own = layerOf(weights, layer, masks?.recurrent[layer]);
    const pass = layerForward(engine, x, before[layer] as LayerMemory, own);
    passes.push(pass);
    x = masked(pass.h, masks?.state[layer]);
  }
  const top = ops.reshape(x, [ids.length, units]);
  return {
    y: masked(projected(engine, weights, top), masks?.output),
    memory: passes.map(({ memory }) => memory),
    backward: (dy) => {
      const gradients: Record<string, Tensor> = {};
      const dProjected = masked(dy, masks?.output);
      gradients.projection = engine.leftTransposedProduct([top], [dProjected]);
      gradients.projectionBias = ops.sum(dProjected, 0);
      let dh = ops.reshape(engine.rightTransposedProduct(dProjected, at(weights, 'projection')), [
        steps,
        streams,
        units,
      ]);
      for (let layer = layers - 1; layer >= 0; layer--) {
        const own = (passes[layer] as LayerPass).backward(masked(dh, masks?.state[layer]));
        gradients[`lower/${layer}`] = own.input;
        gradients[`recurrent/${layer}`] = masked(own.recurrent, masks?.recurrent[layer]);
        gradients[`bias/${layer}`] = own.bias;
        dh = own.x;
      }
      const dx = ops.reshape(masked(dh, masks?.input), [ids.length, embedding]);
      return { ...gradients, ...looked.backward(dx) };
    },
  };
}

/** loss: (steps x streams), nats; predicted: (steps x streams) ids. Call within a tidy. */
export function sequenceLoss(
  engine: Engine,
  shape: SequenceShape,
  vocabulary: number,
  weights: Weights,
  stretch: Stretch,
  before: readonly LayerMemory[],
): { loss: Tensor; predicted: Tensor; memory: LayerMemory[] } {
  const groups = groupsOf(vocabulary, shape.embedding);
  const { y, memory } = read(engine, shape, groups, weights, stretch, before);
  const { loss, predicted } = nextSymbols(engine, groups, weights, y, stretch.targets);
  return { loss, predicted, memory };
}

/** As `sequenceLoss`, with the gradient of the mean loss for every weight, by name. Call within a tidy. */
export function sequenceLossAndGradients(
  engine: Engine,
  shape: SequenceShape,
  vocabulary: number,
  weights: Weights,
  stretch: Stretch,
  before: readonly LayerMemory[],
  masks?: Masks,
): { loss: Tensor; predicted: Tensor; memory: LayerMemory[]; gradients: Weights } {
  const groups = groupsOf(vocabulary, shape.embedding);
  const pass = read(engine, shape, groups, weights, stretch, before, masks);
  const next = nextSymbols(engine, groups, weights, pass.y, stretch.targets);
  const { dy, gradients } = next.backward();
  // The tables serve twice, as embedding and as softmax: what both ask for is added up.
  for (const [name, gradient] of Object.entries(pass.backward(dy))) {
    const other = gradients[name];
    gradients[name] = other ? ops.add(other, gradient) : gradient;
  }
  return { loss: next.loss, predicted: next.predicted, memory: pass.memory, gradients };
}

/**
 * Reads one more symbol of each stream and gives the probabilities of what follows it: ids (streams) -> follows (streams,
 * vocabulary). The formulas are those of `read`. Call within a tidy.
 */
export function whatFollows(
  engine: Engine,
  shape: SequenceShape,
  vocabulary: number,
  weights: Weights,
  ids: Int32Array,
  before: readonly LayerMemory[],
): { follows: Tensor; memory: LayerMemory[] } {
  const groups = groupsOf(vocabulary, shape.embedding);
  let { x } = lookUp(engine, groups, weights, ids);
  const memory: LayerMemory[] = [];
  for (const [layer, { c: cBefore, h }] of before.entries()) {
    const { input, recurrent, bias } = layerOf(weights, layer, undefined);
    const received = { x: engine.product(x, input), recurrent: engine.product(h, recurrent), bias };
    const { c, h: own } = stateOf(engine, { ...received, cBefore, ids: null, parents: null });
    memory.push({ c, h: own });
    x = own;
  }
  return { follows: probabilities(engine, groups, weights, projected(engine, weights, x)), memory };
}

/** y = h P + p: (n, units) -> (n, embedding). */
function projected(engine: Engine, weights: Weights, h: Tensor): Tensor {
  return engine.product(h, at(weights, 'projection'), at(weights, 'projectionBias'));
}
