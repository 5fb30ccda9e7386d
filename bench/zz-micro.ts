import * as tf from '@tensorflow/tfjs-core';
import { ops, type Tensor } from '../src/engine/engine.ts';
import { openEngine } from '../src/engine/open-engine.ts';

const { engine } = await openEngine({ choice: 'native' });
const backend: any = tf.backend();
const b = backend.binding;
const T = { name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT };
const run = (name: string, attrs: any[], inputs: any[], n: number) =>
  backend.executeMultipleOutputs(name, attrs, inputs, n);
const time = (what: string, f: () => void) => {
  for (let i = 0; i < 100; i++)
    tf.tidy(() => {
      f();
    });
  const ts: number[] = [];
  for (let i = 0; i < 400; i++) {
    const s = performance.now();
    tf.tidy(() => {
      f();
    });
    ts.push(performance.now() - s);
  }
  ts.sort((a, b) => a - b);
  console.log(what.padEnd(50), (ts[200]! * 1000).toFixed(1), 'us, least', (ts[5]! * 1000).toFixed(1));
};
const R = tf.keep(tf.randomNormal([512, 2048])) as Tensor;
const RT = tf.keep(tf.randomNormal([2048, 512])) as Tensor;
for (const n of [1, 2, 3, 20, 32, 40, 64, 96]) {
  const h = tf.keep(tf.randomNormal([n, 512])) as Tensor;
  const z = tf.keep(tf.randomNormal([n, 2048])) as Tensor;
  const zb = tf.keep(tf.randomNormal([2048])) as Tensor;
  time(`${n} product`, () => engine.product(h, R));
  time(`${n} rightTransposed`, () => engine.rightTransposedProduct(h, RT));
  time(`${n} MatMul`, () =>
    run(
      'MatMul',
      [
        T,
        { name: 'transpose_a', type: b.TF_ATTR_BOOL, value: false },
        { name: 'transpose_b', type: b.TF_ATTR_BOOL, value: false },
      ],
      [h, R],
      1,
    ),
  );
  const dz = tf.keep(tf.randomNormal([n, 2048])) as Tensor;
  const back = tf.keep(tf.randomNormal([2048, 512])) as Tensor;
  time(`${n} back product`, () => engine.product(dz, back));
  time(`${n} back rightTransposed`, () => engine.rightTransposedProduct(dz, R));
  const mm = (tb: boolean) => [T, { name: 'transpose_a', type: b.TF_ATTR_BOOL, value: false }, { name: 'transpose_b', type: b.TF_ATTR_BOOL, value: tb }];
  time(`${n} back MatMul`, () => run('MatMul', mm(false), [dz, back], 1));
  time(`${n} back MatMul transposed`, () => run('MatMul', mm(true), [dz, R], 1));
  time(`${n} sigmoid z`, () => run('Sigmoid', [T], [z], 1));
  time(`${n} tanh h`, () => run('Tanh', [T], [h], 1));
  time(`${n} mul h`, () => run('Mul', [T], [h, h], 1));
  time(`${n} tf.mul h`, () => tf.mul(h, h));
  const v = new Float32Array(n * 2048);
  time(`${n} upload z`, () => tf.tensor2d(v, [n, 2048]));
  time(`${n} download z`, () => z.dataSync());
  time(`${n} download h`, () => h.dataSync());
  const c = tf.keep(tf.randomNormal([n, 512])) as Tensor;
  time(`${n} cellState`, () => engine.cellState!([z, zb as any], c));
  const w0 = tf.keep(tf.randomNormal([512, 2048])) as Tensor;
  const x0 = tf.zeros([n, 0]);
  const pe = tf.keep(tf.zeros([512]));
  time(`${n} LSTMBlockCell`, () =>
    run(
      'LSTMBlockCell',
      [
        T,
        { name: 'forget_bias', type: b.TF_ATTR_FLOAT, value: 0 },
        { name: 'cell_clip', type: b.TF_ATTR_FLOAT, value: -1 },
        { name: 'use_peephole', type: b.TF_ATTR_BOOL, value: false },
      ],
      [x0, c, h, w0, pe, pe, pe, zb],
      7,
    ),
  );
  const zz = new Float32Array(n * 2048).map(() => Math.random());
  const cc = new Float32Array(n * 512),
    hh = new Float32Array(n * 512);
  time(`${n} JS gates`, () => {
    for (let r = 0; r < n; r++)
      for (let k = 0; k < 512; k++) {
        const o = r * 2048 + k;
        const i = 1 / (1 + Math.exp(-zz[o]!)),
          g = Math.tanh(zz[o + 512]!),
          f = 1 / (1 + Math.exp(-zz[o + 1024]!)),
          oo = 1 / (1 + Math.exp(-zz[o + 1536]!));
        const c1 = f * cc[r * 512 + k]! + i * g;
        cc[r * 512 + k] = c1;
        hh[r * 512 + k] = oo * Math.tanh(c1);
      }
  });
}
process.exit(0);
