import type { Corpus, Figures, NewStory, NewVersion } from '../../src/library/library.ts';

export const FABLE = 'Long ago, the mice had a general council to consider what measures they could take.\n';

export function story(text: string, by = 'ann'): NewStory {
  return { fileName: `${text.slice(0, 12)}.txt`, by, encoding: 'utf-8', bytes: Buffer.byteLength(text), text };
}

export const figures: Figures = {
  words: 207,
  vocabulary: 112,
  steps: 400,
  seconds: 2.5,
  secondsToAccuracy: null,
  loss: 0.01,
  perplexity: 1.01,
  accuracy: 0.995,
  heldOutAccuracy: null,
  heldOutPerplexity: null,
  heldOutPerplexityModelOnly: null,
  heldOutUnknownShare: null,
  sample: "['could', 'easily', 'retire'] - [while] vs [while]",
  sampleText: 'Could easily retire while she was in the neighbourhood.',
  language: 'en',
  recipe: 'default',
  engine: 'wasm',
};

/** A version that learned from all stories of a corpus. */
export function versionFor(corpus: Corpus, weights = 'weights', keptOut: string | null = null): NewVersion {
  const files = { 'model.json': Buffer.from(`{"of":"${corpus.name.length}"}`), 'weights.bin': Buffer.from(weights) };
  return { corpusHash: corpus.hash, stories: corpus.stories.map(({ hash }) => hash), figures, keptOut, files };
}

export function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}

/** Numbers from 0 up to below 1, the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
