import { spawn } from 'node:child_process';
import { openEngine } from '../src/engine/open-engine.ts';
import { type Tensor } from '../src/engine/engine.ts';
import * as tf from '@tensorflow/tfjs-core';
await openEngine({ choice: 'native' });
const backend: any = tf.backend();
const b = backend.binding;
const T = { name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT };
const run = (name: string, attrs: any[], inputs: any[], n: number) => backend.executeMultipleOutputs(name, attrs, inputs, n);
let signals = 0;
process.on('SIGUSR2', () => { signals++; });
const n = Number(process.argv[2] ?? 3);
const w0 = tf.keep(tf.mul(tf.randomNormal([512, 2048]), 0.05)) as Tensor;
const x0 = tf.zeros([n, 0]); const pe = tf.keep(tf.zeros([512])); const bias = tf.zeros([2048]);
const c = tf.randomNormal([n, 512]), h = tf.randomNormal([n, 512]);
const cellOld = () => run('LSTMBlockCell', [T, { name: 'forget_bias', type: b.TF_ATTR_FLOAT, value: 0 }, { name: 'cell_clip', type: b.TF_ATTR_FLOAT, value: -1 }, { name: 'use_peephole', type: b.TF_ATTR_BOOL, value: false }], [x0, c, h, w0, pe, pe, pe, bias], 7);

const kind = process.argv[4] ?? 'LSTMBlockCell';
const seq = 8;
const x = tf.randomNormal([seq, n, 256]), w1 = tf.mul(tf.randomNormal([768, 2048]), 0.05);
const { Int64Scalar } = (await import('node:module')).createRequire(import.meta.url)('@tensorflow/tfjs-node/dist/int64_tensors.js');
const attrs = [T, { name: 'forget_bias', type: b.TF_ATTR_FLOAT, value: 0 }, { name: 'cell_clip', type: b.TF_ATTR_FLOAT, value: -1 }, { name: 'use_peephole', type: b.TF_ATTR_BOOL, value: false }];
const mats = [T, { name: 'transpose_a', type: b.TF_ATTR_BOOL, value: false }, { name: 'transpose_b', type: b.TF_ATTR_BOOL, value: false }];
const bmm = [T, { name: 'adj_x', type: b.TF_ATTR_BOOL, value: false }, { name: 'adj_y', type: b.TF_ATTR_BOOL, value: false }];
const z = tf.randomNormal([n, 2048]);
const pairs: any[] = [];
for (const [m, k, q] of [[1, 512, 2048], [1, 512, 112], [1, 256, 8000], [20, 128, 512], [20, 512, 128], [3, 64, 256], [2, 8, 32], [201, 512, 112], [110, 512, 2048], [700, 64, 512], [700, 128, 64], [64, 512, 2048], [5, 1, 2048], [7, 300, 1]] as number[][]) {
  const r = (x: number, y: number) => tf.keep(tf.randomNormal([x, y]));
  pairs.push([r(m!, k!), r(k!, q!), false, false], [r(m!, k!), r(q!, k!), false, true], [r(k!, m!), r(k!, q!), true, false]);
}
const kinds: Record<string, () => any> = {
  LSTMBlockCell: () => run('LSTMBlockCell', attrs, [x0, c, h, w0, pe, pe, pe, bias], 7)[6],
  BlockLSTM: () => run('BlockLSTM', attrs, [new Int64Scalar(seq), x, c, h, w1, pe, pe, pe, bias], 7)[6],
  BatchMatMulV2: () => run('BatchMatMulV2', bmm, [h, w0], 1)[0],
  Shapes: () => { for (const [a, b2, tx, ty] of pairs) run('BatchMatMulV2', [T, { name: 'adj_x', type: b.TF_ATTR_BOOL, value: tx }, { name: 'adj_y', type: b.TF_ATTR_BOOL, value: ty }], [a, b2], 1); return run('BatchMatMulV2', bmm, [h, w0], 1)[0]; },
  ShapesMatMul: () => { for (const [a, b2, tx, ty] of pairs) run('MatMul', [T, { name: 'transpose_a', type: b.TF_ATTR_BOOL, value: tx }, { name: 'transpose_b', type: b.TF_ATTR_BOOL, value: ty }], [a, b2], 1); return run('BatchMatMulV2', bmm, [h, w0], 1)[0]; },
  MatMul: () => run('MatMul', mats, [h, w0], 1)[0],
  Tanh: () => run('Tanh', [T], [z], 1)[0],
  LSTMBlockCellGrad: () => run('LSTMBlockCellGrad', [T, attrs[3]], [x0, c, h, w0, pe, pe, pe, bias, h, h, h, h, h, h, h, h], 5)[1],
};
const cell = () => [0,0,0,0,0,0,kinds[kind]()];
const truth = tf.tidy(() => cell()[6].dataSync().slice());
const killer = process.argv[3] === 'signals' ? spawn('python3', ['-c', `
import os,time,sys
pid=int(sys.argv[1])
while True:
    os.kill(pid, 12); time.sleep(0.0003)
`, String(process.pid)]) : null;
let runs = 0, wrong = 0;
const end = performance.now() + 40000;
while (performance.now() < end) {
  for (let k = 0; k < 5; k++) {
    tf.tidy(() => { const got = cell()[6].dataSync(); runs++; for (let i = 0; i < got.length; i++) if (Math.abs(got[i] - truth[i]) > 1e-4) { wrong++; break; } });
  }
  await new Promise(setImmediate);
}
killer?.kill();
console.log({ kind, n, runs, wrong, signals });
process.exit(0);
