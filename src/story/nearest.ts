import { distance } from 'fastest-levenshtein';
import { atOnce, STRIDE, type Work } from '../language/turns.ts';

/** Letters of a word that are compared: nobody can tell by more than these what a longer one was meant to be. */
const COMPARED = 64;

/**
 * The candidate with the fewest letters to change; of those, the one that begins alike for longest, since people mistype the
 * ends of words rather than their beginnings; of those, the earlier one. Undefined where there is none. Work that can be done in
 * turns, since a vocabulary is long. among: whether a candidate is one.
 */
export function* findingNearest(
  wanted: string,
  candidates: readonly string[],
  among: (candidate: string) => boolean = () => true,
): Work<string | undefined> {
  const compared = wanted.slice(0, COMPARED);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  let longest = -1;
  for (let at = 0; at < candidates.length; at++) {
    if (at % STRIDE === 0) yield;
    const candidate = candidates[at] as string;
    // The difference in length alone is a lower bound; skipping by it saves most of the comparisons in a large vocabulary.
    if (Math.abs(candidate.length - compared.length) > least || !among(candidate)) continue;
    const letters = distance(compared, candidate);
    const alike = commonBeginning(compared, candidate);
    if (letters < least || (letters === least && alike > longest)) {
      least = letters;
      longest = alike;
      best = candidate;
    }
  }
  return best;
}

function commonBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** What a person may have meant: the nearest name, but only if no more than a third of it (or one letter) is different. */
export function meant(typed: string, names: Iterable<string>): string | undefined {
  const wanted = typed.normalize('NFC').toLowerCase();
  const byLowerCase = new Map<string, string>();
  for (const name of names) byLowerCase.set(name.normalize('NFC').toLowerCase(), name);
  const found = atOnce(findingNearest(wanted, [...byLowerCase.keys()]));
  if (found === undefined || distance(wanted, found) > Math.max(1, Math.floor(wanted.length / 3))) return undefined;
  return byLowerCase.get(found);
}
