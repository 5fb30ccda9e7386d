import { type CrossEntropyOptions, type Engine, ops, type Tensor } from '../../engine/engine.ts';
import type { Weights } from '../place-weights.ts';
import { byGroup, type Group } from './symbol-groups.ts';

const at = (weights: Weights, name: string): Tensor => weights[name] as Tensor;

const int32 = (values: readonly number[] | Int32Array) => ops.tensor1d(values as number[], 'int32') as Tensor;

/** What was looked up, and the way back. */
export interface Looked {
  /** (n, width): a row for each id. */
  readonly x: Tensor;
  /** dx: (n, width) -> the gradients of the tables, by weight name. */
  backward(dx: Tensor): Record<string, Tensor>;
}

/**
 * The embedding: row `id` of its group's table, widened by the tail's matrix `widen/k` (narrow, width). ids: (n).
 * Call within a tidy, as all below.
 */
export function lookUp(engine: Engine, groups: readonly Group[], weights: Weights, ids: Int32Array): Looked {
  if (groups.length === 1) {
    const places = int32(ids);
    const table = at(weights, 'embedding/0');
    return {
      x: engine.pickRows(table, places),
      backward: (dx) => ({ 'embedding/0': engine.sumRowsById([dx], places, table.shape[0] as number) }),
    };
  }
  const parts = byGroup(groups, ids).map(({ rows, places }, k) => {
    if (rows.length === 0) return { k, rows, places: null, narrow: null, wide: null };
    const [own, picked] = [int32(rows), int32(places)];
    const narrow = engine.pickRows(at(weights, `embedding/${k}`), picked);
    return {
      k,
      rows: own,
      places: picked,
      narrow,
      wide: k === 0 ? narrow : engine.product(narrow, at(weights, `widen/${k}`)),
    };
  });
  // The groups' rows stand one after the other; each belongs where its symbol stands.
  const order = new Int32Array(ids.length);
  byGroup(groups, ids)
    .flatMap(({ rows }) => rows)
    .forEach((row, place) => {
      order[row] = place;
    });
  const x = engine.pickRows(
    ops.concat(
      parts.flatMap(({ wide }) => (wide ? [wide] : [])),
      0,
    ),
    int32(order),
  );
  return {
    x,
    backward: (dx) => {
      const gradients: Record<string, Tensor> = {};
      for (const { k, rows, places, narrow } of parts) {
        const table = at(weights, `embedding/${k}`);
        const widen = weights[`widen/${k}`];
        if (!places || !narrow) {
          gradients[`embedding/${k}`] = ops.zerosLike(table);
          if (widen) gradients[`widen/${k}`] = ops.zerosLike(widen);
          continue;
        }
        const d = engine.pickRows(dx, rows as Tensor);
        const dNarrow = widen ? engine.rightTransposedProduct(d, widen) : d;
        if (widen) gradients[`widen/${k}`] = engine.leftTransposedProduct([narrow], [d]);
        gradients[`embedding/${k}`] = engine.sumRowsById([dNarrow], places, table.shape[0] as number);
      }
      return gradients;
    },
  };
}

/** The loss of the next symbols, and the way back. */
export interface NextSymbols {
  /** (n), nats. */
  readonly loss: Tensor;
  /** (n): the most likely symbol's id; where the vocabulary is divided, the most likely one of the head. */
  readonly predicted: Tensor;
  /** Of the mean loss L: dL/dy (n, width), and the gradients of the tables by weight name. */
  backward(): { dy: Tensor; gradients: Record<string, Tensor> };
}

/**
 * Softmax over the vocabulary with the embedding's own table as its weights (tied: Press and Wolf 2017):
 *
 *     p(w) = softmax(y E^T + b)_w           for a symbol of the head, or of an undivided vocabulary
 *     p(w) = p(tail k) softmax(y W_k^T E_k^T + b_k)_w     for one of tail k, which the head has a row for
 *
 * y: (n, width); targets: (n) ids.
 */
