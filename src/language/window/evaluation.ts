import { type Engine, ops } from '../../engine/engine.ts';
import type { Weights } from '../place-weights.ts';
import type { Recipe } from '../recipe.ts';
import { whatFollows } from './network.ts';
import { placeTree } from './placed-tree.ts';
import { prefixTree } from './prefix-tree.ts';
import { pickWindows, type Windows } from './windows.ts';

export interface Evaluation {
  /** Windows counted. */
  readonly count: number;
  /** Share of them whose most likely next symbol is the true one. */
  readonly accuracy: number;
  /** Mean loss a symbol, nats. */
  readonly loss: number;
  /** exp(loss). */
  readonly perplexity: number;
  /** The symbol predicted for the window in the middle, as an example. */
  readonly example: { readonly row: number; readonly predicted: number };
}

/** Logits of one chunk stay below 32 MB. */
const LOGITS = 8_000_000;

/** How well the weights predict the windows; those whose target is `excluded` (the unknown symbol) are not counted. */
export async function evaluate(
  engine: Engine,
  recipe: Recipe,
  weights: () => Weights,
  windows: Windows,
  vocabulary: number,
  excluded = -1,
): Promise<Evaluation> {
  const counted = Array.from(windows.targets.keys()).filter((row) => windows.targets[row] !== excluded);
  const size = Math.max(1, Math.min(2_048, Math.floor(LOGITS / vocabulary)));
  let right = 0;
  let loss = 0;
  const middle = Math.floor(counted.length / 2);
  let predicted = 0;
  for (let start = 0; start < counted.length; start += size) {
    const tree = prefixTree(pickWindows(windows, counted.slice(start, start + size)));
    const { loss: losses, predicted: ids } = ops.tidy(() => whatFollows(engine, recipe, weights(), placeTree(tree)));
    const predictions = await ids.data();
    right += tree.targets.reduce((hits, target, row) => hits + (predictions[row] === target ? 1 : 0), 0);
    for (const one of await losses.data()) loss += one;
    if (start <= middle && middle < start + size) predicted = predictions[middle - start] as number;
    ops.dispose([ids, losses]);
    // Reading a tensor waits for nothing: without a turn for others, a long text would silence the heartbeat for minutes.
    await new Promise(setImmediate);
  }
  const count = counted.length;
  return {
    count,
    accuracy: right / count,
    loss: loss / count,
    perplexity: Math.exp(loss / count),
    example: { row: counted[middle] as number, predicted },
  };
}
