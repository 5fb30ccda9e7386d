import type { Model } from '../model.ts';
import { atOnce, STRIDE, type Work } from '../turns.ts';

type Of = Pick<Model, 'vocabulary' | 'text'>;

/** How often each symbol stands in the text a model learned from, by id. */
export function occurrencesOf(model: Of): Uint32Array {
  return atOnce(countingOccurrences(model));
}

/** The same as work that can be done in turns. */
export function* countingOccurrences({ vocabulary, text }: Of): Work<Uint32Array> {
  const counts = new Uint32Array(vocabulary.size);
  for (const story of text.stories) {
    for (let at = 0; at < story.length; at++) {
      if (at % STRIDE === 0) yield;
      const id = story[at] as number;
      counts[id] = (counts[id] as number) + 1;
    }
  }
  return counts;
}
