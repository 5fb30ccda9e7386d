import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { FabulistError } from '../errors.ts';
import { count } from './output.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';

export function addForget(program: Command, open: OpenSession): void {
  program
    .command('forget')
    .description('delete the stories you handed over, and every model that learned from them')
    .option('--corpus <name>', 'only in this corpus (default: in all)')
    .option('--yes', 'do not ask first')
    .action(async (options: { corpus?: string; yes?: boolean }, command: Command) => {
      const session = open(command);
      if (!options.yes) await confirm(session, options.corpus);
      const house = await session.house();
      const forgotten = await house.storyteller.forget(ASKER, options.corpus);
      // What is left of a corpus is learned again now: nobody else may come by to do it.
      for (const training of house.trainer.trainings()) await session.display.show(training);
      session.output.result({ forgotten }, () =>
        forgotten.length === 0
          ? ['There was nothing to forget.']
          : forgotten.map(
              ({ corpus, stories, versions, left }) =>
                `${corpus}: deleted ${count(stories, 'story', 'stories')} and ${count(versions, 'model version')}, ${left} left.`,
            ),
      );
    });
}

/** Asks on a terminal; a script has said what it wants. */
async function confirm({ surroundings }: Session, corpus: string | undefined): Promise<void> {
  const { stdin, stderr } = surroundings;
  if (!stdin.isTTY || !stderr.isTTY) return;
  const where = corpus === undefined ? 'all corpora' : corpus;
  const ask = createInterface({ input: stdin, output: stderr as unknown as NodeJS.WritableStream });
  try {
    const answer = await ask.question(
      `Delete your stories in ${where}, and the models that learned from them? Type yes: `,
    );
    if (answer.trim().toLowerCase() !== 'yes') throw new FabulistError('cancelled', 'Nothing was deleted.');
  } finally {
    ask.close();
  }
}
