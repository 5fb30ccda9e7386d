/**
 * The article's own loop, one window a step and one layer, beside the same in graph-mode TensorFlow: milliseconds a step, and how
 * often the next symbol was predicted meanwhile. 5,000 steps a side and round, in turns.
 * Run: npm run bench -- article   (a minute a round; --rounds 1 unless told)
 */
import { join } from 'node:path';
import type { ArticleTraining } from './article-training.ts';
import { compared, median } from './measurement.ts';
import { baseline, ownProgram, pythonPeer, rounds } from './peers.ts';

const STORY = join(import.meta.dirname, '../corpora/belling-the-cat.txt');
/** The fewest that the peer's script prints anything after. */
const ITERATIONS = 5_000;

const python = pythonPeer('tensorflow_cpu');
const ours: ArticleTraining[] = [];
const theirs: Pick<ArticleTraining, 'seconds' | 'averageAccuracy'>[] = [];
for (let round = 0; round < rounds(1); round++) {
  ours.push(ownProgram<ArticleTraining>(join(import.meta.dirname, 'article-training.ts'), String(ITERATIONS)));
  if ('name' in python) theirs.push(...baseline<ArticleTraining>('article_tensorflow.py', STORY, String(ITERATIONS)));
}
const step = (sides: readonly Pick<ArticleTraining, 'seconds'>[]) =>
  sides.length === 0 ? null : (median(sides.map(({ seconds }) => seconds)) * 1_000) / ITERATIONS;
const right = (sides: readonly Pick<ArticleTraining, 'averageAccuracy'>[]) =>
  sides.map(({ averageAccuracy }) => `${(100 * averageAccuracy).toFixed(1)} %`).join(', ');
const note = `${ours[0]?.engine}; right ${right(ours)}${theirs.length > 0 ? `, the peer's ${right(theirs)}` : ''}`;
const row = { name: "the article's loop, one window a step, 512 units, one layer", unit: 'ms', note };
const peer = 'name' in python ? { name: `graph-mode ${python.name}`, value: step(theirs) } : python;
console.log(JSON.stringify([compared(row, step(ours), peer)]));
