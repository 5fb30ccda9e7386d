import type { Command } from 'commander';
import { percent } from './output.ts';
import { ASKER, type OpenSession } from './session.ts';

export function addRollback(program: Command, open: OpenSession): void {
  program
    .command('rollback')
    .description('tell from an earlier model version (accuracy lists them), or from a later one again')
    .argument('<corpus>', 'the corpus')
    .argument('[version]', 'the version (default: the one before)')
    .action(async (corpus: string, version: string | undefined, _options: object, command: Command) => {
      const session = open(command);
      const { storyteller } = await session.house();
      const { id, createdAt, figures } = await storyteller.rollback(ASKER, corpus, version);
      const { accuracy } = figures;
      session.output.result({ corpus, modelVersion: id, trainedAt: createdAt, accuracy }, () => [
        `${corpus} now tells from version ${id}, trained ${createdAt}, accuracy ${percent(accuracy)}.`,
      ]);
    });
}
