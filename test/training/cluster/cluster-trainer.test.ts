import { beforeAll, describe, expect, it } from 'vitest';
import { livingProcesses } from '../../../src/training/cluster/membership.ts';
import { rowsWhere } from '../../../src/training/cluster/training-rows.ts';
import type { TrainingEvent } from '../../../src/training/trainer.ts';
import { RHYME } from '../../language/tiny.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../postgres.ts';
import { trainerProcesses } from '../children.ts';
import { ENDLESS, request, runs, when } from '../house.ts';
import { cluster } from './cluster.ts';

/** For the operator. */
const NOBODY_TRAINS = /^Trainings wait, and no trainer runs: start "fabulist trainer" with this DATABASE_URL /;
const OTHER = 'a fox met a hen . the hen ran up a tree . the fox went home and the hen sang .';

describe.skipIf(!postgresPrograms())('a cluster', () => {
  let server: Postgres;
  let url: string;

  beforeAll(async () => {
    server = await startPostgres();
    url = await server.database('cluster');
    return () => server.remove();
  });

  it('trains where a trainer is, and shows it where it was asked for and to whoever else looks', async () => {
    const house = await cluster(url);
    const [asking, other] = [await house.chat(), await house.chat()];
    const corpus = await house.store('rhyme', RHYME);
    const training = await asking.train(request('rhyme', { options: ENDLESS }));
    expect(training.latest).toEqual({ kind: 'queued', place: 1 });
    await house.worker();
    await runs(training);
    await expect.poll(() => other.trainings().length).toBe(1);
    const [seen] = other.trainings();
    expect(seen?.request).toEqual(training.request);
    await runs(seen as typeof training);
    // Stopped from the other one, where somebody of the same server pressed the button.
    expect(await other.stop(training.request.corpus)).toBe(true);
    const [end, told] = await Promise.all([training.ended, seen?.ended]);
    expect(end).toMatchObject({ kind: 'finished', stopped: true });
    expect(told).toEqual(end);
    const { versions } = await house.library.versions(corpus);
    expect(end).toMatchObject({ version: versions[0] });
    expect(versions).toHaveLength(1);
    expect([asking.trainings(), other.trainings()]).toEqual([[], []]);
    expect(await house.library.listDocuments('requests')).toEqual([]);
    expect(house.warnings.filter((line) => !NOBODY_TRAINS.test(line))).toEqual([]);
  });

  it('tells whoever waits, and the log once, that no trainer runs; and goes on once one does', async () => {
    const house = await cluster(url);
    const chat = await house.chat();
    const vain = (event: TrainingEvent) => event.kind === 'queued' && event.unattended === true;
    await house.store('rhyme', RHYME);
    await house.store('other', OTHER);
    const first = await chat.train(request('rhyme', { options: ENDLESS }));
    await when(first, vain);
    const second = await chat.train(request('other'));
    await when(second, (event) => vain(event) && event.kind === 'queued' && event.place === 2);
    expect(house.warnings).toEqual([expect.stringMatching(NOBODY_TRAINS)]);
    expect(await livingProcesses(house.library.database)).toEqual({ chat: 1, trainer: 0 });
    const worker = await house.worker();
    await runs(first);
    await when(second, (event) => event.kind === 'queued' && !vain(event));
    expect(await livingProcesses(house.library.database)).toEqual({ chat: 1, trainer: 1 });
    // Everybody who trains leaves: who waits reads so once more.
    await worker.close();
    await when(first, vain);
    await when(second, vain);
    expect(house.warnings).toHaveLength(2);
    await house.worker();
    await runs(first);
    await chat.cancel(first.request.corpus);
    expect(await second.ended).toMatchObject({ kind: 'finished' });
  });

  it('cancels what runs and what waits: nothing is kept', async () => {
    const house = await cluster(url);
    const chat = await house.chat();
    await house.worker();
    for (const name of ['one', 'two', 'three']) await house.store(name, `${name} ${RHYME}`);
    const one = await chat.train(request('one', { options: ENDLESS }));
    await runs(one);
    const two = await chat.train(request('two'));
    const three = await chat.train(request('three'));
    await when(three, (event) => event.kind === 'queued' && event.place === 2);
    expect(await chat.cancel(two.request.corpus)).toBe(true);
    expect(await two.ended).toEqual({ kind: 'cancelled' });
    await when(three, (event) => event.kind === 'queued' && event.place === 1);
    expect(await chat.cancel(one.request.corpus)).toBe(true);
    expect(await one.ended).toEqual({ kind: 'cancelled' });
    expect(await three.ended).toMatchObject({ kind: 'finished' });
    expect((await house.library.versions(one.request.corpus)).versions).toEqual([]);
    expect(await house.library.readCheckpoint(one.request.corpus)).toBeUndefined();
    expect(await chat.cancel(one.request.corpus)).toBe(false);
  });

  it('takes a person before the nightly run, and the one corpus of a server before the third of another', async () => {
    const house = await cluster(url);
    const chat = await house.chat();
    const order: string[] = [];
    const add = async (name: string, of: string, more: object = {}) => {
      await house.store(name, `${name} ${RHYME}`, of);
      const training = await chat.train(request(name, { corpus: { server: of, name }, ...more }));
      void training.ended.then(() => order.push(name));
      return training;
    };
    const trainings = [
      await add('night', 'a', { reason: 'nightly', by: 'nightly' }),
      await add('a1', 'a'),
      await add('a2', 'a'),
      await add('a3', 'a'),
      await add('b1', 'b'),
    ];
    await house.worker();
    await Promise.all(trainings.map(({ ended }) => ended));
    expect(order).toEqual(['a1', 'b1', 'a2', 'a3', 'night']);
  });

  it('makes one training of a corpus asked for by two processes, and learns what came while it ran', async () => {
    const house = await cluster(url);
    const [one, two] = [await house.chat(), await house.chat()];
    await house.store('rhyme', RHYME);
    const [first, second] = await Promise.all([one.train(request('rhyme')), two.train(request('rhyme'))]);
    await house.worker();
    const ends = await Promise.all([first.ended, second.ended]);
    expect(ends[0]).toMatchObject({ kind: 'finished' });
    expect(ends[1]).toEqual(ends[0]);
    const again = await one.train(request('rhyme', { options: ENDLESS }));
    await runs(again);
    const corpus = await house.store('rhyme', OTHER);
    const newer = await two.train(request('rhyme'));
    expect(await newer.ended).toMatchObject({ kind: 'finished', version: { corpusHash: corpus.hash } });
    expect(await again.ended).toEqual(await newer.ended);
    expect((await house.library.versions(corpus)).versions).toHaveLength(2);
  });

  it('hands a training back when its trainer leaves, and the next goes on from its checkpoint', async () => {
    const house = await cluster(url);
    const chat = await house.chat();
    const leaving = await house.worker();
    await house.store('rhyme', RHYME);
    const training = await chat.train(request('rhyme', { options: ENDLESS }));
    await runs(training);
    await leaving.close();
    await when(training, ({ kind }) => kind === 'queued');
    expect(trainerProcesses()).toEqual([]);
    const checkpoint = await house.library.readCheckpoint(training.request.corpus);
    const kept = JSON.parse(Buffer.from(checkpoint?.['training.json'] ?? '').toString());
    await house.worker();
    // Before its first step it says where it stands: at the checkpoint.
    const standing = await when(training, ({ kind }) => kind === 'progress');
    expect(standing.kind === 'progress' && standing.progress.step).toBeGreaterThanOrEqual(kept.step);
    await when(training, (event) => event.kind === 'progress' && event.progress.step > kept.step);
    await chat.cancel(training.request.corpus);
    expect(await training.ended).toEqual({ kind: 'cancelled' });
  });

  it('leaves a chat process that restarts to the next one, and tells what ended meanwhile', async () => {
    const house = await cluster(url);
    const leaving = await house.chat();
    await house.worker();
    await house.store('rhyme', RHYME);
    const reportTo = { surface: 'discord', channel: 'c1', message: 'm1' };
    const training = await leaving.train(request('rhyme', { options: ENDLESS, reportTo }));
    await runs(training);
    // Its message had to move, as on Discord after 15 minutes.
    const moved = { ...reportTo, message: 'm2', locale: 'de' };
    training.moved?.(moved);
    const kept = async () => (await rowsWhere(house.library.database, 'true'))[0]?.request.reportTo;
    await expect.poll(kept, { timeout: 20_000 }).toEqual(moved);
    await leaving.close();
    expect(await training.ended).toMatchObject({ kind: 'failed', setAside: false });
    const [next, another] = [await house.chat(), await house.chat()];
    expect(await next.adopt(['slack'])).toEqual([]);
    const adopted = (await Promise.all([next.adopt(['discord']), another.adopt(['discord'])])).flat();
    expect(adopted.map(({ request: { reportTo: to } }) => to)).toEqual([moved]);
    await runs(adopted[0] as typeof training);
    await next.stop(training.request.corpus);
    expect(await adopted[0]?.ended).toMatchObject({ kind: 'finished', stopped: true });
  });

  it('goes on when the database restarts in the middle of it', async () => {
    const house = await cluster(url);
    const chat = await house.chat();
    await house.worker();
    const corpus = await house.store('rhyme', RHYME);
    const training = await chat.train(request('rhyme', { options: ENDLESS }));
    await runs(training);
    server.restart();
    // On the new connection: progress is told again, and a button is heard.
    await when(training, (event) => event.kind === 'progress');
    expect(await chat.stop(training.request.corpus)).toBe(true);
    expect(await training.ended).toMatchObject({ kind: 'finished', stopped: true });
    expect((await house.library.versions(corpus)).versions).toHaveLength(1);
  });

  it('finds what was left stale', async () => {
    const house = await cluster(url);
    const corpus = await house.store('rhyme', RHYME);
    await house.library.database.query("update fabulist.corpora set changed_at = now() - interval '2 minutes'");
    const chat = await house.chat();
    await house.worker();
    await expect.poll(async () => (await house.library.versions(corpus)).versions.length, { timeout: 20_000 }).toBe(1);
    await expect.poll(() => chat.trainings()).toEqual([]);
  });

  it('ends the training of a corpus that is deleted', async () => {
    const house = await cluster(url);
    const chat = await house.chat();
    await house.worker();
    const corpus = await house.store('rhyme', RHYME);
    const training = await chat.train(request('rhyme', { options: ENDLESS }));
    await runs(training);
    await house.library.deleteCorpus(corpus);
    expect(await training.ended).toEqual({ kind: 'cancelled' });
    await expect.poll(() => trainerProcesses()).toEqual([]);
    await expect(chat.train(request('rhyme'))).rejects.toMatchObject({ code: 'unknown-corpus' });
  });
});
