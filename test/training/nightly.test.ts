import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FabulistError } from '../../src/errors.ts';
import { type Figures, type Library, LOCAL } from '../../src/library/library.ts';
import { MemoryLibrary } from '../../src/library/memory-library.ts';
import { LiveTraining } from '../../src/training/live-training.ts';
import { forgetNight, lastNight } from '../../src/training/night-notes.ts';
import { Nightly } from '../../src/training/nightly.ts';
import type { NightlyReport } from '../../src/training/nightly-run.ts';
import type { NightlySchedule } from '../../src/training/nightly-schedule.ts';
import { whyWorse } from '../../src/training/train-corpus.ts';
import type { TrainingRequest } from '../../src/training/trainer.ts';
import { figures, instantTrainer } from './instant-trainer.ts';

const BERLIN: NightlySchedule = { cron: '0 3 * * *', timezone: 'Europe/Berlin' };
const HOUR = 3_600_000;

describe('the nightly run', () => {
  let library: Library;
  let outcome: Partial<Figures>;
  let reports: NightlyReport[];
  let requests: TrainingRequest[];
  let nightly: Nightly;

  const make = (schedule = BERLIN) => {
    const instant = instantTrainer(library, () => outcome);
    requests = instant.requests;
    nightly = new Nightly({
      library,
      trainer: instant.trainer,
      schedule,
      report: (report) => void reports.push(report),
    });
    return nightly;
  };
  const upload = (text: string, name = 'fables', server = LOCAL) =>
    library.addStories(
      { server, name },
      [{ fileName: 'a.txt', by: 'ann', encoding: 'utf-8', bytes: 1, text }],
      'append',
    );
  /** Lets the clock go on in steps small enough for the timers between. */
  const until = async (instant: string) => {
    while (Date.now() < Date.parse(instant)) {
      await vi.advanceTimersByTimeAsync(Math.min(HOUR, Date.parse(instant) - Date.now()));
    }
  };

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-03-28T12:00:00Z') });
    library = new MemoryLibrary();
    outcome = {};
    reports = [];
    make();
  });
  afterEach(() => {
    nightly.stop();
    vi.useRealTimers();
  });

  it.each([null, 7, {}, { cron: '0 4 * * *', timezone: 'Mars/Olympus' }])(
    'goes by the common schedule where a server has %j for one',
    async (damaged) => {
      await library.writeDocument('nightly', `schedule of ${LOCAL}`, damaged);
      await upload('story');
      await nightly.start();
      expect((await nightly.nextRun(LOCAL))?.toISOString()).toBe('2026-03-29T01:00:00.000Z');
      await until('2026-03-29T01:05:00Z');
      expect(requests.map(({ corpus }) => corpus.server)).toEqual([LOCAL]);
    },
  );

  it('runs at 03:00 in Berlin over both clock changes, once a night', async () => {
    const nights = async () => {
      const at: string[] = [];
      for (let night = 0; night < 3; night++) {
        await upload(`story of night ${night}, ${Date.now()}`);
        const seen = requests.length;
        const start = Date.now();
        while (requests.length === seen && Date.now() < start + 30 * HOUR) await vi.advanceTimersByTimeAsync(60_000);
        at.push(new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString());
        await vi.advanceTimersByTimeAsync(2 * HOUR);
        expect(requests.length).toBe(seen + 1);
      }
      return at;
    };
    await nightly.start();
    // The night of 29 March has no 02:00 to 03:00: 03:00 CEST is 01:00 UTC, where the nights before had 02:00 UTC.
    expect(await nights()).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T01:00:00.000Z',
      '2026-03-31T01:00:00.000Z',
    ]);
    nightly.stop();
    vi.setSystemTime(Date.parse('2026-10-23T12:00:00Z'));
    library = new MemoryLibrary();
    make();
    await nightly.start();
    // 25 October has 02:00 to 03:00 twice, and 03:00 CET once.
    expect(await nights()).toEqual([
      '2026-10-24T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
      '2026-10-26T02:00:00.000Z',
    ]);
  });

  it('trains only corpora with new stories, and says what came of it where they were last trained', async () => {
    await upload('an old story');
    await nightly.run();
    expect(requests).toHaveLength(1);
    await nightly.run();
    expect(requests).toHaveLength(1);
    const reportTo = { surface: 'slack', channel: 'C1' };
    await library.writeDocument('settings', 'last training local/fables', { options: { units: 64 }, reportTo });
    await upload('a new story');
    outcome = { accuracy: 0.95 };
    const [report] = await nightly.run();
    expect(requests[1]).toMatchObject({ reason: 'nightly', options: { units: 64 } });
    expect(report).toMatchObject({
      storiesRead: 1,
      reportTo,
      problem: null,
      before: { figures: { accuracy: 0.9 } },
      after: { figures: { accuracy: 0.95 } },
    });
    expect(reports).toHaveLength(2);
    // For whoever looks later than that.
    const fables = { server: LOCAL, name: 'fables' };
    const { before, after } = report as NightlyReport;
    expect(await lastNight(library, fables)).toEqual({
      at: '2026-03-28T12:00:00.000Z',
      storiesRead: 1,
      before: before?.id,
      after: after?.id,
      problem: null,
    });
    await forgetNight(library, fables);
    expect(await lastNight(library, fables)).toBeUndefined();
  });

  it('keeps a worse model out, and the one before tells; a better one is swapped in', async () => {
    await upload('a first story');
    outcome = { heldOutPerplexity: 80 };
    await nightly.run();
    const corpus = { server: LOCAL, name: 'fables' };
    const first = (await library.versions(corpus)).telling;
    await upload('a second story');
    outcome = { heldOutPerplexity: 82 };
    const [worse] = await nightly.run();
    expect(worse?.problem).toBe('its held-out perplexity is 82.0, the one before had 80.0');
    expect((await library.versions(corpus)).telling).toBe(first);
    await upload('a third story');
    outcome = { heldOutPerplexity: 81.5 };
    expect((await nightly.run())[0]?.problem).toBeNull();
    expect((await library.versions(corpus)).telling).not.toBe(first);
  });

  it('catches up once on a night that was missed, and on none that was not', async () => {
    await nightly.start();
    nightly.stop();
    await upload('a story');
    vi.setSystemTime(Date.parse('2026-03-28T20:00:00Z'));
    await nightly.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(requests).toHaveLength(0);
    nightly.stop();
    vi.setSystemTime(Date.parse('2026-04-02T09:00:00Z'));
    await nightly.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(requests).toHaveLength(1);
    await upload('another story');
    make();
    await nightly.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(requests).toHaveLength(0);
  });

  it('is never under way twice at once', async () => {
    await upload('a story');
    const [first, second] = await Promise.all([nightly.run(), nightly.run()]);
    expect(first).toBe(second);
    expect(requests).toHaveLength(1);
  });

  it("follows a server's own schedule", async () => {
    await upload('a story', 'fables', 'discord:1');
    await upload('a story', 'fables', 'discord:2');
    await nightly.override('discord:1', { cron: '0 6 * * *', timezone: 'Asia/Tokyo' });
    await nightly.start();
    expect((await nightly.nextRun('discord:1'))?.toISOString()).toBe('2026-03-28T21:00:00.000Z');
    expect((await nightly.nextRun('discord:2'))?.toISOString()).toBe('2026-03-29T01:00:00.000Z');
    await until('2026-03-28T22:00:00Z');
    expect(requests.map(({ corpus }) => corpus.server)).toEqual(['discord:1']);
    await until('2026-03-29T02:00:00Z');
    expect(requests.map(({ corpus }) => corpus.server)).toEqual(['discord:1', 'discord:2']);
    await nightly.override('discord:1', { cron: null });
    expect(await nightly.nextRun('discord:1')).toBeNull();
  });

  it('runs one server where only that is asked for, and shows each training as it begins', async () => {
    await upload('a story', 'fables', 'discord:1');
    await upload('a story', 'fables', 'discord:2');
    const shown: string[] = [];
    const reports = await nightly.run(
      (server) => server === 'discord:2',
      ({ request }) => shown.push(request.corpus.server),
    );
    expect(reports.map(({ corpus }) => corpus.server)).toEqual(['discord:2']);
    expect(shown).toEqual(['discord:2']);
  });

  it('reports a corpus that cannot be trained, and goes on with the others', async () => {
    for (const name of ['one', 'three', 'two']) await upload('a story', name);
    const { trainer } = instantTrainer(library, () => outcome);
    const warnings: string[] = [];
    const failing = new Nightly({
      library,
      trainer: {
        ...trainer,
        train: async (request) => {
          if (request.corpus.name === 'one') throw new FabulistError('disk-full', 'The disk is full.');
          if (request.corpus.name === 'two') throw new TypeError('x is not a function');
          return trainer.train(request);
        },
      },
      schedule: BERLIN,
      report: () => undefined,
      log: { warn: (_, message) => warnings.push(message) },
    });
    expect((await failing.run()).map(({ corpus, problem }) => [corpus.name, problem])).toEqual([
      ['one', 'The disk is full.'],
      ['three', null],
      ['two', expect.stringMatching(/^Something went wrong inside/)],
    ]);
    expect(warnings).toEqual(['A corpus could not be retrained']);
  });

  it('ends with the corpus it is at when it is stopped, and calls what that interrupts no failure', async () => {
    await upload('a story', 'one');
    await upload('a story', 'two');
    const asked: LiveTraining[] = [];
    const { trainer } = instantTrainer(library, () => outcome);
    const stopped = new Nightly({
      library,
      trainer: {
        ...trainer,
        train: async (request) => {
          asked.push(new LiveTraining(request));
          return asked.at(-1) as LiveTraining;
        },
      },
      schedule: BERLIN,
      report: (report) => void reports.push(report),
    });
    const run = stopped.run();
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    stopped.stop();
    asked[0]?.tell({ kind: 'failed', message: 'Fabulist was shut down.', setAside: false });
    expect(await run).toEqual([]);
    expect([asked.length, reports.length]).toEqual([1, 0]);
  });

  it('goes on when one report cannot be told', async () => {
    await upload('a story', 'one');
    await upload('a story', 'two');
    const { trainer } = instantTrainer(library, () => outcome);
    const failing = new Nightly({
      library,
      trainer,
      schedule: BERLIN,
      report: () => Promise.reject(new Error('channel gone')),
    });
    expect(await failing.run()).toHaveLength(2);
  });
});

describe('whyWorse', () => {
  it('goes by held-out perplexity where both have one, else by accuracy, within the tolerance', () => {
    expect(whyWorse(figures({ heldOutPerplexity: 102 }), figures({ heldOutPerplexity: 100 }), 0.02)).toBeNull();
    expect(whyWorse(figures({ heldOutPerplexity: 103 }), figures({ heldOutPerplexity: 100 }), 0.02)).toContain('103.0');
    expect(whyWorse(figures({ accuracy: 0.885 }), figures(), 0.02)).toBeNull();
    expect(whyWorse(figures({ accuracy: 0.875 }), figures(), 0.02)).toBe(
      'its accuracy is 87.5 %, the one before had 90.0 %',
    );
  });
});
