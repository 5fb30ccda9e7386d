import type { Model } from './model.ts';

/** How often each symbol stands in the text a model learned from, by id. */
export function occurrencesOf({ vocabulary, text }: Pick<Model, 'vocabulary' | 'text'>): Uint32Array {
  const counts = new Uint32Array(vocabulary.size);
  for (const story of text.stories) {
    for (const id of story) counts[id] = (counts[id] as number) + 1;
  }
  return counts;
}
