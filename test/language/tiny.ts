import { type Engine, ops } from '../../src/engine/engine.ts';
import type { Model } from '../../src/language/model.ts';
import type { Weights } from '../../src/language/place-weights.ts';
import { completeRecipe, type RecipeOptions } from '../../src/language/recipe.ts';
import { countNGrams } from '../../src/language/sequence/n-grams.ts';
import { initialSequenceWeights } from '../../src/language/sequence/sequence-network.ts';
import { splitText } from '../../src/language/split-text.ts';
import { tokenizeForms } from '../../src/language/text/tokenizer.ts';
import { initialWeights } from '../../src/language/window/network.ts';

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

/** The same of the other kind, mixed with n-grams. Its weights are larger, so that states matter. */
export async function tinySequence(): Promise<Model> {
  const recipe = completeRecipe({ model: 'sequence', units: 5, embedding: 8, layers: 2 }, 20);
  const { vocabulary, stories } = splitText([tokenizeForms(RHYME)], 0, recipe.window);
  const weights = initialSequenceWeights(recipe, vocabulary.size).map((weight) => ({
    ...weight,
    values: weight.values.map((value) => 4 * value),
  }));
  const grams = await countNGrams(stories, 3, vocabulary.size);
  return { recipe, vocabulary, text: { stories }, language: 'en', weights, grams, predictions: null };
}

/** The model with nothing to back off to: its network is asked whatever was read. */
export function withoutText(model: Model): Model {
  return { ...model, text: { stories: [] } };
}

/** The weights of a model as tensors; dispose them. */
export function weightsOf(_engine: Engine, model: Model): Weights {
  return Object.fromEntries(
    model.weights.map(({ name, shape, values }) => [name, ops.tensor(values, [...shape], 'float32')]),
  );
}
