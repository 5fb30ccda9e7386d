import type { Piece } from '../language/text/typeset.ts';
import type { KeptWord, Part, StorySession } from './story-sessions.ts';
import type { StoryWord } from './storyteller.ts';

/** A symbol that was likely at a place. */
export interface Likely {
  readonly symbol: string;
  readonly probability: number;
}

/** What is kept of the symbols of a part. pieces: as they were set, the likely ones as `others`; both by place. */
export function keptWords(pieces: readonly Piece[], likely: readonly (readonly Likely[])[]): KeptWord[] {
  return pieces.map(({ text, others }, at): KeptWord => {
    const candidates = (likely[at] ?? []).map(({ symbol, probability }, k) => {
      // Nobody reads a fourth digit, and there are three of them for every word of every story.
      const rounded = Number(probability.toPrecision(3));
      const set = others[k] as string;
      return set === ` ${symbol}` ? ([symbol, rounded] as const) : ([symbol, rounded, set] as const);
    });
    return [text.length, ...candidates];
  });
}

/** What was likely at each place of a part, as far as it is known. */
export function likelyOf({ symbols, words = [] }: Part): Likely[][] {
  return symbols.map((_, at) => {
    const [, ...candidates] = words[at] ?? [0];
    return candidates.map(([symbol, probability]) => ({ symbol, probability }));
  });
}

/** The words of a story, as people are shown them. */
export function wordsOf({ parts }: Pick<StorySession, 'parts'>): StoryWord[] {
  const stretches = parts.at(-1)?.copied ?? [];
  const words = parts.flatMap(partWords);
  return words.map((word, at) => ({ ...word, copied: stretches.some(([from, to]) => from <= at && at < to) }));
}

function partWords({ symbols, prose, words = [] }: Part): StoryWord[] {
  let read = 0;
  return symbols.map((symbol, at) => {
    const [length, ...candidates] = words[at] ?? [-1];
    const text = length < 0 ? ` ${symbol}` : prose.slice(read, read + length);
    read += length;
    return {
      symbol,
      text,
      candidates: candidates.map(([other, probability, set = ` ${other}`]) => ({
        symbol: other,
        text: set,
        probability,
      })),
      copied: false,
    };
  });
}
