import { FabulistError } from '../errors.ts';
import { isWord, tokenizeForms } from '../language/text/tokenizer.ts';
import type { Work } from '../language/turns.ts';
import type { CorpusRef } from '../library/library.ts';
import { quoted } from '../library/safe-names.ts';
import { findingNearest } from './nearest.ts';
import { idOfTyped } from './openings.ts';
import type { Neighbours } from './storyteller.ts';
import type { OpenedSpace } from './word-spaces.ts';

const NEIGHBOURS_LIMITS = { least: 1, most: 100 } as const;
export const DEFAULT_NEIGHBOURS = 10;

/** Throws `usage` for what is no word, or no number of neighbours. */
export function checkNeighbours(typed: string, limit: number): void {
  const { least, most } = NEIGHBOURS_LIMITS;
  if (!Number.isInteger(limit) || limit < least || limit > most)
    throw new FabulistError('usage', `limit must be a whole number from ${least} to ${most}, not ${limit}.`);
  const forms = tokenizeForms(typed);
  if (forms.length === 1 && isWord(forms[0] as string)) return;
  throw new FabulistError('usage', `${quoted(typed)} is not one word: name a single word of the corpus.`);
}

/** The words of a corpus nearest to one that was typed. Throws `unknown-word` with the nearest spelling that there is. */
export function* findingNeighbours(
  corpus: CorpusRef,
  opened: OpenedSpace,
  typed: string,
  limit: number,
): Work<Neighbours> {
  const { space, version } = opened;
  const { vocabulary, occurrences } = space;
  const symbol = (tokenizeForms(typed)[0] as string).toLowerCase();
  const id = idOfTyped(vocabulary, symbol);
  if (id === undefined) {
    const spelled = yield* findingNearest(symbol, vocabulary.symbols, isWord);
    const form = spelled && vocabulary.forms[vocabulary.idOf(spelled) as number];
    const instead = form ? `; the nearest spelling there is ${quoted(form)}` : '';
    throw new FabulistError('unknown-word', `${quoted(typed)} does not occur in ${quoted(corpus.name)}${instead}.`);
  }
  const entry = (of: number) => ({ word: vocabulary.forms[of] as string, occurrences: occurrences[of] as number });
  const nearest = yield* space.findingNearest(id, limit);
  return {
    corpus: corpus.name,
    modelVersion: version,
    ...entry(id),
    neighbours: nearest.map(({ id: other, similarity }) => ({
      ...entry(other),
      similarity: Number(similarity.toFixed(4)),
    })),
  };
}
