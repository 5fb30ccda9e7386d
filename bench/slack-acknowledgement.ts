/**
 * How long Slack waits for an acknowledgement while a book trains: 200 commands of 200 people within a second, by Socket Mode
 * and by HTTP, against a stand-in for Slack on loopback. Slack gives up after 3,000 ms.
 * Run: npm run bench -- slack-acknowledgement   (about a minute; needs nothing but this checkout)
 * The bot is the program as it is started by anybody; the book is made up, 100,000 words drawn from 8,000 by Zipf's law.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../src/language/random.ts';
import { ALICE, OURS, TOKEN } from '../test/chat/slack/open-slack.ts';
import { SlackPerson } from '../test/chat/slack/people.ts';
import { APP_TOKEN, SIGNING_SECRET, StandIn } from '../test/chat/slack/stand-in.ts';
import type { Measurement } from './measurement.ts';

const COMMANDS = 200;
/** Milliseconds over which they are spread. */
const SPREAD = 1_000;
const LINES = ['/story had a general', '/corpora', '/accuracy', '/help'];

async function slackAcknowledgement(mode: 'Socket Mode' | 'HTTP'): Promise<Measurement[]> {
  const data = mkdtempSync(join(tmpdir(), 'fabulist-bench-'));
  const standIn = await StandIn.open();
  standIn.teams.set(TOKEN, OURS);
  const port = await freePort();
  if (mode === 'HTTP') standIn.eventsUrl = `http://127.0.0.1:${port}/slack/events`;
  const bot = spawn(
    process.execPath,
    ['--import', './scripts/typescript.mjs', 'src/cli/index.ts', 'start', '--data', data],
    {
      cwd: join(import.meta.dirname, '..'),
      env: {
        ...process.env,
        DISCORD_TOKEN: '',
        SLACK_BOT_TOKEN: TOKEN,
        SLACK_API_URL: standIn.apiUrl,
        SLACK_FILE_ORIGINS: standIn.origin,
        SLACK_PORT: String(port),
        ...(mode === 'HTTP' ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: APP_TOKEN }),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  try {
    let said = '';
    bot.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until(() => said.includes('Fabulist is on Slack.'), 60_000);
    const alice = new SlackPerson(standIn, ALICE);
    // A story that is told while the book trains must not have to wait for its own corpus to be learned.
    await alice.says('/story had a general');
    await until(() => alice.sees().some((text) => text.startsWith('had a general')), 120_000);
    await alice.says('/train corpus:book', { fileName: 'book.txt', bytes: Buffer.from(madeUpBook(100_000)) });
    await until(() => alice.sees().some((text) => /Learning “book”\n.*\d %/.test(text)), 300_000);
    const took = await Promise.all(
      Array.from({ length: COMMANDS }, async (_, at) => {
        await sleep((at * SPREAD) / COMMANDS);
        const person = new SlackPerson(standIn, { ...ALICE, channel: `T1/C${at % 20}`, user: `U${at}` });
        return (await person.command(LINES[at % LINES.length] as string)).took as number;
      }),
    );
    took.sort((a, b) => a - b);
    const alone = { peer: null, peerName: null, unit: 'ms', ratio: null };
    const of = (share: number) => Number((took[Math.ceil(share * COMMANDS) - 1] as number).toFixed(1));
    const what = `acknowledgement on Slack (${mode}) of ${COMMANDS} commands within a second while a book trains`;
    return [
      { name: `${what}, slowest`, ours: of(1), ...alone },
      { name: `${what}, median`, ours: of(0.5), ...alone },
    ];
  } finally {
    const ended = once(bot, 'exit');
    bot.kill('SIGTERM');
    await ended;
    await standIn.close();
    rmSync(data, { recursive: true, force: true });
  }
}

async function until(check: () => boolean, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!check()) {
    if (Date.now() > end) throw new Error('It did not come about in time');
    await sleep(20);
  }
}

/** A port that nobody has just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** Words drawn by Zipf's law, a full stop after every 15 or so. */
function madeUpBook(words: number): string {
  const random = new Random(1);
  const drawn: string[] = [];
  for (let k = 0; k < words; k++) drawn.push(k % 15 === 14 ? '.' : `w${Math.floor(8_000 ** random.next())}`);
  return drawn.join(' ');
}

console.log(JSON.stringify([...(await slackAcknowledgement('Socket Mode')), ...(await slackAcknowledgement('HTTP'))]));
