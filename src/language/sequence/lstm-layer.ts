import { type CellState, type Engine, type LayerStates, ops, type Tensor } from '../../engine/engine.ts';
import { cellBackward, cellForward } from '../lstm-cell.ts';

/** The weights of one layer: `input` (inputs, 4 units), `recurrent` (units, 4 units), `bias` (4 units); gates i, c, f, o. */
export interface LayerWeights {
  readonly input: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
}

/** What a layer knows of what came before, both (batch, units). */
export type LayerMemory = { readonly c: Tensor; readonly h: Tensor };

/**
 * Reads a sequence with one layer: `cellForward` symbol after symbol, each from the state that the one before left.
 * x: (steps, batch, inputs). Call within a tidy.
 */
export function layerForward(engine: Engine, x: Tensor, before: LayerMemory, weights: LayerWeights): LayerStates {
  const { input, recurrent, bias } = weights;
  // For one symbol the kernel would not be worth laying both weight matrices into one.
  if (engine.lstmLayer && (x.shape[0] as number) > 1)
    return engine.lstmLayer(x, before.c, before.h, ops.concat([input, recurrent], 0), bias);
  const [steps, batch, inputs] = x.shape as [number, number, number];
  // What comes from below needs no state, so it is one product for all symbols.
  const below = ops.add(ops.matMul(ops.reshape(x, [steps * batch, inputs]) as never, input as never), bias);
  const states: CellState[] = [];
  let { c, h } = before;
  for (const z of ops.unstack(ops.reshape(below, [steps, batch, -1]))) {
    const state = cellForward(ops.add(z, ops.matMul(h as never, recurrent as never)), c);
    states.push(state);
    ({ c, h } = state);
  }
  const all = (name: keyof CellState) => ops.stack(states.map((state) => state[name] as Tensor));
  return { i: all('i'), g: all('g'), f: all('f'), o: all('o'), c: all('c'), tanhC: all('tanhC'), h: all('h') };
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
  const units = dh.shape[2] as number;
  const [i, g, f, o, c, tanhC, h, fromAbove] = [
    ...[states.i, states.g, states.f, states.o, states.c, states.tanhC, states.h, dh].map((all) => ops.unstack(all)),
  ] as Tensor[][] as [Tensor[], Tensor[], Tensor[], Tensor[], Tensor[], Tensor[], Tensor[], Tensor[]];
  const back = ops.transpose(weights.recurrent);
  const dz: Tensor[] = [];
  let dhNext: Tensor | null = null;
  let dc: Tensor | null = null;
  for (let t = steps - 1; t >= 0; t--) {
    const at = (all: Tensor[]) => all[t] as Tensor;
    const state = { i: at(i), g: at(g), f: at(f), o: at(o), c: at(c), tanhC: at(tanhC), h: at(h) };
    const cBefore = t > 0 ? (c[t - 1] as Tensor) : before.c;
    const step = cellBackward(engine, state, cBefore, dhNext ? ops.add(at(fromAbove), dhNext) : at(fromAbove), dc);
    dz[t] = step.dz;
    dc = step.dcBefore;
    dhNext = t > 0 ? ops.matMul(step.dz as never, back as never) : null;
  }
  // One product over all symbols for each weight matrix, instead of one a symbol.
  const all = ops.concat(dz, 0);
  const below = ops.reshape(x, [steps * batch, inputs]);
  const hBefore = ops.reshape(
    ops.concat([ops.expandDims(before.h, 0), ops.slice(states.h, [0, 0, 0], [steps - 1, batch, units])], 0),
    [steps * batch, units],
  );
  return {
    x: ops.reshape(engine.rightTransposedProduct(all, weights.input), [steps, batch, inputs]),
    input: engine.leftTransposedProduct(below, all),
    recurrent: engine.leftTransposedProduct(hBefore, all),
    bias: ops.sum(all, 0),
  };
}
