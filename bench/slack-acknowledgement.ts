/**
 * How soon 200 commands that come within a second are acknowledged on Slack, while a book trains: stories, figures with their
 * picture, lists and help, by Socket Mode and by HTTP. Slack waits for three seconds.
 * Run: npm run bench -- slack-acknowledgement   (about a minute; needs nothing but this checkout)
 * Slack is the stand-in of the tests, on loopback; the bot is the real program in a process of its own.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SlackPerson } from '../test/chat/slack/people.ts';
import { APP_TOKEN, SIGNING_SECRET, StandIn } from '../test/chat/slack/stand-in.ts';
import { acknowledgements, crowd } from './acknowledgements.ts';
import { startBot, until } from './bot.ts';
import { madeUpBook } from './made-up-book.ts';
import type { Measurement } from './measurement.ts';

const TOKEN = 'xoxb-1-standin';
const LINES = [
  '/story corpus:belling-the-cat had a general',
  '/accuracy corpus:belling-the-cat',
  '/corpora',
  '/help',
] as const;

async function slackAcknowledgement(mode: 'Socket Mode' | 'HTTP'): Promise<Measurement[]> {
  const standIn = await StandIn.open();
  standIn.teams.set(TOKEN, { team: 'T1', us: 'U0BOT', bot: 'B0' });
  const port = await freePort();
  if (mode === 'HTTP') standIn.eventsUrl = `http://127.0.0.1:${port}/slack/events`;
  const bot = startBot({
    DISCORD_TOKEN: '',
    SLACK_BOT_TOKEN: TOKEN,
    SLACK_API_URL: standIn.apiUrl,
    SLACK_FILE_ORIGINS: standIn.origin,
    SLACK_PORT: String(port),
    ...(mode === 'HTTP' ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: APP_TOKEN }),
  });
  try {
    if (mode === 'HTTP') await opened(port);
    else await until('the bot is on Slack', 120, () => standIn.socket.connected);
    const person = (at: number) =>
      new SlackPerson(standIn, { server: 'slack:T1', channel: `T1/C${at}`, user: `U${at}` });
    const first = person(999);
    const sees = (text: RegExp) => () => first.sees().some((seen) => text.test(seen));
    await first.says(LINES[0]);
    await until('the fable is told', 300, sees(/^had a general council/));
    await first.says('/train corpus:book', { fileName: 'book.txt', bytes: Buffer.from(madeUpBook(100_000)) });
    await until('the book trains', 300, sees(/Learning “book”\n.*\d %/));
    const delivered = await Promise.all(await crowd((at) => person(at).command(LINES[at % LINES.length] ?? '/help')));
    if (standIn.objections.length > 0) throw new Error(standIn.objections.join('\n'));
    return acknowledgements(
      `Slack (${mode})`,
      delivered.map(({ took }) => took as number),
    );
  } finally {
    await bot.stop();
    await standIn.close();
  }
}

/** A port that nobody has just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Waits until somebody listens there. */
async function opened(port: number): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').catch(() => undefined);
    socket.destroy();
    if (open) return;
    await sleep(100);
  }
  throw new Error('The bot does not listen');
}

console.log(JSON.stringify([...(await slackAcknowledgement('Socket Mode')), ...(await slackAcknowledgement('HTTP'))]));