export function nextSymbols(
  engine: Engine,
  groups: readonly Group[],
  weights: Weights,
  y: Tensor,
  targets: Int32Array,
): NextSymbols {
  const tails = groups.length - 1;
  const head = groups[0] as Group;
  const scale = 1 / targets.length;
  const inHead = targets.map((id) => (id < head.end ? id : head.end - 1 + groups.findIndex(({ end }) => id < end)));
  const first = softmaxLoss(engine, y, headTable(weights, tails), headBias(weights, tails), inHead, {
    scale,
    guessed: head.end,
  });
  const parts = byGroup(groups, targets)
    .slice(1)
    .map(({ rows, places }, before) => {
      const k = before + 1;
      if (rows.length === 0) return { k, rows: null, read: null, tail: null };
      const own = int32(rows);
      const read = engine.pickRows(y, own);
      const narrow = engine.rightTransposedProduct(read, at(weights, `widen/${k}`));
      const tail = softmaxLoss(
        engine,
        narrow,
        at(weights, `embedding/${k}`),
        at(weights, `outputBias/${k}`),
        Int32Array.from(places),
        { scale },
      );
      return { k, rows: own, read, tail };
    });
  const n = targets.length;
  const losses = parts.flatMap(({ rows, tail }) => (rows && tail ? [spread(engine, tail.loss, rows, n)] : []));
  return {
    loss: ops.addN([first.loss, ...losses]),
    predicted: first.predicted,
    backward: () => {
      const whole = first.backward();
      const gradients: Record<string, Tensor> = splitHead(whole.table, whole.bias, head.end, tails);
      const dys = [whole.y];
      for (const { k, rows, read, tail } of parts) {
        const widen = at(weights, `widen/${k}`);
        if (!rows || !read || !tail) {
          for (const name of [`embedding/${k}`, `outputBias/${k}`, `widen/${k}`])
            gradients[name] = ops.zerosLike(at(weights, name));
          continue;
        }
        const back = tail.backward();
        gradients[`embedding/${k}`] = back.table;
        gradients[`outputBias/${k}`] = back.bias;
        // y W^T is what the tail reads, so W's gradient is dNarrow^T y.
        gradients[`widen/${k}`] = engine.leftTransposedProduct([back.y], [read]);
        dys.push(engine.sumRowsById([engine.product(back.y, widen)], rows, n));
      }
      return { dy: ops.addN(dys), gradients };
    },
  };
}

/** The probabilities of every symbol: y (n, width) -> (n, vocabulary). */
export function probabilities(engine: Engine, groups: readonly Group[], weights: Weights, y: Tensor): Tensor {
  const tails = groups.length - 1;
  const first = engine.probabilities(y, headTable(weights, tails), headBias(weights, tails));
  if (tails === 0) return first;
  const [n, { end }] = [y.shape[0] as number, groups[0] as Group];
  const parts = [ops.slice(first, [0, 0], [n, end])];
  for (let k = 1; k <= tails; k++) {
    const narrow = engine.rightTransposedProduct(y, at(weights, `widen/${k}`));
    const own = engine.probabilities(narrow, at(weights, `embedding/${k}`), at(weights, `outputBias/${k}`));
    parts.push(ops.mul(own, ops.slice(first, [0, end + k - 1], [n, 1])));
  }
  return ops.concat(parts, 1);
}

/** The head's rows and then one for each tail. */
function headTable(weights: Weights, tails: number): Tensor {
  return tails === 0 ? at(weights, 'embedding/0') : ops.concat([at(weights, 'embedding/0'), at(weights, 'tails')], 0);
}

function headBias(weights: Weights, tails: number): Tensor {
  return tails === 0
    ? at(weights, 'outputBias/0')
    : ops.concat([at(weights, 'outputBias/0'), at(weights, 'tailBias')], 0);
}

function splitHead(table: Tensor, bias: Tensor, head: number, tails: number): Record<string, Tensor> {
  if (tails === 0) return { 'embedding/0': table, 'outputBias/0': bias };
  const [own, ofTails] = ops.split(table, [head, tails], 0) as [Tensor, Tensor];
  const [ownBias, tailBias] = ops.split(bias, [head, tails], 0) as [Tensor, Tensor];
  return { 'embedding/0': own, tails: ofTails, 'outputBias/0': ownBias, tailBias };
}

/** Cross entropy of softmax(y E^T + b) and the way back. options: as `Engine.crossEntropy` has them. */
function softmaxLoss(
  engine: Engine,
  y: Tensor,
  table: Tensor,
  bias: Tensor,
  targets: Int32Array,
  options: CrossEntropyOptions,
) {
  const logits = engine.rightTransposedProduct(y, table);
  const { loss, predicted, slope, biasSlope } = engine.crossEntropy(logits, bias, int32(targets), options);
  logits.dispose(); // the largest tensor of a step, with its slope
  return {
    loss,
    predicted,
    backward: () => ({
      y: engine.product(slope, table),
      table: engine.leftTransposedProduct([slope], [y]),
      bias: biasSlope,
    }),
  };
}

/** The losses of some rows, at their places among n. */
function spread(engine: Engine, losses: Tensor, rows: Tensor, n: number): Tensor {
  return ops.reshape(engine.sumRowsById([ops.expandDims(losses, 1)], rows, n), [n]);
}
