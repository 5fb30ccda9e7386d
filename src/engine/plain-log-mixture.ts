import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from './engine.ts';

/** `Engine.logMixture` of plain operations. */
export const plainLogMixture: Engine['logMixture'] = (p, q, share) =>
  tf.tidy(() => tf.log(tf.add(tf.mul(p, 1 - share), tf.mul(q, share))));
