import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { completeRecipe } from '../../../src/language/recipe.ts';
import { SequenceLearner } from '../../../src/language/sequence/sequence-learner.ts';
import { Streams } from '../../../src/language/sequence/streams.ts';
import { onEachEngine } from '../../engines.ts';

const SYMBOLS = 20_000;
const VOCABULARY = 300;
const STEPS = 30;

/** Sends this process a signal every third of a millisecond, from a thread beside, for as long as it is asked to. */
const SENDER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (Atomics.load(workerData, 0) === 0) {
    process.kill(process.pid, 'SIGUSR2');
    Atomics.wait(pause, 0, 0, 0.3);
  }
`;

onEachEngine('a learner of sequences', (open) => {
  // TensorFlow's kernels of whole LSTM layers write where they should not when a signal comes: see docs/architecture.md.
  it('learns the same while signals arrive as in peace', async () => {
    const engine = await open();
    const recipe = completeRecipe({ holdOut: 0, units: 128, embedding: 64 }, SYMBOLS);
    const text = Int32Array.from({ length: SYMBOLS }, (_, at) => (at * at + (at >> 3)) % VOCABULARY);
    const learn = () => {
      const learner = new SequenceLearner(engine, recipe, VOCABULARY);
      const streams = new Streams([text], recipe, undefined, () => false);
      const losses = Array.from({ length: STEPS }, (_, k) => learner.step(streams.at(k + 1), recipe.rate).loss);
      learner.dispose();
      return losses;
    };
    const peace = learn();
    let received = 0;
    const count = () => {
      received++;
    };
    process.on('SIGUSR2', count);
    const over = new Int32Array(new SharedArrayBuffer(4));
    const sender = new Worker(SENDER, { eval: true, workerData: over });
    await new Promise((resolve) => sender.once('online', resolve));
    try {
      expect(learn()).toEqual(peace);
    } finally {
      Atomics.store(over, 0, 1);
      await new Promise((resolve) => sender.once('exit', resolve));
      process.off('SIGUSR2', count);
    }
    expect(received).toBeGreaterThan(0);
  });
});
