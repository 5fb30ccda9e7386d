/**
 * Where a warm step of the fable spends its time: every TensorFlow operation that takes 20 us or more, with the shapes it
 * works on and its median over 60 steps; those that are less, and what JavaScript does between them, as one line each.
 * Run: npm run bench -- --profile   (5 s; native engine)
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../src/engine/open-engine.ts';
import { completeRecipe } from '../src/language/recipe.ts';
import { splitText } from '../src/language/split-text.ts';
import { tokenizeForms } from '../src/language/text/tokenizer.ts';
import { Learner } from '../src/language/window/learner.ts';
import { planFor } from '../src/language/window/plan.ts';
import { median } from './measurement.ts';

const STEPS = 60;
const WARM_UP = 10;

type Execute = (name: string, attributes: unknown, inputs: readonly tf.Tensor[], outputs?: number) => unknown;

const forms = tokenizeForms(readFileSync(join(import.meta.dirname, '../corpora/belling-the-cat.txt'), 'utf8'));
const recipe = completeRecipe({}, forms.length);
const { vocabulary, windows } = splitText([forms], 0, recipe.window);
const { engine } = await openEngine({ choice: 'native' });
const plan = planFor(recipe, windows);
const learner = new Learner(engine, recipe, vocabulary.size, plan.optimizer);

let executed: { readonly name: string; readonly ms: number }[] = [];
const backend = tf.backend() as unknown as Record<'executeMultipleOutputs' | 'executeSingleOutput', Execute>;
for (const way of ['executeMultipleOutputs', 'executeSingleOutput'] as const) {
  const execute = backend[way].bind(backend);
  backend[way] = (name, attributes, inputs, outputs) => {
    const start = performance.now();
    const result = execute(name, attributes, inputs, outputs);
    const ms = performance.now() - start;
    const shapes = inputs.map(({ shape }) => shape?.join(' x ')).filter((shape) => shape?.includes('x'));
    executed.push({ name: `${name} ${[...new Set(shapes)].slice(0, 3).join(', ')}`, ms });
    return result;
  };
}
const steps: { readonly ms: number; readonly executed: typeof executed }[] = [];
for (let step = 0; step < WARM_UP + STEPS; step++) {
  executed = [];
  const start = performance.now();
  learner.step(plan.batch(1), recipe.rate);
  steps.push({ ms: performance.now() - start, executed });
}
const warm = steps.slice(WARM_UP);
const line = (ms: number, what: string) => console.log(`${ms.toFixed(3).padStart(8)}  ${what}`);
console.log(`${engine.description}; ms, medians of ${STEPS} steps`);
let [listed, small, count] = [0, 0, 0];
warm[0]?.executed.forEach(({ name }, k) => {
  const ms = median(warm.map((step) => step.executed[k]?.ms ?? 0));
  if (ms < 0.02) [small, count] = [small + ms, count + 1];
  else {
    listed += ms;
    line(ms, name);
  }
});
const whole = median(warm.map(({ ms }) => ms));
line(small, `${count} operations of less than 0.02 each`);
line(whole - listed - small, 'JavaScript, this measurement included');
line(whole, 'the step');
