/** A cluster of real processes on Discord and Slack is restarted while people wait. About 40 seconds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as onDiscord from '../chat/discord/open-discord.ts';
import { DiscordPerson } from '../chat/discord/people.ts';
import * as discord from '../chat/discord/stand-in.ts';
import * as onSlack from '../chat/slack/open-slack.ts';
import { SlackPerson } from '../chat/slack/people.ts';
import * as slack from '../chat/slack/stand-in.ts';
import { freePort } from '../free-port.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../postgres.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
/** Long enough to be interrupted at it, and no longer. */
const STORY = readFileSync(join(PROJECT, 'corpora/the-umbrella-mender.txt'), 'utf8').split(' ').slice(0, 90).join(' ');
const FILE = { fileName: 'umbrellas.txt', bytes: Buffer.from(STORY) };
const STOPPED = 'I was stopped in the middle of this; ask me again in a minute.';
const VAIN = /whoever runs Fabulist must start a trainer/;

/** What takes as long as learning takes. */
const inTime = (check: () => void | Promise<void>) => vi.waitFor(check, { interval: 50, timeout: 120_000 });

describe.skipIf(!postgresPrograms())('a rolling restart', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'fabulist-rolling-'));
  const running = new Map<string, ChildProcess>();
  const errors = { start: '', trainer: '' };
  let server: Postgres;
  let onThatDiscord: discord.StandIn;
  let onThatSlack: slack.StandIn;
  let people: (DiscordPerson | SlackPerson)[];
  let environment: NodeJS.ProcessEnv;
  let metrics: string;

  const start = async (command: 'start' | 'trainer', said: string) => {
    const program = ['--import', './scripts/typescript.mjs', 'src/cli/index.ts', command, '--engine', 'wasm'];
    const port = command === 'start' ? { METRICS_PORT: new URL(metrics).port } : {};
    const child = spawn(process.execPath, [...program, '--data', join(folder, command)], {
      cwd: PROJECT,
      env: { ...environment, ...port },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.set(command, child);
    let heard = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      errors[command] += text;
    });
    await inTime(() => expect(heard).toContain(said));
  };
  const startBot = async () => {
    await start('start', 'Fabulist is on Slack.');
    await inTime(() => expect(onThatDiscord.gateway.connected).toBe(true));
  };
  const startTrainer = () => start('trainer', 'Fabulist trains');

  /** Tells a process to end; resolves to its exit code. */
  const end = async (command: 'start' | 'trainer') => {
    const child = running.get(command);
    running.delete(command);
    if (!child || child.exitCode !== null) return child?.exitCode;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    return (await ended)[0] as number;
  };

  beforeAll(async () => {
    server = await startPostgres();
    [onThatDiscord, onThatSlack] = [await discord.StandIn.open(), await slack.StandIn.open()];
    // How fast the machine is today is no matter here.
    onThatDiscord.patience = onThatSlack.patience = 60_000;
    onThatSlack.teams.set(onSlack.TOKEN, onSlack.OURS);
    people = [
      new DiscordPerson(onThatDiscord, onDiscord.ALICE),
      new SlackPerson(onThatSlack, onSlack.ALICE),
      // In another language, on another server.
      new DiscordPerson(onThatDiscord, onDiscord.EVE, { locale: 'de' }),
    ];
    metrics = `http://127.0.0.1:${await freePort()}/metrics`;
    environment = {
      ...process.env,
      DATABASE_URL: await server.database('rolling'),
      PORT: '0',
      DISCORD_TOKEN: discord.TOKEN,
      DISCORD_API_URL: `${onThatDiscord.origin}/api`,
      DISCORD_CDN_ORIGINS: onThatDiscord.origin,
      SLACK_BOT_TOKEN: onSlack.TOKEN,
      SLACK_APP_TOKEN: slack.APP_TOKEN,
      SLACK_API_URL: onThatSlack.apiUrl,
      SLACK_FILE_ORIGINS: onThatSlack.origin,
    };
    await startBot();
  });
  afterAll(async () => {
    await end('start');
    await end('trainer');
    await onThatDiscord.close();
    await onThatSlack.close();
    server.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const [cards, ids]: [(() => string)[], string[]] = [[], []];

  it('without a trainer, whoever asks for a training reads who must do something, and the operator too', async () => {
    for (const person of people) await person.says('/train corpus:umbrellas', FILE);
    const [onDiscordIs, onSlackIs, german] = people as [DiscordPerson, SlackPerson, DiscordPerson];
    await inTime(() => expect(onDiscordIs.sees()).toEqual([expect.stringMatching(VAIN)]));
    await inTime(() => expect(onSlackIs.sees()).toEqual([expect.stringMatching(VAIN)]));
    await inTime(() => expect(german.sees()).toEqual([expect.stringMatching(/muss einen Trainer starten/)]));
    cards.push(
      () => onDiscordIs.sees()[0] ?? '',
      () => onSlackIs.sees()[0] ?? '',
      () => german.sees()[0] ?? '',
    );
    ids.push(onDiscordIs.shown()[0]?.id ?? '', onSlackIs.shown()[0]?.ts ?? '', german.shown()[0]?.id ?? '');
    expect(errors.start).toContain('Trainings wait, and no trainer runs: start \\"fabulist trainer\\"');
    const text = await (await fetch(metrics)).text();
    expect(text).toContain('fabulist_processes{role="trainer"} 0');
    expect(text).toContain('fabulist_processes{role="chat"} 1');
    expect(text).toContain('fabulist_trainings{state="waiting"} 3');
  });

  it('once there is one, trains; told to end, both say to whoever waits that nothing comes, and leave nothing hanging', async () => {
    await startTrainer();
    await inTime(() => expect(cards.map((card) => card()).filter((card) => / %/.test(card))).toHaveLength(1));
    await inTime(() => expect(cards.map((card) => card()).filter((card) => VAIN.test(card))).toEqual([]));
    // The starter has no model yet: its story waits for a training that waits for these.
    const [onDiscordIs, onSlackIs] = people as [DiscordPerson, SlackPerson];
    for (const person of [onDiscordIs, onSlackIs]) await person.says('/story had a general');
    await inTime(() => expect(onDiscordIs.sees()[1]).toMatch(/waits to be learned|next to be learned/));
    await inTime(() => expect(onSlackIs.sees()[1]).toMatch(/waits to be learned|next to be learned/));
    expect(await Promise.all([end('start'), end('trainer')])).toEqual([143, 143]);
    for (const person of [onDiscordIs, onSlackIs]) {
      expect(person.sees()).toHaveLength(2);
      expect(person.sees()[1]).toBe(STOPPED);
      expect(person.shown()[1]?.onlyFor).toBe(person.who.user);
    }
    expect(onThatDiscord.messages.filter(({ thinking }) => thinking)).toEqual([]);
    expect(errors.trainer).not.toMatch(/cut off/);
    expect(errors.start).not.toMatch(/cut off/);
  });

  it('the next processes bring every training to its end, each in the message that showed it', async () => {
    await Promise.all([startTrainer(), startBot()]);
    await inTime(() =>
      expect(cards.map((card) => card())).toEqual([
        expect.stringMatching(/Learned “umbrellas” in/),
        expect.stringMatching(/Learned “umbrellas” in/),
        expect.stringMatching(/„umbrellas“ in .* gelernt/),
      ]),
    );
    const [onDiscordIs, onSlackIs, german] = people as [DiscordPerson, SlackPerson, DiscordPerson];
    expect([onDiscordIs.shown()[0]?.id, onSlackIs.shown()[0]?.ts, german.shown()[0]?.id]).toEqual(ids);
    for (const person of [onDiscordIs, onSlackIs]) await person.says('/story corpus:umbrellas words:8 the umbrella');
    await inTime(() => expect(onDiscordIs.sees().at(-1)).toMatch(/^the umbrella \S/));
    await inTime(() => expect(onSlackIs.sees().at(-1)).toMatch(/^the umbrella \S/));
  });

  it('has sent nothing that Discord or Slack object to', () => {
    expect([...onThatDiscord.objections, ...onThatSlack.objections]).toEqual([]);
    expect(errors.start + errors.trainer).not.toMatch(/"level":"(error|fatal)"/);
  });
});
