import type { Engine } from '../../engine/engine.ts';
import type { Model } from '../model.ts';
import { typeset } from '../text/typeset.ts';
import { defaultSampling } from './default-sampling.ts';
import { Teller } from './teller.ts';

/** Symbols added to the beginning of the text. */
const SYMBOLS = 14;
/** Symbols shown of the window that it begins from: a wide one would pass for the model's own words. */
const SHOWN = 3;

/**
 * What the model makes of the first words of its text, told as its stories will be, typeset, with the last few of the words it
 * began from.
 */
export async function tellSample(engine: Engine, model: Model): Promise<string> {
  const opening = (model.text.stories[0] as Int32Array).subarray(0, model.recipe.window);
  const teller = await Teller.open(engine, model);
  try {
    const { vocabulary, language, text, recipe } = model;
    const sampling = defaultSampling(text.stories.reduce((sum, { length }) => sum + length, 0));
    const { ids } = await teller.tell(opening, { words: SYMBOLS, ...sampling, seed: recipe.seed });
    const formOf = (symbol: string) => vocabulary.forms[vocabulary.idOf(symbol) ?? -1] ?? symbol;
    return typeset(vocabulary.decode([...opening.slice(-SHOWN), ...ids]), { formOf, language });
  } finally {
    teller.dispose();
  }
}
