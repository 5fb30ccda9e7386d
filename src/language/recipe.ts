import { FabulistError } from '../errors.ts';

export type RecipeName = 'default' | 'article';

/** Everything a training depends on besides its text and its engine: the same recipe and engine give the same weights. */
export interface Recipe {
  readonly name: RecipeName;
  /** Symbols that predict the next one (n_input in the article): 1 to 64. */
  readonly window: number;
  /** LSTM layers: 1 to 4. */
  readonly layers: number;
  /** Units of each layer: 1 to 2,048. */
  readonly units: number;
  /** Step size of the optimizer. */
  readonly rate: number;
  /** Steps at most. `default` stops earlier when nothing more can be learned. */
  readonly iterations: number;
  /** Seconds of training at most; Infinity for none. */
  readonly seconds: number;
  /** Share of the text, at its end, that is never trained on: 0 to 0.5. */
  readonly holdOut: number;
  /** Seed of the initial weights, of the order of windows and of everything else drawn. */
  readonly seed: number;
}

export type RecipeOptions = { readonly [K in keyof Recipe]?: Recipe[K] | undefined };

/** A text below this many symbols is meant to be learned by heart: nothing is held out, and it is told at temperature 0. */
export const BY_HEART = 2_000;

const LIMITS: Record<Exclude<keyof Recipe, 'name'>, { least: number; most: number; whole: boolean }> = {
  window: { least: 1, most: 64, whole: true },
  layers: { least: 1, most: 4, whole: true },
  units: { least: 1, most: 2_048, whole: true },
  rate: { least: 1e-7, most: 1, whole: false },
  iterations: { least: 1, most: 10_000_000, whole: true },
  seconds: { least: 1, most: Number.POSITIVE_INFINITY, whole: false },
  holdOut: { least: 0, most: 0.5, whole: false },
  seed: { least: 0, most: 2 ** 32 - 1, whole: true },
};

/**
 * Fills in what was not asked for, by recipe and by the length of the text in symbols.
 * Throws `usage` naming the option, what it takes and what was given.
 */
export function completeRecipe(options: RecipeOptions, symbols: number): Recipe {
  const name = options.name ?? 'default';
  if (name !== 'default' && name !== 'article') {
    throw new FabulistError('usage', `The recipe must be "default" or "article", not ${JSON.stringify(name)}.`);
  }
  const byHeart = symbols < BY_HEART;
  const defaults =
    name === 'article'
      ? { rate: 0.001, iterations: 50_000, seconds: Number.POSITIVE_INFINITY, holdOut: 0 }
      : {
          rate: byHeart ? 0.005 : 0.002,
          iterations: byHeart ? 2_000 : 200_000,
          seconds: 300,
          holdOut: byHeart ? 0 : 0.1,
        };
  const recipe = { name, window: 3, layers: 1, units: 512, seed: 1, ...defaults };
  for (const key of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    const value = options[key];
    if (value === undefined) continue;
    const { least, most, whole } = LIMITS[key];
    if (Number.isNaN(value) || value < least || value > most || (whole && !Number.isInteger(value))) {
      const kind = whole ? 'a whole number' : 'a number';
      const range = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
      const option = key === 'holdOut' ? 'hold-out' : key;
      throw new FabulistError('usage', `${option} must be ${kind} ${range}, not ${value}.`);
    }
    recipe[key] = value;
  }
  return recipe;
}
