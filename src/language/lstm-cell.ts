import { type CellGradient, type CellInput, type Engine, ops, type Tensor } from '../engine/engine.ts';

/** States after one symbol, (batch, units), and the way back. */
export interface Cell {
  readonly c: Tensor;
  readonly h: Tensor;
  /**
   * dh = dL/dh and dc = dL/dc (null for none): (batch, units). What stands before is of no meaning at the first symbol. Once only,
   * since it may write where it has read.
   */
  backward(dh: Tensor, dc: Tensor | null): CellGradient;
}

/**
 * One step of an LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000; the article's
 * BasicLSTMCell), from what its gates receive:
 *
 *     z = x W + h' R + b          (batch, 4 units), split into z_i, z_g, z_f, z_o
 *     i = sigmoid(z_i)   g = tanh(z_g)   f = sigmoid(z_f)   o = sigmoid(z_o)
 *     c = f c' + i g     h = o tanh(c)
 *
 * where c' and h' are the state before. At the first symbol there is none: c = i g exactly, and f plays no part.
 * Computed by one kernel where the engine has it, else by `plainCell`.
 */
export function cellOf(engine: Engine, input: CellInput): Cell {
  const { fused } = engine;
  if (!fused) return plainCell(engine, input);
  const states = fused.cell(input);
  return {
    c: states.c,
    h: states.h,
    backward: (dh, dc) => fused.cellGradient(states, input, dh, dc),
  };
}

/** The same where no way back follows. */
export function stateOf(engine: Engine, input: CellInput): Pick<Cell, 'c' | 'h'> {
  return engine.fused ? engine.fused.state(input) : plainCell(engine, input);
}

/**
 * The same of plain operations. Backwards, with s' = s (1 - s) for a sigmoid and 1 - t^2 for a tanh:
 *
 *     dC  = dc + dh o (1 - tanh(c)^2)
 *     dz_i = dC g i (1 - i)     dz_g = dC i (1 - g^2)     dz_f = dC c' f (1 - f)     dz_o = dh tanh(c) o (1 - o)
 *     dc' = dC f
 */
function plainCell(engine: Engine, { x, ids, recurrent, cBefore, parents, bias }: CellInput): Cell {
  const picked = (rows: Tensor, places: Tensor | null) => (places ? engine.pickRows(rows, places) : rows);
  const before = cBefore && picked(cBefore, parents);
  const parts = [picked(x, ids), ...(recurrent ? [picked(recurrent, parents)] : []), ...(bias ? [bias] : [])];
  const z = parts.reduce((sum, part) => ops.add(sum, part));
  const [zi, zg, zf, zo] = ops.split(z, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  const i = ops.sigmoid(zi);
  const g = ops.tanh(zg);
  const f = ops.sigmoid(zf);
  const o = ops.sigmoid(zo);
  const c = before ? ops.add(ops.mul(f, before), ops.mul(i, g)) : ops.mul(i, g);
  const tanhC = ops.tanh(c);
  return {
    c,
    h: ops.mul(o, tanhC),
    backward: (dh, dc) => {
      const throughTanh = ops.mul(ops.mul(dh, o), ops.sub(1, ops.square(tanhC)));
      const dC = dc ? ops.add(dc, throughTanh) : throughTanh;
      const sigmoidSlope = (s: Tensor) => ops.mul(s, ops.sub(1, s));
      const dzi = ops.mul(ops.mul(dC, g), sigmoidSlope(i));
      const dzg = ops.mul(ops.mul(dC, i), ops.sub(1, ops.square(g)));
      const dzf = before ? ops.mul(ops.mul(dC, before), sigmoidSlope(f)) : ops.zerosLike(dh);
      const dzo = ops.mul(ops.mul(dh, tanhC), sigmoidSlope(o));
      const dz = ops.concat([dzi, dzg, dzf, dzo], 1);
      const summed = (rows: Tensor) =>
        cBefore && parents ? engine.sumRowsById([rows], parents, cBefore.shape[0] as number) : rows;
      return { dz, dzBefore: summed(dz), dcBefore: summed(ops.mul(dC, f)) };
    },
  };
}
