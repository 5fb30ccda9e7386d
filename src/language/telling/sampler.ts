import type { Random } from '../random.ts';
import { expOf } from './elementary.ts';

/**
 * How close two probabilities must be to count as equal. A text that continues the same three symbols now one way, now
 * another, trains both to the same probability, give or take a few hundredths; which is a hair ahead is chance.
 */
const TIE = 0.9;

/**
 * The most likely id. Of ids that are as good as equally likely the lowest wins: the more frequent symbol, or the one met
 * first, so that a tie falls the same way on every engine and for every seed. logits: (vocabulary); excluded: an id never drawn.
 */
export function mostLikely(logits: Float32Array, excluded = -1): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) {
    if (id !== excluded && (logits[id] as number) > highest) highest = logits[id] as number;
  }
  // p >= TIE * pMax, taken in logarithms: the normalisation cancels out.
  const enough = highest + Math.log(TIE);
  for (let id = 0; id < logits.length; id++) if (id !== excluded && (logits[id] as number) >= enough) return id;
  return 0;
}

/** How far below the highest a logit no longer counts: e^-30 of its probability, less than float32 can add to it. */
const NEGLIGIBLE = 30;
/** Weights below this are not told apart when the nucleus is looked for. */
const SMALLEST = 1e-9;

/**
 * Draws an id from softmax(logits / temperature), of the nucleus alone: the fewest ids that together have the probability
 * `topP` (Holtzman et al. 2020), which leaves out the long tail of what hardly ever fits. Temperature 0 is `mostLikely`.
 * logits: (vocabulary).
 */
export function drawSymbol(logits: Float32Array, temperature: number, random: Random, excluded = -1, topP = 1): number {
  if (temperature === 0) return mostLikely(logits, excluded);
  let highest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] as number;
    if (logit > highest && id !== excluded) highest = logit;
  }
  // Each in proportion to its probability; 1 for the most likely.
  const weights = roomFor(logits.length);
  let total = 0;
  for (let id = 0; id < logits.length; id++) {
    // Subtracting the highest first keeps exp within range; it cancels in the normalisation.
    const below = ((logits[id] as number) - highest) / temperature;
    const weight = id === excluded || below < -NEGLIGIBLE ? 0 : expOf(below);
    weights[id] = weight;
    total += weight;
  }
  if (topP === 1) return drawFrom(weights, total, random);
  const ids = nucleus(weights, topP * total);
  return ids[
    drawFrom(
      ids.map((id) => weights[id] as number),
      weightOf(ids, weights),
      random,
    )
  ] as number;
}

let room = new Float64Array(0);

/** The same numbers for every draw: for a large vocabulary, to ask for new ones takes longer than to fill them. */
function roomFor(count: number): Float64Array {
  if (room.length < count) room = new Float64Array(count);
  return room.subarray(0, count);
}

/** Draws one of the places by weight. total: of the weights. */
function drawFrom(weights: ArrayLike<number>, total: number, random: Random): number {
  let left = random.next() * total;
  let last = 0;
  for (let place = 0; place < weights.length; place++) {
    const weight = weights[place] as number;
    if (weight === 0) continue;
    last = place;
    left -= weight;
    if (left < 0) return place;
  }
  return last;
}

function weightOf(ids: Iterable<number>, weights: Float64Array): number {
  let total = 0;
  for (const id of ids) total += weights[id] as number;
  return total;
}

/** The fewest ids that weigh as much as is wanted, the heaviest first. */
function nucleus(weights: Float64Array, wanted: number): number[] {
  // Sorting thousands for every word would take longer than reading it; the nucleus is in the head, which is looked for first.
  let head: number[] = [];
  for (let least = 0.1; ; least = least < SMALLEST ? 0 : least / 4) {
    head = [];
    for (let id = 0; id < weights.length; id++) if ((weights[id] as number) > least) head.push(id);
    if (least === 0 || weightOf(head, weights) >= wanted) break;
  }
  head.sort((one, other) => (weights[other] as number) - (weights[one] as number) || one - other);
  let total = 0;
  const last = head.findIndex((id) => {
    total += weights[id] as number;
    return total >= wanted;
  });
  return last < 0 ? head : head.slice(0, last + 1);
}

/** A symbol that may stand at a place, and how likely it is there: 0 to 1. */
export interface Candidate {
  readonly id: number;
  readonly probability: number;
}

/**
 * The `count` most likely ids, the most likely first, but for `excluded`. logProbabilities: (vocabulary), natural logarithms.
 */
export function likeliest(logProbabilities: Float32Array, count: number, excluded = -1): Candidate[] {
  const best: number[] = [];
  /** What must be surpassed to be among them. */
  let least = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logProbabilities.length; id++) {
    const own = logProbabilities[id] as number;
    if ((own <= least && best.length === count) || id === excluded) continue;
    let place = Math.min(best.length, count - 1);
    for (; place > 0 && own > (logProbabilities[best[place - 1] as number] as number); place--)
      best[place] = best[place - 1] as number;
    best[place] = id;
    least = logProbabilities[best[best.length - 1] as number] as number;
  }
  return best.map((id) => ({ id, probability: Math.exp(logProbabilities[id] as number) }));
}
