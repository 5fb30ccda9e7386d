import { type Engine, type FusedKernels, ops, type Tensor } from '../../engine/engine.ts';
import { type Cell, cellOf } from '../lstm-cell.ts';

/** The weights of one layer: `input` (inputs, 4 units), `recurrent` (units, 4 units), `bias` (4 units); gates i, g, f, o. */
export interface LayerWeights {
  readonly input: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
}

/** What a layer knows of what came before, both (batch, units). */
export type LayerMemory = { readonly c: Tensor; readonly h: Tensor };

/** What a layer made of a sequence, and the way back. */
export interface LayerPass {
  /** (steps, batch, units) */
  readonly h: Tensor;
  /** What is known after the last symbol. */
  readonly memory: LayerMemory;
  /** dh: (steps, batch, units), dL/dh from above. */
  backward(dh: Tensor): LayerGradients;
}

export interface LayerGradients {
  /** (steps, batch, inputs) */
  readonly x: Tensor;
  readonly input: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
}

/** A sequence's states from what its gates receive from below (without the bias), and dz (steps, batch, 4 units) from dh on the way back. */
interface Recurrence {
  readonly h: Tensor;
  readonly memory: LayerMemory;
  backward(dh: Tensor): Tensor;
}

/**
 * Reads a sequence with one layer: `cellOf` symbol after symbol, each from the state that the one before left. Backwards it is
 * truncated at its first symbol (Williams and Peng 1990): what was read before counts as given.
 * x: (steps, batch, inputs). Call within a tidy.
 */
export function layerForward(engine: Engine, x: Tensor, before: LayerMemory, weights: LayerWeights): LayerPass {
  const [steps, batch, inputs] = x.shape as [number, number, number];
  const units = weights.recurrent.shape[0] as number;
  const below = ops.reshape(x, [steps * batch, inputs]);
  // What comes from below needs no state, so it is one product for all symbols.
  const received = ops.reshape(engine.product(below, weights.input), [steps, batch, 4 * units]);
  const { h, memory, backward } = engine.fused
    ? fusedRecurrence(engine.fused, received, before, weights)
    : plainRecurrence(engine, received, before, weights);
  return {
    h,
    memory,
    backward: (dh) => {
      // One product over all symbols for each weight matrix, instead of one a symbol.
      const dz = ops.reshape(backward(dh), [steps * batch, 4 * units]);
      const hs = ops.reshape(h, [steps * batch, units]);
      const hBefore = engine.stackRows([before.h, ops.slice(hs, [0, 0], [(steps - 1) * batch, units])]);
      return {
        x: ops.reshape(engine.rightTransposedProduct(dz, weights.input), [steps, batch, inputs]),
        input: engine.leftTransposedProduct([below], [dz]),
        recurrent: engine.leftTransposedProduct([hBefore], [dz]),
        bias: ops.sum(dz, 0),
      };
    },
  };
}

/** One kernel a direction. */
function fusedRecurrence(
  kernels: FusedKernels,
  received: Tensor,
  before: LayerMemory,
  { recurrent, bias }: LayerWeights,
): Recurrence {
  const states = kernels.sequence(received, bias, recurrent, before);
  const [steps, batch, units] = states.h.shape as [number, number, number];
  const last = (rows: Tensor) => ops.reshape(ops.slice(rows, [steps - 1, 0, 0], [1, batch, units]), [batch, units]);
  return {
    h: states.h,
    memory: { c: last(states.c), h: last(states.h) },
    backward: (dh) => kernels.sequenceGradient(states, before.c, recurrent, dh),
  };
}

function plainRecurrence(
  engine: Engine,
  received: Tensor,
  before: LayerMemory,
  { recurrent, bias }: LayerWeights,
): Recurrence {
  const cells: Cell[] = [];
  let { c, h } = before;
  for (const x of ops.unstack(received)) {
    const product = engine.product(h, recurrent);
    const cell = cellOf(engine, { x, ids: null, recurrent: product, cBefore: c, parents: null, bias });
    cells.push(cell);
    ({ c, h } = cell);
  }
  return {
    h: ops.stack(cells.map((cell) => cell.h)),
    memory: { c, h },
    backward: (dh) => {
      const fromAbove = ops.unstack(dh);
      const back = ops.transpose(recurrent);
      const dz: Tensor[] = [];
      let dhNext: Tensor | null = null;
      let dc: Tensor | null = null;
      for (let t = cells.length - 1; t >= 0; t--) {
        const above = fromAbove[t] as Tensor;
        const step = (cells[t] as Cell).backward(dhNext ? ops.add(above, dhNext) : above, dc);
        dz[t] = step.dz;
        dc = step.dcBefore;
        dhNext = t > 0 ? engine.product(step.dz, back) : null;
      }
      return ops.stack(dz);
    },
  };
}
