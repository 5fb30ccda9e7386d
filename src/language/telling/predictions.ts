import type { Engine } from '../../engine/engine.ts';
import type { Model } from '../model.ts';
import { inTurns, othersTurn } from '../turns.ts';
import { differentWindows } from '../window/window-table.ts';
import { openNetworkReader } from './network-reader.ts';

/** Windows worked out at one go. */
const TOGETHER = 64;

/**
 * What a window model says after every different window of its text, in the order in which they first stand there: (windows,
 * vocabulary), natural logarithms of probabilities. Null for a sequence model, for a model without text, and where it would
 * take more room than the weights.
 */
export async function predictionsOf(engine: Engine, model: Model): Promise<Float32Array | null> {
  const { recipe, text, vocabulary } = model;
  if (recipe.model !== 'window') return null;
  const windows = await inTurns(differentWindows(text, recipe.window, vocabulary.size));
  const numbers = windows.length * vocabulary.size;
  if (numbers === 0 || numbers > model.weights.reduce((sum, { values }) => sum + values.length, 0)) return null;
  const reader = await openNetworkReader(engine, model, null);
  try {
    const predictions = new Float32Array(numbers);
    for (let first = 0; first < windows.length; first += TOGETHER) {
      const some = windows.slice(first, first + TOGETHER);
      reader.arrange(some.map(() => -1));
      for (let t = 0; t < recipe.window; t++) reader.read(Int32Array.from(some, (window) => window[t] as number));
      predictions.set(await reader.logits([...some.keys()]), first * vocabulary.size);
      await othersTurn();
    }
    return predictions;
  } finally {
    reader.dispose();
  }
}
