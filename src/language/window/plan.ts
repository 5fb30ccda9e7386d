import type { OptimizerKind } from '../../engine/engine.ts';
import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { type PrefixTree, prefixTree } from './prefix-tree.ts';
import { pickWindows, type Windows } from './windows.ts';

/** Windows of one step, where a text has more than fit into one. */
const BATCH = 512;
/** A text of up to this many windows is learned from all of them at every step. */
const WHOLE = 1_536;

/** What a recipe makes of a text: which windows each step learns from. The loop of `trainModel` is the same for all. */
export interface Plan {
  readonly optimizer: OptimizerKind;
  /** Steps in which every window has been seen once; 1 for whole batches, the text's own length for single windows. */
  readonly epoch: number;
  /** Whether each step sees every window, so that its loss and accuracy are those of the whole text. */
  readonly whole: boolean;
  /** The windows of a step, counted from 1. The same step always gives the same windows, also after a resumed training. */
  batch(step: number): PrefixTree;
}

export function planFor(recipe: Recipe, windows: Windows): Plan {
  if (recipe.name === 'article') return articlePlan(recipe, windows);
  if (windows.count <= WHOLE) {
    const all = prefixTree(windows);
    return { optimizer: 'adam', epoch: 1, whole: true, batch: () => all };
  }
  const epoch = Math.ceil(windows.count / BATCH);
  let shuffled = { epoch: -1, rows: new Int32Array() };
  return {
    optimizer: 'adam',
    epoch,
    whole: false,
    batch: (step) => {
      const number = Math.floor((step - 1) / epoch);
      if (shuffled.epoch !== number) {
        // Seeded by the epoch, so that a resumed training need not replay the ones before.
        const random = new Random((recipe.seed + number * 0x9e3779b1) >>> 0);
        shuffled = { epoch: number, rows: random.shuffle(Int32Array.from({ length: windows.count }, (_, row) => row)) };
      }
      const start = ((step - 1) % epoch) * BATCH;
      return prefixTree(pickWindows(windows, shuffled.rows.slice(start, start + BATCH)));
    },
  };
}

/**
 * The article's loop: one window a step. It starts at a random offset of 0 to window + 1, each next window begins
 * window + 1 symbols later, and past the end of the text a new random offset is drawn.
 */
function articlePlan({ seed, window }: Recipe, windows: Windows): Plan {
  const random = new Random(seed);
  const offsets: number[] = [];
  let offset = random.below(window + 2);
  const offsetOf = (step: number) => {
    while (offsets.length < step) {
      if (offset >= windows.count) offset = random.below(Math.min(window + 2, windows.count));
      offsets.push(offset);
      offset += window + 1;
    }
    return offsets[step - 1] as number;
  };
  return {
    optimizer: 'rmsprop',
    epoch: windows.count,
    whole: false,
    batch: (step) => prefixTree(pickWindows(windows, [offsetOf(step)])),
  };
}
