import type { CorpusRef } from './library.ts';
import { nameKey } from './safe-names.ts';

/** Whether two references mean one corpus. */
export function sameCorpus(one: CorpusRef, other: CorpusRef): boolean {
  return one.server === other.server && nameKey(one.name) === nameKey(other.name);
}
