/**
 * Our side of the benchmark `fable`, in a process of its own as the peers' are: the fable's text to 91.2 % of all windows,
 * then warm steps in turns with a large matrix product. Prints one JSON object. The clock starts, as in the peers'
 * scripts, once the library is loaded and the text is in memory, but before the text is divided into words.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineChoice, ops } from '../src/engine/engine.ts';
import { openEngine } from '../src/engine/open-engine.ts';
import { completeRecipe } from '../src/language/recipe.ts';
import { splitText } from '../src/language/split-text.ts';
import { tokenizeForms } from '../src/language/text/tokenizer.ts';
import { Learner } from '../src/language/window/learner.ts';
import { planFor } from '../src/language/window/plan.ts';
import { median } from './measurement.ts';
import { necessaryOperations } from './necessary-operations.ts';

/** The article's accuracy. */
const GOAL = 0.912;
/** Steps in which it must be reached, and warm steps measured after it. */
const MOST = 200;
const WARM = 60;
/** Rows and columns of the product that stands for the machine's limit: 2.1 billion operations, as many as a step's. */
const SIZE = 1_024;

export interface FableTraining {
  readonly engine: string;
  readonly stepTo912: number | null;
  readonly secondsTo912: number | null;
  /** Median of the warm steps. */
  readonly msPerStep: number;
  /** Operations a second of the large product, median: of ours or TensorFlow's, whichever is faster. */
  readonly productRate: number;
  /** Operations a second of the warm steps, by their necessary operations. */
  readonly stepRate: number;
}

const text = readFileSync(join(import.meta.dirname, '../corpora/belling-the-cat.txt'), 'utf8');
const { engine } = await openEngine({ choice: (process.argv[2] ?? 'auto') as EngineChoice });

const start = performance.now();
const forms = tokenizeForms(text);
const recipe = completeRecipe({}, forms.length);
const { vocabulary, windows } = splitText([forms], 0, recipe.window);
const plan = planFor(recipe, windows);
const learner = new Learner(engine, recipe, vocabulary.size, plan.optimizer);
let reached: [number, number] | null = null;
for (let step = 1; step <= MOST && !reached; step++) {
  const { accuracy } = learner.step(plan.batch(step), recipe.rate);
  if (accuracy >= GOAL) reached = [step, (performance.now() - start) / 1_000];
}

const [left, right] = [ops.randomUniform([SIZE, SIZE]), ops.randomUniform([SIZE, SIZE])];
const times: Record<'step' | 'own' | 'theirs', number[]> = { step: [], own: [], theirs: [] };
const timed = <T>(what: keyof typeof times, run: () => T): T => {
  const begun = performance.now();
  const result = run();
  times[what].push(performance.now() - begun);
  return result;
};
for (let round = 0; round < WARM; round++) {
  timed('step', () => learner.step(plan.batch(1), recipe.rate));
  timed('own', () => engine.product(left, right)).dispose();
  timed('theirs', () => ops.matMul(left as never, right as never)).dispose();
}
const needed = necessaryOperations(plan.batch(1), { ...recipe, vocabulary: vocabulary.size });
const training: FableTraining = {
  engine: engine.description,
  stepTo912: reached?.[0] ?? null,
  secondsTo912: reached?.[1] ?? null,
  msPerStep: median(times.step),
  productRate: (2 * SIZE ** 3) / Math.min(median(times.own), median(times.theirs)) / 1e-3,
  stepRate: needed / median(times.step) / 1e-3,
};
console.log(JSON.stringify(training));
