import { distance } from 'fastest-levenshtein';

/** The candidate with the fewest letters to change, the earlier one of two that are equally near; undefined where there is none. */
export function nearest(wanted: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    // The difference in length alone is a lower bound; skipping by it saves most of the comparisons in a large vocabulary.
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const letters = distance(wanted, candidate);
    if (letters < least) {
      least = letters;
      best = candidate;
    }
  }
  return best;
}

/** What a person may have meant: the nearest name, but only if no more than a third of it (or one letter) is different. */
export function meant(typed: string, names: Iterable<string>): string | undefined {
  const wanted = typed.normalize('NFC').toLowerCase();
  const byLowerCase = new Map<string, string>();
  for (const name of names) byLowerCase.set(name.normalize('NFC').toLowerCase(), name);
  const found = nearest(wanted, byLowerCase.keys());
  if (found === undefined || distance(wanted, found) > Math.max(1, Math.floor(wanted.length / 3))) return undefined;
  return byLowerCase.get(found);
}
