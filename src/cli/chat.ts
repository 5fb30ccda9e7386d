import type { Command } from 'commander';
import { localeOf } from '../chat/locale.ts';
import { openTerminal } from '../main/open-surfaces.ts';
import { readFileOf } from './read-files.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';
import { writeNewFile } from './write-file.ts';

export function addChat(program: Command, open: OpenSession): void {
  program
    .command('chat')
    .description('talk to it in this terminal; with standard input piped, one reply for every line')
    .action(async (_options: object, command: Command) => talk(open(command, true)));
}

/** Opens the terminal chat, and stays until the person leaves or the input ends. */
export async function talk(session: Session): Promise<void> {
  const { env, folder, stdin, stdout } = session.surroundings;
  const house = await session.house();
  const terminal = await openTerminal(house, session.log, {
    asker: ASKER,
    input: stdin,
    output: stdout as NodeJS.WriteStream,
    locale: localeOf(env.LC_ALL || env.LC_MESSAGES || env.LANG),
    color: !env.NO_COLOR,
    readFile: (path) => readFileOf(path, folder, session.config.maxUpload),
    async saveFile(fileName, bytes) {
      await writeNewFile(fileName, folder, bytes);
      return fileName;
    },
  });
  session.surface(terminal);
  // Before the first prompt: a line that comes later would stand in the middle of what the person types.
  await house.settle();
  await terminal.start();
  await terminal.ended;
}
