import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { mayBeginNight } from '../../../src/training/cluster/nights.ts';
import { Nightly } from '../../../src/training/nightly.ts';
import type { NightlyReport } from '../../../src/training/nightly-run.ts';
import { RHYME } from '../../language/tiny.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../postgres.ts';
import { instantTrainer } from '../instant-trainer.ts';
import { cluster } from './cluster.ts';

describe.skipIf(!postgresPrograms())('the nightly run of a cluster', () => {
  let server: Postgres;

  beforeAll(async () => {
    server = await startPostgres();
    return () => server.remove();
  });

  it('fires once, however many processes look at the clock', async () => {
    const house = await cluster(await server.database('nights'));
    const { library } = house;
    await house.store('rhyme', RHYME, 'guild');
    const reports: NightlyReport[] = [];
    const nights = Array.from({ length: 5 }, () => {
      const { trainer } = instantTrainer(library, () => ({}));
      return new Nightly({
        library,
        trainer,
        schedule: { cron: '0 3 * * *', timezone: 'UTC' },
        report: (report) => void reports.push(report),
        mayBegin: (shift, due) => mayBeginNight(library.database, shift, due),
        together: 3,
      });
    });
    const asked = vi.spyOn(library, 'everyCorpus');
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-24T22:00:00Z') });
    onTestFinished(() => {
      vi.useRealTimers();
      for (const night of nights) night.stop();
    });
    // A schedule that is new has missed nothing; each process makes its first mark.
    await Promise.all(nights.map((night) => night.start()));
    for (const night of nights) night.stop();
    vi.setSystemTime(new Date('2026-11-25T03:00:30Z'));
    await Promise.all(nights.map((night) => night.start()));
    await expect.poll(() => reports.length).toBe(1);
    await expect.poll(() => asked.mock.calls.length).toBe(1);
    expect(reports[0]).toMatchObject({ corpus: { server: 'guild', name: 'rhyme' }, storiesRead: 1 });
  });

  it('tells each report to one of the processes that have its surface', async () => {
    const house = await cluster(await server.database('reports'));
    const told: string[] = [];
    const queues = [await house.queue(), await house.queue(), await house.queue()];
    for (const [index, queue] of queues.entries())
      await queue.receive(index < 2 ? 'discord' : 'slack', async (text) => void told.push(`${index < 2} ${text}`));
    for (let count = 0; count < 5; count++) await queues[2]?.post('discord', `report ${count}`);
    await expect
      .poll(() => [...told].sort(), { timeout: 30_000 })
      .toEqual(Array.from({ length: 5 }, (_, count) => `true report ${count}`));
  });
});
