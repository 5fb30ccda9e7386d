import { type Engine, ops } from '../../src/engine/engine.ts';
import type { Model } from '../../src/language/model.ts';
import { initialWeights, type Weights } from '../../src/language/network.ts';
import { completeRecipe, type RecipeOptions } from '../../src/language/recipe.ts';
import { splitText } from '../../src/language/split-text.ts';
import { tokenizeForms } from '../../src/language/tokenizer.ts';

export const RHYME = 'the cat sat on the mat . the mat sat on the cat . a cat and a rat sat .';

/** An untrained model of a few units: small enough to check by brute force. */
export function tinyModel(options: RecipeOptions = {}, text = RHYME): Model {
  const recipe = completeRecipe({ units: 5, ...options }, 20);
  const { vocabulary, stories } = splitText([tokenizeForms(text)], 0, recipe.window);
  return {
    recipe,
    vocabulary,
    text: { stories },
    language: 'en',
    weights: initialWeights(recipe, vocabulary.size),
    grams: null,
    predictions: null,
  };
}

/** The same model with nothing to back off to: its network is asked whatever was read. */
export function withoutText(model: Model): Model {
  return { ...model, text: { stories: [] } };
}

/** The weights of a model as tensors; dispose them. */
export function weightsOf(_engine: Engine, model: Model): Weights {
  return Object.fromEntries(
    model.weights.map(({ name, shape, values }) => [name, ops.tensor(values, [...shape], 'float32')]),
  );
}
