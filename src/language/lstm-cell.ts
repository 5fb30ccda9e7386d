import { type CellState, type Engine, ops, type Tensor } from '../engine/engine.ts';

/**
 * One step of an LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000; the article's
 * BasicLSTMCell), from what its gates receive:
 *
 *     z = x W + h' R + b          (batch, 4 units), split into z_i, z_g, z_f, z_o
 *     i = sigmoid(z_i)   g = tanh(z_g)   f = sigmoid(z_f)   o = sigmoid(z_o)
 *     c = f c' + i g     h = o tanh(c)
 *
 * where c' and h' are the state before. At the first symbol there is none: c = i g exactly, and f plays no part.
 * z: (batch, 4 units); cBefore: (batch, units) or null.
 */
function cellForward(z: Tensor, cBefore: Tensor | null): CellState {
  const [zi, zg, zf, zo] = ops.split(z, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  const i = ops.sigmoid(zi);
  const g = ops.tanh(zg);
  const f = cBefore ? ops.sigmoid(zf) : null;
  const o = ops.sigmoid(zo);
  const c = cBefore && f ? ops.add(ops.mul(f, cBefore), ops.mul(i, g)) : ops.mul(i, g);
  const tanhC = ops.tanh(c);
  return { i, g, f, o, c, tanhC, h: ops.mul(o, tanhC) };
}

/** `cellForward` of the sum of `parts`, each (batch, 4 units), by whatever the engine does it with. */
export function cellOf(engine: Engine, parts: readonly Tensor[], cBefore: Tensor | null): CellState {
  return engine.cellState
    ? engine.cellState(parts, cBefore)
    : cellForward(
        parts.reduce((sum, part) => ops.add(sum, part)),
        cBefore,
      );
}

/**
 * The step backwards: from dh = dL/dh and dc = dL/dc (null for none) to dL/dz and dL/dc'. With s' = s (1 - s) for a sigmoid
 * and 1 - t^2 for a tanh:
 *
 *     dC  = dc + dh o (1 - tanh(c)^2)
 *     dz_i = dC g i (1 - i)     dz_g = dC i (1 - g^2)     dz_f = dC c' f (1 - f)     dz_o = dh tanh(c) o (1 - o)
 *     dc' = dC f
 *
 * dh, dc, cBefore: (batch, units) -> dz: (batch, 4 units); dcBefore: (batch, units), null at the first symbol.
 */
export function cellBackward(
  engine: Engine,
  state: CellState,
  cBefore: Tensor | null,
  dh: Tensor,
  dc: Tensor | null,
): { dz: Tensor; dcBefore: Tensor | null } {
  const { i, g, f, o, tanhC } = state;
  if (engine.cellGradient) {
    const none = f && cBefore && dc ? dh : ops.zerosLike(dh); // made only where one is missing
    const { dz, dcBefore } = engine.cellGradient({ ...state, f: f ?? none }, cBefore ?? none, dh, dc ?? none);
    return { dz, dcBefore: cBefore && dcBefore };
  }
  const throughTanh = ops.mul(ops.mul(dh, o), ops.sub(1, ops.square(tanhC)));
  const dC = dc ? ops.add(dc, throughTanh) : throughTanh;
  const sigmoidSlope = (s: Tensor) => ops.mul(s, ops.sub(1, s));
  const dzi = ops.mul(ops.mul(dC, g), sigmoidSlope(i));
  const dzg = ops.mul(ops.mul(dC, i), ops.sub(1, ops.square(g)));
  const dzf = f && cBefore ? ops.mul(ops.mul(dC, cBefore), sigmoidSlope(f)) : ops.zerosLike(dh);
  const dzo = ops.mul(ops.mul(dh, tanhC), sigmoidSlope(o));
  return { dz: ops.concat([dzi, dzg, dzf, dzo], 1), dcBefore: f && cBefore ? ops.mul(dC, f) : null };
}
