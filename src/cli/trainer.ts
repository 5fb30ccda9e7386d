import type { Command } from 'commander';
import { FabulistError } from '../errors.ts';
import type { OpenSession } from './session.ts';

export function addTrainer(program: Command, open: OpenSession): void {
  program
    .command('trainer')
    .description('make the trainings that the processes of a cluster ask for; any number of trainers may run')
    .action(async (_options: object, command: Command) => {
      const session = open(command, true);
      const { database, trainers } = session.config;
      if (database === undefined) {
        throw new FabulistError(
          'usage',
          'DATABASE_URL must name the database of the cluster: without one, "start" trains by itself.',
        );
      }
      const { openTrainer } = await import('../main/trainer-house.ts');
      const house = await openTrainer(session.foundations(), database.url);
      session.surface({ stop: () => house.close() });
      session.output.note(`Fabulist trains, ${trainers === 1 ? 'one corpus' : `${trainers} corpora`} at a time.`);
      await session.ended();
    });
}
