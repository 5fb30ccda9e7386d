import { type Engine, type NamedValues, ops, type Tensor } from '../engine/engine.ts';
import { inTurns, othersTurn, type Work } from './turns.ts';

/** The weights by name, in the engine. See `Model.weights` for their shapes. */
export type Weights = Readonly<Record<string, Tensor>>;

/** Numbers of a matrix that is laid out at most: it takes one turn, of up to 7 ms for each million of them. */
const LAID = 2_000_000;

/**
 * Hands weights to the engine, part after part, so that nobody waits for all of them. They are the caller's to dispose; none is
 * left behind where it rejects.
 */
export async function placeWeights(engine: Engine, weights: readonly NamedValues[]): Promise<Weights> {
  const placed: Record<string, Tensor> = {};
  try {
    for (const one of weights) {
      placed[one.name] = await inTurns(placing(engine, one));
      await othersTurn();
    }
    return placed;
  } catch (error) {
    ops.dispose(Object.values(placed));
    throw error;
  }
}

/** Bytes that weights take in the engine. */
export function bytesPlaced(weights: Weights): number {
  return Object.values(weights).reduce((sum, { size }) => sum + 4 * size, 0);
}

/** One weight, laid out where it serves a reader for nothing but to be multiplied with: `Engine.laid`. */
function* placing(engine: Engine, weight: NamedValues): Work<Tensor> {
  const tensor = yield* engine.copying(weight.values, weight.shape);
  if (!isFactor(weight) || weight.values.length > LAID) return tensor;
  yield;
  try {
    return ops.keep(engine.laid(tensor));
  } finally {
    tensor.dispose();
  }
}

function isFactor({ name }: NamedValues): boolean {
  return /^(lower\/\d+|recurrent\/\d+|output|projection)$/.test(name);
}
