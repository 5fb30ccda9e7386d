/** The way of a user on Slack, with the real program and real learning: by form in Socket Mode, by mention over HTTP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../free-port.ts';
import { ALICE, EVE, OURS, TOKEN } from './open-slack.ts';
import { buttonsOf, SlackPerson, textOf } from './people.ts';
import { APP_TOKEN, SIGNING_SECRET, StandIn } from './stand-in.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
/** The beginning of a story: long enough to be interrupted at it, and no longer. */
const beginning = (name: string, words: number) => {
  const text = readFileSync(join(PROJECT, 'corpora', `${name}.txt`), 'utf8');
  return text.split(' ').slice(0, words).join(' ');
};
const STORY = beginning('the-umbrella-mender', 90);
const FABLE = Buffer.from(beginning('belling-the-cat', 40));
const PNG = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1');

/** What takes as long as learning takes. */
const inTime = (check: () => void) => vi.waitFor(check, { interval: 20, timeout: 120_000 });

describe.each(['Socket', 'HTTP'] as const)('Fabulist on Slack (%s)', { timeout: 240_000 }, (mode) => {
  const data = mkdtempSync(join(tmpdir(), 'fabulist-slack-'));
  let standIn: StandIn;
  let bot: ChildProcess;
  let errors = '';
  let alice: SlackPerson;
  let port = 0;
  /** Where Alice asks by mention. */
  const thread = '1764000000.000100';

  const start = async () => {
    const program = ['--import', './scripts/typescript.mjs', 'src/cli/index.ts', 'start', '--data', data];
    const slack = {
      SLACK_BOT_TOKEN: TOKEN,
      SLACK_API_URL: standIn.apiUrl,
      SLACK_FILE_ORIGINS: standIn.origin,
      SLACK_PORT: String(port),
      ...(mode === 'Socket' ? { SLACK_APP_TOKEN: APP_TOKEN } : { SLACK_SIGNING_SECRET: SIGNING_SECRET }),
    };
    // The page is opened too, at any port that is free.
    const env = { ...process.env, DISCORD_TOKEN: '', PORT: '0', ...slack };
    bot = spawn(process.execPath, [...program, '--engine', 'wasm'], {
      cwd: PROJECT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    bot.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
      said += text;
    });
    await inTime(() => expect(said).toContain('Fabulist is on Slack.'));
  };

  const end = async (signal: NodeJS.Signals) => {
    const ended = once(bot, 'exit');
    bot.kill(signal);
    await ended;
  };

  beforeAll(async () => {
    standIn = await StandIn.open();
    standIn.teams.set(TOKEN, OURS);
    // How fast the machine is today is no matter here.
    standIn.patience = 60_000;
    port = await freePort();
    standIn.eventsUrl = mode === 'HTTP' ? `http://127.0.0.1:${port}/slack/events` : undefined;
    alice = new SlackPerson(standIn, ALICE);
    await start();
  });
  afterAll(async () => {
    await end('SIGTERM');
    await standIn.close();
    rmSync(data, { recursive: true, force: true });
  });

  const latest = () => alice.shown().at(-1);
  /** Asks with a file: by the form, or by a mention in a thread. */
  const hands = (corpus: string, fileName: string, bytes: Buffer) =>
    mode === 'Socket'
      ? alice.says(`/train corpus:${corpus}`, { fileName, bytes })
      : alice.writes(`<@${OURS.us}> train corpus:${corpus}`, { thread_ts: thread, files: [{ fileName, bytes }] });
  /** Asks for something else: by a command, or by a mention in the same thread. */
  const asks = (line: string) =>
    mode === 'Socket' ? alice.says(line) : alice.writes(`<@${OURS.us}> ${line.slice(1)}`, { thread_ts: thread });

  it.each<[string, Buffer, RegExp]>([
    ['a picture', Buffer.from('\u0089PNG\r\n\u001a\n0000', 'latin1'), /is .*(picture|image|PNG).*, not a text/i],
    ['an archive', Buffer.from('PK\u0003\u0004 and more of it', 'latin1'), /not a text/],
    ['nothing', Buffer.alloc(0), /is empty/],
    ['noise', Buffer.from(Array.from({ length: 999 }, (_, at) => (at * 89 + at * at) % 256)), /not a text/],
  ])('refuses %s called story.txt in one sentence to its sender, and stores nothing', async (_, bytes, sentence) => {
    const before = alice.shown().length;
    await hands('bad', 'story.txt', bytes);
    await inTime(() => expect(alice.sees().slice(before)).toEqual([expect.stringMatching(sentence)]));
    expect(latest()?.onlyFor).toBe(ALICE.user);
    await asks('/corpora');
    await inTime(() => expect(alice.sees().at(-1)).toMatch(/belling-the-cat/));
    expect(alice.sees().at(-1)).not.toMatch(/^bad/m);
  });

  it('learns a text in UTF-16, after it was killed in the middle of it, and goes on in the same message', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(STORY, 'utf16le')]);
    await hands('umbrellas', 'umbrellas.txt', bytes);
    await inTime(() => expect(alice.sees().at(-1)).toMatch(/Learning “umbrellas”\n.*\d %/));
    const card = latest();
    expect(card && buttonsOf(card)).toMatchObject([{ text: { text: 'Stop' } }]);
    expect(card?.thread).toBe(mode === 'HTTP' ? thread : undefined);
    const before = alice.shown().length;
    await end('SIGKILL');
    await start();
    await inTime(() => expect(alice.sees()[before - 1]).toMatch(/Learned “umbrellas” in/));
    expect(alice.shown()[before - 1]?.ts).toBe(card?.ts);
    await asks('/accuracy corpus:umbrellas');
    await inTime(() => expect(alice.sees().at(-1)).toMatch(/Of 100 words that I have read, I guess \d+ right/));
  });

  it('shows the learning curve, whole, with words for those who do not see it', async () => {
    await inTime(() => expect(standIn.shared.length).toBeGreaterThan(0));
    const picture = standIn.shared.at(-1);
    expect(picture).toMatchObject({ name: 'learning-curve.png', channel: 'C1' });
    expect(picture?.thread).toBe(mode === 'HTTP' ? thread : undefined);
    expect(picture?.bytes.subarray(0, PNG.length)).toEqual(PNG);
    expect(picture?.bytes.subarray(-8, -4).toString('latin1')).toBe('IEND');
    expect(picture?.alt).toMatch(/^Learning curve/);
  });

  it('tells from it, goes on, takes back and tells anew, in one message, also after another start', async () => {
    const story = () =>
      alice.shown().find((message) => buttonsOf(message).some(({ action_id }) => action_id === 'retell'));
    const told = () => textOf(story() ?? { blocks: [] });
    await asks('/story corpus:umbrellas words:16 the umbrella');
    await inTime(() => expect(told()).toMatch(/^the umbrella \S/));
    const { ts } = story() ?? {};
    const first = told();
    await end('SIGTERM');
    await start();
    await alice.presses('continue');
    await inTime(() => expect(told().length).toBeGreaterThan(first.length));
    await alice.presses('undo');
    await inTime(() => expect(told()).toBe(first));
    await alice.presses('retell');
    await inTime(() => expect(told()).not.toBe(first));
    expect(story()?.ts).toBe(ts);
  });

  it('shows what a training of the fable comes to in one message', async () => {
    await hands('fable', 'fable.txt', FABLE);
    await inTime(() =>
      expect(alice.sees().at(-1)).toMatch(/Read fable\.txt: 4\d words, in English \(UTF-8\)\.\nLearned “fable” in/),
    );
    expect(latest()?.edits).toBeGreaterThan(1);
    expect(latest() && buttonsOf(latest() as NonNullable<ReturnType<typeof latest>>)).toEqual([]);
  });

  it('shows a home page with the corpora, their figures, the next night and what it can do', async () => {
    await alice.happens({ type: 'app_home_opened', user: ALICE.user, channel: 'D1', tab: 'home', event_ts: '1.1' });
    await inTime(() => expect(standIn.homes.has(ALICE.user)).toBe(true));
    const home = textOf(standIn.homes.get(ALICE.user) ?? { blocks: [] });
    expect(home).toMatch(/umbrellas: .*1 story, \d+ words, \d+ of 100 words right/);
    expect(home).toMatch(/The next nightly learning is on/);
    expect(home).toMatch(/@Fabulist train with a file attached/);
  });

  it('forgets what its sender handed over, and nothing of others', async () => {
    const eve = new SlackPerson(standIn, { ...ALICE, user: EVE.user });
    await eve.says('/forget');
    await inTime(() => expect(eve.sees().at(-1)).toBe('There is nothing of yours here.'));
    await asks('/forget');
    await inTime(() => expect(alice.sees().at(-1)).toMatch(/handed me stories in more than one/));
    await asks('/forget scope:everything');
    await inTime(() => expect(alice.sees().at(-1)).toMatch(/Deleted from “/));
    expect(latest()?.onlyFor).toBe(ALICE.user);
    await asks('/story corpus:umbrellas the umbrella');
    await inTime(() => expect(alice.sees().at(-1)).toMatch(/^(?!Deleted).*umbrellas/));
    const left = readdirSync(join(data, 'corpora'), { recursive: true }).map(String);
    expect(left.filter((path) => /umbrellas|fable\.txt/.test(path))).toEqual([]);
  });

  it('has sent nothing that Slack objects to', () => {
    expect(standIn.objections).toEqual([]);
    expect(errors).not.toMatch(/"level":"(error|fatal)"/);
  });
});
