import { type CellState, type Engine, ops, type Tensor } from '../../engine/engine.ts';
import { cellBackward, cellOf } from '../lstm-cell.ts';

/** The weights of one layer: `input` (inputs, 4 units), `recurrent` (units, 4 units), `bias` (4 units); gates i, c, f, o. */
export interface LayerWeights {
  readonly input: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
}

/** What a layer knows of what came before, both (batch, units). */
export type LayerMemory = { readonly c: Tensor; readonly h: Tensor };

/** A layer's states, symbol after symbol, each (batch, units). */
export type LayerStates = readonly CellState[];

/**
 * Reads a sequence with one layer: `cellForward` symbol after symbol, each from the state that the one before left.
 * x: (steps, batch, inputs). Call within a tidy.
 */
export function layerForward(engine: Engine, x: Tensor, before: LayerMemory, weights: LayerWeights): LayerStates {
  const { input, recurrent, bias } = weights;
  const [steps, batch, inputs] = x.shape as [number, number, number];
  // What comes from below needs no state, so it is one product for all symbols.
  const below = ops.add(engine.product(ops.reshape(x, [steps * batch, inputs]), input), bias);
  const states: CellState[] = [];
  let { c, h } = before;
  for (const z of ops.unstack(ops.reshape(below, [steps, batch, -1]))) {
    const state = cellOf(engine, [z, engine.product(h, recurrent)], c);
    states.push(state);
    ({ c, h } = state);
  }
  return states;
}

export interface LayerGradients {
  /** (steps, batch, inputs) */
  readonly x: Tensor;
  readonly input: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
}

/**
 * The sequence backwards, truncated at its first symbol (Williams and Peng 1990): what was read before counts as given.
 * x: (steps, batch, inputs); dh: (steps, batch, units), dL/dh from above. Call within a tidy.
 */
export function layerBackward(
  engine: Engine,
  x: Tensor,
  before: LayerMemory,
  states: LayerStates,
  weights: LayerWeights,
  dh: Tensor,
): LayerGradients {
  const [steps, batch, inputs] = x.shape as [number, number, number];
  const fromAbove = ops.unstack(dh);
  const back = ops.transpose(weights.recurrent);
  const dz: Tensor[] = [];
  let dhNext: Tensor | null = null;
  let dc: Tensor | null = null;
  for (let t = steps - 1; t >= 0; t--) {
    const above = fromAbove[t] as Tensor;
    const cBefore = states[t - 1]?.c ?? before.c;
    const step = cellBackward(engine, states[t] as CellState, cBefore, dhNext ? ops.add(above, dhNext) : above, dc);
    dz[t] = step.dz;
    dc = step.dcBefore;
    dhNext = t > 0 ? engine.product(step.dz, back) : null;
  }
  // One product over all symbols for each weight matrix, instead of one a symbol.
  const all = engine.stackRows(dz);
  const below = ops.reshape(x, [steps * batch, inputs]);
  const hBefore = engine.stackRows([before.h, ...states.slice(0, -1).map(({ h }) => h)]);
  return {
    x: ops.reshape(engine.rightTransposedProduct(all, weights.input), [steps, batch, inputs]),
    input: engine.leftTransposedProduct(below, all),
    recurrent: engine.leftTransposedProduct(hBefore, all),
    bias: ops.sum(all, 0),
  };
}
