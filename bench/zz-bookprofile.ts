import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../src/engine/open-engine.ts';
import { completeRecipe } from '../src/language/recipe.ts';
import { SequenceLearner } from '../src/language/sequence/sequence-learner.ts';
import { Streams } from '../src/language/sequence/streams.ts';
import { median } from './measurement.ts';

const symbols = 117_000,
  vocabulary = 7_900;
const recipe = completeRecipe({ holdOut: 0 }, symbols);
const text = Int32Array.from({ length: symbols }, () => Math.floor(vocabulary ** Math.random()) % vocabulary);
const streams = new Streams([text], recipe, undefined, () => false);
const { engine } = await openEngine({ choice: 'native' });
const learner = new SequenceLearner(engine, recipe, vocabulary);
let executed = new Map<string, { n: number; ms: number }>();
const backend = tf.backend() as any;
const profile = process.argv[2] === 'ops';
if (profile)
  for (const way of ['executeMultipleOutputs', 'executeSingleOutput'] as const) {
    const execute = backend[way].bind(backend);
    backend[way] = (name: string, attributes: any, inputs: any[], outputs: any) => {
      const start = performance.now();
      const result = execute(name, attributes, inputs, outputs);
      const ms = performance.now() - start;
      const shapes = inputs.map(({ shape }: any) => shape?.join('x')).filter((s: any) => s?.includes('x'));
      const key = `${name} ${[...new Set(shapes)].slice(0, 3).join(', ')}`;
      const e = executed.get(key) ?? { n: 0, ms: 0 };
      e.n++;
      e.ms += ms;
      executed.set(key, e);
      return result;
    };
  }
const times: number[] = [];
const N = 40;
for (let s = 1; s <= N + 5; s++) {
  if (s === 6) executed = new Map();
  const start = performance.now();
  learner.step(streams.at(s), 0.003);
  if (s > 5) times.push(performance.now() - start);
}
console.log('median step ms', median(times).toFixed(1), 'symbols/s', ((700 / median(times)) * 1000).toFixed(0));
let total = 0,
  small = 0;
for (const [k, { n, ms }] of [...executed].sort((a, b) => b[1].ms - a[1].ms)) {
  total += ms;
  if (ms / N > 0.15) console.log((ms / N).toFixed(2).padStart(7), String(n / N).padStart(5), k);
  else small += ms;
}
console.log('small', (small / N).toFixed(2), 'sum of ops', (total / N).toFixed(1));
process.exit(0);
