import type { EngineName } from '../engine/engine.ts';
import { BY_HEART, type Recipe } from './recipe.ts';
import type { SplitText } from './split-text.ts';

/** What can be said of a training before its first step. */
export interface Forecast {
  /** Symbols in the text, and distinct ones in what is learned from. */
  readonly words: number;
  readonly vocabulary: number;
  /** About how long it takes, in seconds; a fast or a busy machine differs. */
  readonly seconds: number;
  /** Whether the text is so short that it will be learned by heart and told as it stands. */
  readonly parrots: boolean;
}

/** Numbers multiplied and added in a second of training: measured on two cores, see docs/models.md. */
const RATE: Record<EngineName, number> = { native: 9e10, wasm: 8e9 };
/** How often a text learned by heart is read until it is known, roughly; a long one of them up to twice as often. */
const READINGS_BY_HEART = 70;
/** Windows of a step at most. */
const BATCH = 512;

export function forecast(recipe: Recipe, { words, vocabulary, windows }: SplitText, engine: EngineName): Forecast {
  const { units, layers, embedding, iterations } = recipe;
  // A product of matrices forward costs two more backward.
  const layer = 4 * units * (units + (recipe.model === 'sequence' ? embedding : 0));
  const softmax = vocabulary.size * (recipe.model === 'sequence' ? Math.min(embedding, 2e6 / vocabulary.size) : units);
  const ofSymbol = 3 * (recipe.model === 'sequence' ? 1 : recipe.window) * layers * layer + 3 * softmax;
  const symbolsOfStep =
    recipe.name === 'article' ? 1 : recipe.model === 'sequence' ? 700 : Math.min(BATCH, windows.count);
  const steps =
    recipe.model === 'window' && words < BY_HEART && recipe.name === 'default'
      ? READINGS_BY_HEART * Math.ceil(windows.count / BATCH)
      : iterations;
  const seconds = Math.min(recipe.seconds, (steps * symbolsOfStep * ofSymbol) / RATE[engine]);
  return { words, vocabulary: vocabulary.size, seconds: Math.max(1, Math.round(seconds)), parrots: words < BY_HEART };
}
