/**
 * Our side of the benchmark `article`, in a process of its own as the peer's is: the article's loop over the fable, one window a
 * step, with one layer. Prints one JSON object. The clock starts, as in the peer's script, once the weights are there.
 * Run: node --import ./scripts/typescript.mjs bench/article-training.ts ITERATIONS
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from '../src/engine/open-engine.ts';
import { completeRecipe } from '../src/language/recipe.ts';
import { splitText } from '../src/language/split-text.ts';
import { tokenizeForms } from '../src/language/text/tokenizer.ts';
import { Learner } from '../src/language/window/learner.ts';
import { planFor } from '../src/language/window/plan.ts';

export interface ArticleTraining {
  readonly engine: string;
  readonly seconds: number;
  /** Share of the steps at which the next symbol was predicted: the article's average over all of them. */
  readonly averageAccuracy: number;
}

const iterations = Number(process.argv[2]);
const forms = tokenizeForms(readFileSync(join(import.meta.dirname, '../corpora/belling-the-cat.txt'), 'utf8'));
const recipe = completeRecipe({ name: 'article', layers: 1 }, forms.length);
const { vocabulary, windows } = splitText([forms], 0, recipe.window);
const { engine } = await openEngine({ choice: 'auto' });
const plan = planFor(recipe, windows);
const learner = new Learner(engine, recipe, vocabulary.size, plan.optimizer);
const start = performance.now();
let hits = 0;
for (let step = 1; step <= iterations; step++) hits += learner.step(plan.batch(step), recipe.rate).accuracy;
const training: ArticleTraining = {
  engine: engine.description,
  seconds: (performance.now() - start) / 1_000,
  averageAccuracy: hits / iterations,
};
console.log(JSON.stringify(training));
