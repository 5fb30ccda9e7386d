import { FabulistError } from '../errors.ts';
import type { CorpusRef, Version, VersionList } from '../library/library.ts';
import { quoted } from '../library/safe-names.ts';

/**
 * The version that a rollback means: the named one, else the newest good one before that which tells. Throws `no-model`
 * with the ids that there are.
 */
export function versionToTell(corpus: CorpusRef, { versions, telling }: VersionList, id: string | undefined): Version {
  const version =
    id === undefined
      ? versions.find((one) => telling !== null && one.id < telling && one.keptOut === null)
      : versions.find((one) => one.id === id.trim());
  if (version) return version;
  const what = id === undefined ? 'no earlier model' : `no model ${quoted(id)}`;
  const ids = versions.map((one) => one.id).join(', ');
  throw new FabulistError('no-model', `${quoted(corpus.name)} has ${what}; there ${ids ? `are: ${ids}` : 'is none'}.`);
}
