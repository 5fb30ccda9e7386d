import type { Command } from 'commander';
import { FabulistError } from '../errors.ts';
import type { Version } from '../library/library.ts';
import { figures, named } from './for-people.ts';
import { count, percent } from './output.ts';
import { ASKER, type OpenSession } from './session.ts';

export function addRollback(program: Command, open: OpenSession): void {
  program
    .command('rollback')
    .description('tell from an earlier model version (accuracy lists them), or from a later one again')
    .argument('<corpus>', 'the corpus')
    .argument(
      '[version]',
      'its number in the list of accuracy (1 is the newest), its id, or how the id begins (default: the one before)',
    )
    .action(async (corpus: string, version: string | undefined, _options: object, command: Command) => {
      const session = open(command);
      const { storyteller } = await session.house();
      const id = version && idOf(version, corpus, (await storyteller.accuracy(ASKER, corpus)).versions.versions);
      const told = await storyteller.rollback(ASKER, corpus, id);
      const { createdAt } = told;
      const { accuracy } = told.figures;
      session.output.result({ corpus, modelVersion: told.id, trainedAt: createdAt, accuracy }, () => [
        `${named(corpus)} now tells from version ${told.id}, trained ${figures.time(createdAt)}, accuracy ${percent(accuracy)}.`,
      ]);
    });
}

/** Ids begin with the year, so up to three digits are a place in the list. Throws `no-model`. */
function idOf(typed: string, corpus: string, versions: readonly Version[]): string {
  const text = typed.trim();
  if (/^\d{1,3}$/.test(text)) {
    const version = versions[Number(text) - 1];
    if (version) return version.id;
    const there = count(versions.length, 'model version');
    throw new FabulistError('no-model', `${named(corpus)} has ${there}, so none has the number ${text}.`);
  }
  const meant = versions.filter(({ id }) => id.startsWith(text));
  if (meant.length > 1 && text !== '') {
    const many = `${meant.length} versions of ${named(corpus)} begin with ${text}`;
    throw new FabulistError('no-model', `${many}: say more of the id, or its number in the list of accuracy.`);
  }
  // What there is none of, the storyteller refuses with the ids there are.
  return (text !== '' && meant[0]?.id) || text;
}
