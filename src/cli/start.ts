import type { Command } from 'commander';
import type { DiscordConfig } from '../config.ts';
import { openDiscord } from '../main.ts';
import { talk } from './chat.ts';
import type { OpenSession, Session } from './session.ts';

export function addStart(program: Command, open: OpenSession): void {
  program
    .command('start')
    .description('open every surface that is configured: Discord with a token, and the chat where this is a terminal')
    .action(async (_options: object, command: Command) => {
      const session = open(command, true);
      const { discord } = session.config;
      return discord ? joinDiscord(session, discord) : talk(session);
    });
}

/** Stays on Discord until it is told to end; with somebody at the terminal, until that person leaves. */
async function joinDiscord(session: Session, config: DiscordConfig): Promise<void> {
  const { stdin, stdout } = session.surroundings;
  const house = await session.house();
  const discord = await openDiscord(house, session.log, config, session.config.maxUpload);
  session.surface(discord);
  const joined = discord.start().then(() => {
    if (!session.signal.aborted) session.output.note('Fabulist is on Discord.');
  });
  if (stdin.isTTY && 'isTTY' in stdout && stdout.isTTY) {
    const left = talk(session);
    // A token that Discord refuses ends the conversation too: whoever started it must know.
    await Promise.race([left, joined]);
    return left;
  }
  // A service has no input to answer, and its ending ends nothing.
  await Promise.all([house.settle(), joined]);
  await session.ended();
}
