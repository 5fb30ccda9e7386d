/**
 * Learning the fable by heart, 512 units, three words in and one out, every side in a process of its own and in turns:
 * seconds to 91.2 % of all windows with set-up, milliseconds of a warm step, and the share of the machine's own
 * matrix-product rate that a step reaches.
 * Run: npm run bench -- fable   (a minute on an idle machine; --rounds 3 unless told)
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { FableTraining } from './fable-training.ts';
import { type Compared, compared, type Measurement, median, medianReached } from './measurement.ts';
import { baseline, ownProgram, type PythonPeer, pythonPeer, rounds } from './peers.ts';

const STORY = join(import.meta.dirname, '../corpora/belling-the-cat.txt');
const ROUNDS = 3;
/** Steps of the peers: enough to reach 91.2 % at every seed seen. A warm step is the difference to so few. */
const STEPS = 80;
const FEW = 20;

interface Peer {
  readonly stepTo912: number | null;
  readonly secondsTo912: number | null;
  readonly msPerStep: number;
}

interface Side {
  readonly name: { readonly name: string } | { readonly absent: string };
  readonly seconds: (number | null)[];
  /** Milliseconds of a warm step. */
  readonly steps: number[];
  readonly round: () => void;
}

const run = (script: string, steps: number) => baseline<Peer>(script, STORY, 'adam', '0.005', String(steps))[0] as Peer;

function side(name: Side['name'], script: string, warm: boolean): Side {
  const seconds: (number | null)[] = [];
  const steps: number[] = [];
  const round = () => {
    const whole = run(script, STEPS);
    seconds.push(whole.secondsTo912);
    if (warm) steps.push((whole.msPerStep * STEPS - run(script, FEW).msPerStep * FEW) / (STEPS - FEW));
  };
  return { name, seconds, steps, round: 'name' in name ? round : () => undefined };
}

const python = (peer: PythonPeer, script: string, warm: boolean) => side(pythonPeer(peer), script, warm);
const ours: FableTraining[] = [];
const torch = python('torch', 'fable_pytorch.py', true);
const keras = python('keras', 'fable_keras.py', false);
const layers = side(layersPeer(), 'fable_tfjs_layers.mjs', false);
for (let round = 0; round < rounds(ROUNDS); round++) {
  ours.push(ownProgram<FableTraining>(join(import.meta.dirname, 'fable-training.ts')));
  for (const { round } of [torch, layers, keras]) round();
}
const wasm = ownProgram<FableTraining>(join(import.meta.dirname, 'fable-training.ts'), 'wasm');

const figure = ({ name }: Side, value: () => number | null): Compared =>
  'name' in name ? { name: name.name, value: value() } : name;
const seconds = medianReached(ours.map(({ secondsTo912 }) => secondsTo912));
const note = `${ours[0]?.engine}, ${ours.length} rounds; at step ${ours.map(({ stepTo912 }) => stepTo912).join(', ')}`;
const to912 = 'fable, text to 91.2 % of all windows, set-up included';
const rows: Measurement[] = [
  ...[torch, layers, keras].map((peer) =>
    compared(
      { name: to912, unit: 's', note },
      seconds,
      figure(peer, () => medianReached(peer.seconds)),
    ),
  ),
  compared(
    { name: 'fable, a warm step, 512 units, all windows', unit: 'ms', note: `${ours[0]?.engine}, medians of 60` },
    median(ours.map(({ msPerStep }) => msPerStep)),
    figure(torch, () => median(torch.steps)),
  ),
  // Share = step rate / product rate is the ratio itself: here more is better, up to 1.
  compared(
    { name: "fable, the step's necessary operations", unit: 'GFLOP/s', note: 'the limit is 1: here more is better' },
    median(ours.map(({ stepRate }) => stepRate)) / 1e9,
    { name: 'product of 1,024 x 1,024', value: median(ours.map(({ productRate }) => productRate)) / 1e9 },
  ),
  compared({ name: 'fable, the same step on WebAssembly', unit: 'ms', note: wasm.engine }, wasm.msPerStep, {
    name: ours[0]?.engine ?? '',
    value: median(ours.map(({ msPerStep }) => msPerStep)),
  }),
  compared(
    { name: 'fable, the same operations on WebAssembly', unit: 'GFLOP/s', note: 'the limit is 1: here more is better' },
    wasm.stepRate / 1e9,
    { name: 'its product of 1,024 x 1,024', value: wasm.productRate / 1e9 },
  ),
];
console.log(JSON.stringify(rows));

/** tfjs-layers comes with tfjs-node, whose addon the native engine brings. */
function layersPeer(): Side['name'] {
  if (!/^TensorFlow/.test(ownProgram<FableTraining>(join(import.meta.dirname, 'fable-training.ts')).engine)) {
    return { absent: 'tfjs-layers: needs the native engine, npm run fabulist -- doctor --install' };
  }
  const { version } = createRequire(import.meta.url)('@tensorflow/tfjs-node/package.json') as { version: string };
  return { name: `tfjs-node layers ${version}` };
}
