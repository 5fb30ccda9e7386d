import { BY_HEART } from '../recipe.ts';
import type { TellOptions } from './telling.ts';

/** How a text that was not learned by heart is told: daring, but nothing that hardly ever fits. */
const LIVELY = { temperature: 0.8, topP: 0.7 };
/** Word for word; and where that is not wanted, with everything that the model holds for possible. */
const VERBATIM = { temperature: 0, topP: 1 };

/** How a text of so many symbols is told unless asked otherwise: a fable learned by heart word for word, a book with some life. */
export function defaultSampling(symbols: number): Required<Pick<TellOptions, 'temperature' | 'topP'>> {
  return symbols < BY_HEART ? VERBATIM : LIVELY;
}
