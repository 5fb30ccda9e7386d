import { openEngine } from '../src/engine/open-engine.ts';
import { completeRecipe } from '../src/language/recipe.ts';
import { GRAMS_ORDER } from '../src/language/sequence/mixture.ts';
import { countNGrams } from '../src/language/sequence/n-grams.ts';
import { initialSequenceWeights } from '../src/language/sequence/sequence-network.ts';
import { initialWeights } from '../src/language/network.ts';
import { Random } from '../src/language/random.ts';
import { Teller } from '../src/language/teller.ts';
import { Vocabulary } from '../src/language/vocabulary.ts';
const [vocabulary, stories] = [Number(process.argv[2]), Number(process.argv[3])];
const symbols = vocabulary < 1000 ? 300 : 130_000;
const recipe = completeRecipe({ holdOut: 0 }, symbols);
const sequence = recipe.model === 'sequence';
const random = new Random(1);
const text = Int32Array.from({ length: symbols }, () => Math.floor(vocabulary ** random.next()) % vocabulary);
const model: any = { recipe, vocabulary: new Vocabulary(Array.from({ length: vocabulary }, (_, id) => (id === 0 ? '.' : `w${id}`))), text: { stories: [text] }, language: 'en', weights: sequence ? initialSequenceWeights(recipe, vocabulary) : initialWeights(recipe, vocabulary), grams: sequence ? await countNGrams([text], GRAMS_ORDER, vocabulary) : null };
const { engine } = await openEngine({ choice: 'native' });
const teller = await Teller.open(engine, model);
import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
const session = new Session(); session.connect();
if (process.argv[4]) { await session.post('Profiler.enable'); await session.post('Profiler.setSamplingInterval', { interval: 200 }); }
import * as tf from '@tensorflow/tfjs-core';
const executed = new Map<string, { n: number; ms: number }>();
const backend = tf.backend() as any;
if (process.env.OPS) for (const way of ['executeMultipleOutputs', 'executeSingleOutput'] as const) {
  const execute = backend[way].bind(backend);
  backend[way] = (name: string, attributes: any, inputs: any[], outputs: any) => {
    const start = performance.now();
    const result = execute(name, attributes, inputs, outputs);
    const ms = performance.now() - start;
    const shapes = inputs.map(({ shape }: any) => shape?.join('x')).filter((s: any) => s?.includes('x'));
    const key = `${name} ${[...new Set(shapes)].slice(0, 3).join(', ')}`;
    const e = executed.get(key) ?? { n: 0, ms: 0 };
    e.n++; e.ms += ms; executed.set(key, e);
    return result;
  };
}
let seeds = 0;
const times: number[] = [];
if (process.argv[4]) await session.post('Profiler.start');
for (let r = 0; r < 40; r++) {
  const s = performance.now();
  await Promise.all(Array.from({ length: stories }, (_, k) => teller.tell(Int32Array.of(1 + k, 2, 3), { words: 32, temperature: 1, seed: seeds++ })));
  times.push(performance.now() - s);
}
if (process.argv[4]) writeFileSync(process.argv[4], JSON.stringify((await session.post('Profiler.stop')).profile));
times.sort((a, b) => a - b);
console.log(vocabulary, stories, 'median', times[20]!.toFixed(1), 'least', times[0]!.toFixed(1));
const N = 40 * 34; for (const [k, { n, ms }] of [...executed].sort((a, b) => b[1].ms - a[1].ms).slice(0, 30)) console.log((ms / N * 1000).toFixed(1).padStart(7), 'us a word', (n / N).toFixed(2), k);
process.exit(0);
