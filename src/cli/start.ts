import type { Command } from 'commander';
import { openDiscord, openSlack, openWeb } from '../main/open-surfaces.ts';
import type { House } from '../main.ts';
import { talk } from './chat.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';

/** A surface that is reached over a network. */
interface Remote {
  readonly title: string;
  start(): Promise<void>;
}

export function addStart(program: Command, open: OpenSession): void {
  program
    .command('start')
    .description(
      'open every surface: the page in the browser, Discord and Slack with their tokens, and the chat where this is a terminal',
    )
    .action(async (_options: object, command: Command) => start(open(command, true)));
}

/** Stays until it is told to end; with somebody at the terminal, until that person leaves. */
async function start(session: Session): Promise<void> {
  const { stdin, stdout } = session.surroundings;
  const house = await session.house();
  noteHalfOfSlack(session);
  await openPage(session, house);
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
    await Promise.race([left, joined.then(() => left)]);
    return left;
  }
  // A service has no input to answer, and its ending ends nothing.
  await Promise.all([house.settle(), joined]);
  await session.ended();
}

/** Whoever has put one of the two tokens of Slack down would wait for it in vain. */
function noteHalfOfSlack({ config, output }: Session): void {
  if (config.slack) return;
  const set = ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'].find((name) => config.secretsSet.includes(name));
  if (set) output.note(`${set} is set and SLACK_BOT_TOKEN is not: Slack is not joined until both are.`);
}

async function openPage(session: Session, house: House): Promise<void> {
  const page = await openWeb(house, session.log, { ...ASKER, channel: 'page' }, session.config);
  session.surface(page);
  await page.start();
  if (!session.signal.aborted) session.output.note(`Fabulist is at ${page.address}`);
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
