import type { Command } from 'commander';
import type { House } from '../main.ts';
import { openDiscord, openSlack } from '../main.ts';
import { talk } from './chat.ts';
import type { OpenSession, Session } from './session.ts';

/** A surface that is reached over a network. */
interface Remote {
  readonly title: string;
  start(): Promise<void>;
}

export function addStart(program: Command, open: OpenSession): void {
  program
    .command('start')
    .description(
      'open every surface that is configured: Discord and Slack with their tokens, and the chat where this is a terminal',
    )
    .action(async (_options: object, command: Command) => {
      const session = open(command, true);
      const { discord, slack } = session.config;
      return discord || slack ? join(session) : talk(session);
    });
}

/** Stays on all of them until it is told to end; with somebody at the terminal, until that person leaves. */
async function join(session: Session): Promise<void> {
  const { stdin, stdout } = session.surroundings;
  const house = await session.house();
  const remotes = await openRemotes(session, house);
  const joined = Promise.all(
    remotes.map(async (remote) => {
      await remote.start();
      if (!session.signal.aborted) session.output.note(`Fabulist is on ${remote.title}.`);
    }),
  );
  if (stdin.isTTY && 'isTTY' in stdout && stdout.isTTY) {
    const left = talk(session);
    // A token that is refused ends the conversation too: whoever started it must know.
    await Promise.race([left, joined]);
    return left;
  }
  // A service has no input to answer, and its ending ends nothing.
  await Promise.all([house.settle(), joined]);
  await aborted(session.signal);
}

async function openRemotes(session: Session, house: House): Promise<Remote[]> {
  const { config, log } = session;
  const remotes: Remote[] = [];
  if (config.discord) {
    const discord = await openDiscord(house, log, config.discord, config.maxUpload);
    session.surface(discord);
    remotes.push({ title: 'Discord', start: () => discord.start() });
  }
  if (config.slack) {
    const slack = await openSlack(house, log, config.slack, config);
    session.surface(slack);
    remotes.push({ title: 'Slack', start: () => slack.start() });
  }
  return remotes;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
