import type { Command } from 'commander';
import type { DiscordConfig } from '../config.ts';
import { openDiscord, openWeb } from '../main.ts';
import { talk } from './chat.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';

export function addStart(program: Command, open: OpenSession): void {
  program
    .command('start')
    .description(
      'open every surface: the page in the browser, Discord with a token, and the chat where this is a terminal',
    )
    .action(async (_options: object, command: Command) => start(open(command, true)));
}

/** Stays until it is told to end; with somebody at the terminal, until that person leaves. */
async function start(session: Session): Promise<void> {
  const { stdin, stdout } = session.surroundings;
  await openPage(session);
  const { discord } = session.config;
  const joined = discord ? joinDiscord(session, discord) : Promise.resolve();
  if (stdin.isTTY && 'isTTY' in stdout && stdout.isTTY) {
    const left = talk(session);
    // A token that Discord refuses ends the conversation too: whoever started it must know.
    await Promise.race([left, joined.then(() => left)]);
    return left;
  }
  // A service has no input to answer, and its ending ends nothing.
  const house = await session.house();
  await Promise.all([house.settle(), joined]);
  await aborted(session.signal);
}

async function openPage(session: Session): Promise<void> {
  const house = await session.house();
  const page = await openWeb(house, session.log, { ...ASKER, channel: 'page' }, session.config);
  session.surface(page);
  await page.start();
  if (!session.signal.aborted) session.output.note(`Fabulist is at ${page.address}`);
}

async function joinDiscord(session: Session, config: DiscordConfig): Promise<void> {
  const house = await session.house();
  const discord = await openDiscord(house, session.log, config, session.config.maxUpload);
  session.surface(discord);
  await discord.start();
  if (!session.signal.aborted) session.output.note('Fabulist is on Discord.');
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
