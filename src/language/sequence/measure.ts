import type { Model } from '../model.ts';
import type { HeldOut } from '../split-text.ts';
import type { Predicted } from '../training-figures.ts';
import { inTurns } from '../turns.ts';
import { KneserNey } from './kneser-ney.ts';
import { GRAMS_SHARE } from './mixture.ts';
import type { SequenceLearner } from './sequence-learner.ts';

/** Symbols looked at between two steps of learning, and streams they are read in: a quick look, a little too pessimistic. */
const QUICK = { symbols: 20_000, streams: 16 };
/** Symbols of a stream whose prediction is measured for good: few enough begin anew not to matter. */
const STREAM = 10_000;
/** Symbols of the training part that its figures are taken over, at most: the last ones. */
const TRAINING = 200_000;

/** Mean loss of the held-out symbols that the vocabulary has, nats, over a part of them where there are many. */
export async function checkHeldOut(learner: SequenceLearner, heldOut: HeldOut): Promise<number> {
  const ids = heldOut.ids.subarray(0, QUICK.symbols);
  const streams = Math.max(1, Math.min(QUICK.streams, Math.floor(ids.length / 100)));
  const side = sideBySide(ids, streams);
  const { losses } = await learner.read(side, streams);
  let [sum, count] = [0, 0];
  for (let k = streams; k < side.length; k++) {
    if (side[k] === heldOut.unknown) continue;
    sum += losses[k] as number;
    count++;
  }
  return count === 0 ? Number.POSITIVE_INFINITY : sum / count;
}

/**
 * The held-out figures as the peers take them: each symbol but the first, from those before it, the unknown ones left out.
 * perplexity is that of the mixture the model tells from; accuracy that of the network alone.
 */
export async function measureHeldOut(
  learner: SequenceLearner,
  { ids, unknown }: HeldOut,
  { grams, vocabulary }: Pick<Model, 'grams' | 'vocabulary'>,
): Promise<Predicted & { perplexityModelOnly: number }> {
  const kneserNey = grams && (await inTurns(KneserNey.building(grams, vocabulary.size)));
  const { context = 0 } = kneserNey ?? {};
  const streams = Math.max(1, Math.floor(ids.length / STREAM));
  const side = sideBySide(ids, streams);
  const { losses, predicted } = await learner.read(side, streams);
  let [own, mixed, right, count] = [0, 0, 0, 0];
  for (let k = streams; k < side.length; k++) {
    const id = side[k] as number;
    if (id === unknown) continue;
    const loss = losses[k] as number;
    // Where the symbol stands in the text, to read the n-gram before it.
    const place = (k % streams) * (side.length / streams) + Math.floor(k / streams);
    const known = kneserNey?.probability(ids.subarray(Math.max(0, place - context), place), id);
    own += loss;
    mixed -= known === undefined ? -loss : Math.log((1 - GRAMS_SHARE) * Math.exp(-loss) + GRAMS_SHARE * known);
    right += predicted[k] === id ? 1 : 0;
    count++;
    if (count % 5_000 === 0) await new Promise(setImmediate);
  }
  const mean = (sum: number) => sum / Math.max(1, count);
  return {
    accuracy: mean(right),
    loss: mean(mixed),
    perplexity: Math.exp(mean(mixed)),
    perplexityModelOnly: Math.exp(mean(own)),
  };
}

/** How well the network alone predicts what it learned from, and one prediction of a symbol in the middle of it. */
export async function measureTraining(
  learner: SequenceLearner,
  stories: readonly Int32Array[],
): Promise<Predicted & { example: { before: Int32Array; truth: number; predicted: number } }> {
  const symbols = stories.reduce((sum, story) => sum + story.length, 0);
  const ids = new Int32Array(symbols);
  let at = 0;
  for (const story of stories) {
    ids.set(story, at);
    at += story.length;
  }
  const part = ids.subarray(Math.max(0, symbols - TRAINING));
  const streams = Math.max(1, Math.min(QUICK.streams, Math.floor(part.length / 500)));
  const side = sideBySide(part, streams);
  const { losses, predicted } = await learner.read(side, streams);
  let [sum, right] = [0, 0];
  for (let k = streams; k < side.length; k++) {
    sum += losses[k] as number;
    right += predicted[k] === side[k] ? 1 : 0;
  }
  const count = Math.max(1, side.length - streams);
  const steps = side.length / streams;
  const middle = Math.floor(steps / 2);
  return {
    accuracy: right / count,
    loss: sum / count,
    perplexity: Math.exp(sum / count),
    example: {
      before: part.slice(Math.max(0, middle - 3), middle),
      truth: part[middle] as number,
      predicted: predicted[middle * streams] as number,
    },
  };
}

/** Divides ids into streams of equal length, as (steps x streams); a rest shorter than a step is left out. */
function sideBySide(ids: Int32Array, streams: number): Int32Array {
  const steps = Math.floor(ids.length / streams);
  const side = new Int32Array(steps * streams);
  for (let t = 0; t < steps; t++) {
    for (let s = 0; s < streams; s++) side[t * streams + s] = ids[s * steps + t] as number;
  }
  return side;
}
