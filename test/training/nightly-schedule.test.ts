import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryLibrary } from '../../src/library/memory-library.ts';
import { Nightly } from '../../src/training/nightly.ts';
import {
  isCron,
  isTimeZone,
  momentOf,
  type NightlySchedule,
  nextWallTime,
  wallTime,
} from '../../src/training/nightly-schedule.ts';
import { instantTrainer } from './instant-trainer.ts';

const BERLIN = 'Europe/Berlin';
const AT_0230: NightlySchedule = { cron: '30 2 * * *', timezone: BERLIN };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (iso: string) => Date.parse(iso);
const iso = (moment: number | null) => (moment === null ? null : new Date(moment).toISOString());

describe('the clock on the wall', () => {
  it('shows what people of a time zone see', () => {
    expect(iso(wallTime(at('2026-03-29T00:59:59.900Z'), BERLIN))).toBe('2026-03-29T01:59:59.000Z');
    expect(iso(wallTime(at('2026-03-29T01:00:00Z'), BERLIN))).toBe('2026-03-29T03:00:00.000Z');
    expect(iso(wallTime(at('2026-01-01T15:00:00Z'), 'Asia/Tokyo'))).toBe('2026-01-02T00:00:00.000Z');
    const now = Date.now();
    const here = new Date(now).getTimezoneOffset() * MINUTE;
    expect(wallTime(now, undefined)).toBe(Math.floor((now - here) / 1000) * 1000);
  });

  it.each([
    // A usual night, the missing hour, the hour that comes twice.
    ['2026-01-10T02:30:00Z', '2026-01-10T01:30:00.000Z'],
    ['2026-03-29T02:30:00Z', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T02:30:00Z', '2026-10-25T00:30:00.000Z'],
    // With seconds: at the next full minute.
    ['2026-01-10T02:30:20Z', '2026-01-10T01:31:00.000Z'],
  ])('shows %s in Berlin from %s on', (wall, moment) => {
    expect(iso(momentOf(at(wall), BERLIN, 0))).toBe(moment);
  });

  it.each([
    ['0 3 * * *', '2026-01-01T03:00:00Z', '2026-01-02T03:00:00.000Z'],
    ['0 0 * * *', '2026-01-01T03:00:00Z', '2026-01-02T00:00:00.000Z'],
    ['15 0 3 * * *', '2026-01-01T03:00:00Z', '2026-01-01T03:00:15.000Z'],
    ['0 3,15 * * MON', '2026-01-05T03:00:00Z', '2026-01-05T15:00:00.000Z'],
    ['0 3 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T03:00:00.000Z'],
    ['0 3 L * *', '2026-02-01T00:00:00Z', '2026-02-28T03:00:00.000Z'],
  ])('finds the next time of %s after %s', (cron, after, next) => {
    expect(iso(nextWallTime({ cron }, at(after)))).toBe(next);
  });

  it('knows what is none', () => {
    expect(nextWallTime({ cron: null }, 0)).toBeNull();
    expect(['0 3 * * *', '@daily', '0 0 3 * * 1-5'].map(isCron)).toEqual([true, true, true]);
    expect(['', '3', '0 25 * * *', '0 3 31 2 *', 'every night'].map(isCron)).toEqual(Array(5).fill(false));
    expect([BERLIN, 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
  });
});

describe('the nightly schedule', () => {
  let library: MemoryLibrary;
  let runs: string[];
  let open: Nightly[];

  const bot = (schedule: NightlySchedule) => {
    const { trainer } = instantTrainer(library, () => ({}));
    const nightly = new Nightly({
      library,
      trainer: {
        ...trainer,
        train(request) {
          runs.push(`${request.corpus.server} ${iso(Math.floor(Date.now() / MINUTE) * MINUTE)}`);
          return trainer.train(request);
        },
      },
      schedule,
      report: () => undefined,
    });
    open.push(nightly);
    return nightly;
  };
  const upload = (server: string, text = `a story of ${Date.now()}`) =>
    library.addStories(
      { server, name: 'fables' },
      [{ fileName: 'a.txt', by: 'ann', encoding: 'utf-8', bytes: 1, text }],
      'append',
    );
  /** Lets the clock go on, with a new story every half hour: a run that is one too many shows. */
  const until = async (end: string, ...servers: string[]) => {
    while (Date.now() < at(end)) {
      for (const server of servers) await upload(server);
      await vi.advanceTimersByTimeAsync(Math.min(HOUR / 2, at(end) - Date.now()));
    }
  };

  beforeEach(() => {
    vi.useFakeTimers({ now: at('2026-03-27T12:00:00Z') });
    library = new MemoryLibrary();
    runs = [];
    open = [];
  });
  afterEach(() => {
    for (const nightly of open) nightly.stop();
    vi.useRealTimers();
  });

  it('runs a 02:30 at 03:00 in the night that has none', async () => {
    const nightly = bot(AT_0230);
    await nightly.start();
    await until('2026-03-28T12:00:00Z', 'local');
    expect((await nightly.nextRun('local'))?.toISOString()).toBe('2026-03-29T01:00:00.000Z');
    await until('2026-03-30T12:00:00Z', 'local');
    expect(runs).toEqual([
      'local 2026-03-28T01:30:00.000Z',
      'local 2026-03-29T01:00:00.000Z',
      'local 2026-03-30T00:30:00.000Z',
    ]);
  });

  it('runs a 02:30 once in the night that has two, also when it is restarted in between', async () => {
    vi.setSystemTime(at('2026-10-24T12:00:00Z'));
    const first = bot(AT_0230);
    await first.start();
    await until('2026-10-25T00:45:00Z', 'local');
    expect(runs).toEqual(['local 2026-10-25T00:30:00.000Z']);
    first.stop();
    const second = bot(AT_0230);
    await second.start();
    await until('2026-10-25T01:10:00Z', 'local');
    expect((await second.nextRun('local'))?.toISOString()).toBe('2026-10-26T01:30:00.000Z');
    await until('2026-10-26T12:00:00Z', 'local');
    expect(runs.slice(1)).toEqual(['local 2026-10-26T01:30:00.000Z']);
  });

  it('wakes up from a sleep and catches up once', async () => {
    await bot(AT_0230).start();
    await upload('local');
    vi.setSystemTime(at('2026-03-30T08:00:20Z'));
    await until('2026-03-30T20:00:00Z', 'local');
    expect(runs).toEqual([expect.stringMatching(/^local 2026-03-30T08:0/)]);
  });

  it('follows what another process sets, within minutes and without a restart', async () => {
    const running = bot({ cron: '0 3 * * *', timezone: BERLIN });
    const command = bot({ cron: '0 3 * * *', timezone: BERLIN });
    await running.start();
    await until('2026-03-27T18:00:00Z', 'local', 'slack:1');
    await command.override('slack:1', { cron: '2 20 * * *', timezone: BERLIN });
    // Past times of the same day are not caught up.
    await command.override('local', { cron: '0 12 * * *', timezone: BERLIN });
    expect((await running.nextRun('slack:1'))?.toISOString()).toBe('2026-03-27T19:02:00.000Z');
    await until('2026-03-27T18:59:00Z', 'local', 'slack:1');
    expect(runs).toEqual([]);
    await until('2026-03-28T10:00:00Z', 'local', 'slack:1');
    expect(runs).toEqual(['slack:1 2026-03-27T19:02:00.000Z']);
    await command.override('slack:1', null);
    await command.override('local', { cron: null });
    expect((await running.nextRun('slack:1'))?.toISOString()).toBe('2026-03-29T01:00:00.000Z');
    expect(await running.nextRun('local')).toBeNull();
    await until('2026-03-29T12:00:00Z', 'local', 'slack:1');
    expect(runs.slice(1)).toEqual(['slack:1 2026-03-29T01:00:00.000Z']);
  });

  it('runs late what was set for the next minute, and does not run what was put off in the last', async () => {
    const running = bot({ cron: '0 3 * * *', timezone: BERLIN });
    const command = bot({ cron: '0 3 * * *', timezone: BERLIN });
    await running.start();
    await upload('local');
    await upload('slack:1');
    await until('2026-03-28T01:59:30Z');
    await command.override('local', { cron: '0 5 * * *', timezone: BERLIN });
    await command.override('slack:1', { cron: '0 3 * * *', timezone: BERLIN });
    await until('2026-03-28T03:30:00Z');
    expect(runs).toEqual(['slack:1 2026-03-28T02:00:00.000Z']);
    await command.override('slack:1', { cron: '31 4 * * *', timezone: BERLIN });
    await upload('slack:1');
    await until('2026-03-28T03:50:00Z');
    expect(runs.slice(1)).toEqual([expect.stringMatching(/^slack:1 2026-03-28T03:3[1-6]/)]);
  });

  it('runs all that is due at the same minute, also beside a process that has no nights', async () => {
    const schedule = { cron: '0 3 * * *', timezone: BERLIN };
    await bot(schedule).start();
    await bot(schedule).override('slack:1', schedule);
    await bot(schedule).override('slack:2', schedule);
    await bot({ cron: null }).start();
    for (const server of ['local', 'slack:1', 'slack:2']) await upload(server);
    await until('2026-03-28T12:00:00Z');
    expect(runs.sort()).toEqual(['local', 'slack:1', 'slack:2'].map((server) => `${server} 2026-03-28T02:00:00.000Z`));
  });

  it('keeps one schedule that cannot be read from none of the others', async () => {
    await library.writeDocument('nightly', 'schedule of slack:1', { cron: 'at dawn' });
    const nightly = bot(AT_0230);
    await nightly.start();
    await upload('local');
    await upload('slack:1');
    await until('2026-03-28T12:00:00Z');
    expect(runs).toEqual(['local 2026-03-28T01:30:00.000Z']);
    expect(await nightly.nextRun('slack:1')).toBeNull();
  });

  it('may be started and stopped twice, and stopped while it starts', async () => {
    const nightly = bot(AT_0230);
    await Promise.all([nightly.start(), nightly.stop()]);
    await upload('local');
    await until('2026-03-28T12:00:00Z');
    expect(runs).toEqual([]);
    await nightly.start();
    await nightly.start();
    await until('2026-03-28T13:00:00Z');
    nightly.stop();
    nightly.stop();
    expect(runs).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
