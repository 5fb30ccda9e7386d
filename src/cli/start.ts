import type { Command } from 'commander';
import { talk } from './chat.ts';
import type { OpenSession } from './session.ts';

export function addStart(program: Command, open: OpenSession): void {
  program
    .command('start')
    .description('open every surface that is configured; without tokens, the chat in this terminal')
    .action(async (_options: object, command: Command) => talk(open(command, true)));
}
