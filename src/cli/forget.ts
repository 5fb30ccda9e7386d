import type { Command } from 'commander';
import { FabulistError } from '../errors.ts';
import { ask, Interrupted } from './ask.ts';
import { named } from './for-people.ts';
import { count } from './output.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';

export function addForget(program: Command, open: OpenSession): void {
  program
    .command('forget')
    .description('delete the stories you handed over, and every model that learned from them')
    .option('--corpus <name>', 'only in this corpus (default: in all)')
    .option('--yes', 'do not ask first; needed where nobody can be asked')
    .action(async (options: { corpus?: string; yes?: boolean }, command: Command) => {
      const session = open(command);
      const { stdin, stderr } = session.surroundings;
      if (!options.yes && !(stdin.isTTY && stderr.isTTY)) {
        throw new FabulistError('usage', 'What is forgotten is gone for good: add --yes where nobody can be asked.');
      }
      const house = await session.house();
      if (!options.yes) await confirm(session, options.corpus);
      const forgotten = await house.storyteller.forget(ASKER, options.corpus);
      // What is left of a corpus is learned again now: nobody else may come by to do it.
      for (const training of house.trainer.trainings()) await session.display.show(training);
      session.output.result({ forgotten }, () =>
        forgotten.length === 0
          ? ['There was nothing to forget.']
          : forgotten.map(
              ({ corpus, stories, versions, left }) =>
                `${named(corpus)}: deleted ${count(stories, 'story', 'stories')} and ${count(versions, 'model version')}, ${left} left.`,
            ),
      );
    });
}

/** Throws `cancelled` unless the person types yes. */
async function confirm({ surroundings, signal }: Session, corpus: string | undefined): Promise<void> {
  const { stdin, stderr } = surroundings;
  const where = corpus === undefined ? 'all corpora' : named(corpus);
  const question = `Delete your stories in ${where}, and the models that learned from them? Type yes: `;
  const answer = await ask(question, stdin, stderr, signal);
  // The cursor stands behind the question still.
  if (typeof answer === 'string') stderr.write('\n');
  if (answer === 'interrupted') throw new Interrupted('Nothing was deleted.');
  if (answer === 'ended' || answer.line.trim().toLowerCase() !== 'yes') {
    throw new FabulistError('cancelled', 'Nothing was deleted.');
  }
}
