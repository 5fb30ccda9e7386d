import { FabulistError } from '../errors.ts';
import { divide, SYMBOLS_A_STEP } from './sequence/division.ts';

export type RecipeName = 'default' | 'article';

/**
 * What the next symbol is predicted from: a window of the symbols before it, as in the article, or the whole sequence so
 * far, of which the network carries a state along.
 */
export type ModelKind = 'window' | 'sequence';

/** Everything a training depends on besides its text and its engine: the same recipe and engine give the same weights. */
export interface Recipe {
  readonly name: RecipeName;
  readonly model: ModelKind;
  /**
   * Symbols that predict the next one (n_input in the article): 1 to 64. A `sequence` is predicted from all before; it is
   * the least that a story begins from.
   */
  readonly window: number;
  /** LSTM layers: 1 to 4. */
  readonly layers: number;
  /** Units of each layer: 1 to 2,048. */
  readonly units: number;
  /** `sequence`: numbers that stand for a symbol, 8 to 1,024. */
  readonly embedding: number;
  /** `sequence`: share of what is computed that is left out while learning, 0 to 0.9. */
  readonly dropout: number;
  /** `sequence`: share of the weights from state to state that is left out while learning, 0 to 0.9. */
  readonly recurrentDropout: number;
  /** `sequence`: share of the rarest symbols that is read as unknown while learning, 0 to 0.9. */
  readonly hidden: number;
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

/** How long is trained unless asked otherwise. */
const SECONDS = 300;
/** How often a sequence is read at most: more would learn it by heart, whatever is left out. */
const PASSES = 40;
/** Symbols below which a network of half the size learns as much, in a quarter of the time. */
const SMALL = 20_000;
/** Symbols that are read in a second of training, roughly, on two cores: what a time is worth. See docs/performance.md. */
const SPEED = 7_500;
/**
 * How a sequence is learned that is read at least `passes` times. The more often, the more must be left out so that it is not learned
 * by heart; the less often, the faster it must be learned. Measured, see docs/models.md.
 */
const REGIMENS = [
  { passes: 12, dropout: 0.5, recurrentDropout: 0.15, rate: 0.006 },
  { passes: 6, dropout: 0.4, recurrentDropout: 0.15, rate: 0.006 },
  { passes: 1.5, dropout: 0.3, recurrentDropout: 0, rate: 0.008 },
  { passes: 0, dropout: 0.1, recurrentDropout: 0, rate: 0.008 },
];

const LIMITS: Record<Exclude<keyof Recipe, 'name' | 'model'>, { least: number; most: number; whole: boolean }> = {
  window: { least: 1, most: 64, whole: true },
  layers: { least: 1, most: 4, whole: true },
  units: { least: 1, most: 2_048, whole: true },
  embedding: { least: 8, most: 1_024, whole: true },
  dropout: { least: 0, most: 0.9, whole: false },
  recurrentDropout: { least: 0, most: 0.9, whole: false },
  hidden: { least: 0, most: 0.9, whole: false },
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
  // Who asks for a window wants the article's kind of model.
  const model =
    options.model ?? (name === 'article' || byHeart || options.window !== undefined ? 'window' : 'sequence');
  const small = model === 'sequence' && symbols < SMALL;
  const sizes = {
    window: 3,
    layers: 1,
    units: small ? 256 : 512,
    embedding: small ? 128 : 256,
    dropout: 0,
    recurrentDropout: 0,
    hidden: 0.2,
  };
  const learning = {
    sequence: { ...regimenOf(options, symbols), iterations: 200_000, seconds: SECONDS, holdOut: 0.1 },
    window: {
      rate: byHeart ? 0.005 : 0.002,
      iterations: byHeart ? 2_000 : 200_000,
      seconds: SECONDS,
      holdOut: byHeart ? 0 : 0.1,
    },
  }[model];
  const article = { rate: 0.001, iterations: 50_000, seconds: Number.POSITIVE_INFINITY, holdOut: 0 };
  const recipe = { name, model, seed: 1, ...sizes, ...(name === 'article' ? article : learning) };
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
  if (model === 'sequence' && options.iterations === undefined) {
    recipe.iterations = PASSES * divide(Math.floor(symbols * (1 - recipe.holdOut))).epoch;
  }
  return recipe;
}

/** How a sequence of so many symbols is learned in the time and the steps that there are. */
function regimenOf({ seconds = SECONDS, iterations = Number.POSITIVE_INFINITY }: RecipeOptions, symbols: number) {
  const passes = Math.min(seconds * SPEED, iterations * SYMBOLS_A_STEP) / symbols;
  const regimen = REGIMENS.find(({ passes: least }) => passes >= least) as (typeof REGIMENS)[number] | undefined;
  // A time that is no number is refused with the other options.
  const { dropout = 0, recurrentDropout = 0, rate = 0 } = regimen ?? {};
  return { dropout, recurrentDropout, rate };
}
