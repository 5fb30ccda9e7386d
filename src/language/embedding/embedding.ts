import type { NamedValues } from '../../engine/engine.ts';
import type { Model } from '../model.ts';
import { atOnce, type Work } from '../turns.ts';

/** Numbers that are copied or multiplied without a look at the time: about a millisecond. */
const SLICE = 200_000;

/** A vector for every symbol of a vocabulary, as a model learned it. */
export interface Embedding {
  /** (vocabulary, width), the vector of symbol 0 first. */
  readonly rows: Float32Array;
  readonly width: number;
}

/**
 * The vectors that a model learned for its symbols:
 * - `embedding/0` (symbols, width), and where the vocabulary is large `embedding/k` (rarer symbols, narrow), each widened by
 *   `widen/k` (narrow, width), one block of ids after the other;
 * - else `input` (vocabulary, 4 units): what a symbol adds to the gates of the first layer;
 * - else, where the input is the symbol's number itself (`article`), the columns of `output` (units, vocabulary): what the
 *   last layer must say for this symbol to come next.
 */
export function embeddingOf(model: Model): Embedding {
  return atOnce(gatheringEmbedding(model));
}

/** The same as work that can be done in turns: to widen the rows of a large vocabulary takes seconds. */
export function* gatheringEmbedding({ vocabulary, weights }: Model): Work<Embedding> {
  const byName = new Map(weights.map((entry) => [entry.name, entry]));
  const first = byName.get('embedding/0');
  if (first) return yield* joining(byName, first, vocabulary.size);
  const input = byName.get('input');
  if (input && input.shape[0] === vocabulary.size) return { rows: input.values, width: input.shape[1] as number };
  const output = byName.get('output');
  if (output?.shape.length !== 2) throw new Error('A model without a vector for each symbol.');
  return yield* transposing(output);
}

function* joining(byName: ReadonlyMap<string, NamedValues>, first: NamedValues, symbols: number): Work<Embedding> {
  const width = first.shape[1] as number;
  const rows = new Float32Array(symbols * width);
  let at = 0;
  for (; at < first.values.length; at += SLICE) {
    yield;
    rows.set(first.values.subarray(at, at + SLICE), at);
  }
  at = first.values.length;
  for (let k = 1; byName.has(`embedding/${k}`); k++) {
    const { shape, values } = byName.get(`embedding/${k}`) as NamedValues;
    const [count, narrow] = shape as [number, number];
    const widen = (byName.get(`widen/${k}`) as NamedValues).values;
    const stride = Math.ceil(SLICE / (narrow * width));
    for (let row = 0; row < count; row++, at += width) {
      if (row % stride === 0) yield;
      for (let from = 0; from < narrow; from++) {
        const value = values[row * narrow + from] as number;
        for (let to = 0; to < width; to++)
          rows[at + to] = (rows[at + to] as number) + value * (widen[from * width + to] as number);
      }
    }
  }
  if (at !== rows.length) throw new Error(`Vectors for ${at / width} symbols where there are ${symbols}.`);
  return { rows, width };
}

function* transposing({ shape, values }: NamedValues): Work<Embedding> {
  const [width, symbols] = shape as [number, number];
  const rows = new Float32Array(values.length);
  for (let row = 0; row < width; row++) {
    yield;
    for (let symbol = 0; symbol < symbols; symbol++)
      rows[symbol * width + row] = values[row * symbols + symbol] as number;
  }
  return { rows, width };
}
