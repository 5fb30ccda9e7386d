import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../../src/training/trainer.ts';
import { RHYME } from '../language/tiny.ts';
import { trainerProcesses } from './children.ts';
import { ENDLESS, house, request, runs, when } from './house.ts';

const OTHER = 'a fox met a hen . the hen ran up a tree . the fox went home and the hen sang .';

describe('LocalTrainer', () => {
  it('trains in another process and adds a version that tells', async () => {
    const { trainer, library, store } = house();
    const corpus = await store('rhyme', RHYME);
    const training = await trainer.train(request('rhyme'));
    const end = await training.ended;
    expect(end).toMatchObject({ kind: 'finished', stopped: false });
    const { versions, telling } = await library.versions(corpus);
    expect(versions).toHaveLength(1);
    expect(versions[0]).toMatchObject({
      id: telling,
      corpusHash: corpus.hash,
      stories: corpus.stories.map(({ hash }) => hash),
    });
    expect(Object.keys(await library.readVersion(corpus, telling as string)).sort()).toEqual([
      'curve.json',
      'model.json',
      'predictions.bin',
      'text.bin',
      'weights.bin',
    ]);
    expect(trainer.trainings()).toEqual([]);
    expect(await library.listDocuments('requests')).toEqual([]);
    expect(trainerProcesses()).toEqual([]);
  });

  it('takes corpora in the order of asking, one at a time, and says the place', async () => {
    const { trainer, store } = house();
    for (const name of ['one', 'two', 'three']) await store(name, `${name} ${RHYME}`);
    const [one, two, three] = [
      await trainer.train(request('one')),
      await trainer.train(request('two')),
      await trainer.train(request('three')),
    ];
    expect(trainer.trainings().map(({ request }) => request.corpus.name)).toEqual(['one', 'two', 'three']);
    expect([two.latest, three.latest]).toEqual([
      { kind: 'queued', place: 1 },
      { kind: 'queued', place: 2 },
    ]);
    const order: string[] = [];
    for (const [name, training] of Object.entries({ one, two, three }))
      void training.ended.then(() => order.push(name));
    await when(three, (event) => event.kind === 'queued' && event.place === 1);
    expect(trainerProcesses().length).toBeLessThanOrEqual(1);
    await three.ended;
    expect(order).toEqual(['one', 'two', 'three']);
  });

  it('makes one training of the same request twice', async () => {
    const { trainer, store } = house();
    await store('rhyme', RHYME);
    const [first, second] = await Promise.all([trainer.train(request('rhyme')), trainer.train(request('rhyme'))]);
    expect(second).toBe(first);
    await first.ended;
  });

  it('cancels: nothing is kept, and the corpus is left alone until its stories change', async () => {
    const { trainer, restart, library, store } = house();
    const corpus = await store('rhyme', RHYME);
    const training = await trainer.train(request('rhyme', { options: ENDLESS }));
    await runs(training);
    expect(await trainer.cancel(training.request.corpus)).toBe(true);
    expect(await training.ended).toEqual({ kind: 'cancelled' });
    expect((await library.versions(corpus)).versions).toEqual([]);
    expect(await library.readCheckpoint(corpus)).toBeUndefined();
    const again = restart();
    await again.resume();
    await again.close();
    expect((await library.versions(corpus)).versions).toEqual([]);
    expect(await trainer.cancel(training.request.corpus)).toBe(false);
  });

  it('trains what is asked for while the training before is being cancelled', async () => {
    const { trainer, store } = house();
    await store('rhyme', RHYME);
    const first = await trainer.train(request('rhyme', { options: ENDLESS }));
    await runs(first);
    await trainer.cancel(first.request.corpus);
    await store('rhyme', OTHER, 'clean');
    const second = await trainer.train(request('rhyme'));
    expect(await first.ended).toEqual({ kind: 'cancelled' });
    expect(await second.ended).toMatchObject({ kind: 'finished' });
  });

  it('cancels one that waits, and the next moves up', async () => {
    const { trainer, store } = house();
    for (const name of ['one', 'two', 'three']) await store(name, `${name} ${RHYME}`);
    const one = await trainer.train(request('one', { options: ENDLESS }));
    const two = await trainer.train(request('two'));
    const three = await trainer.train(request('three'));
    await trainer.cancel(two.request.corpus);
    expect(two.latest).toEqual({ kind: 'cancelled' });
    expect(three.latest).toEqual({ kind: 'queued', place: 1 });
    await runs(one);
    await trainer.cancel(one.request.corpus);
    expect(await three.ended).toMatchObject({ kind: 'finished' });
  });

  it('stops and keeps the best so far as a version', async () => {
    const { trainer, library, store } = house();
    const corpus = await store('rhyme', RHYME);
    const training = await trainer.train(request('rhyme', { options: ENDLESS }));
    await runs(training);
    await trainer.stop(training.request.corpus);
    expect(await training.ended).toMatchObject({ kind: 'finished', stopped: true });
    expect((await library.versions(corpus)).versions).toHaveLength(1);
  });

  it('starts over with a newer upload while less than half is done', async () => {
    const { trainer, library, store } = house();
    await store('rhyme', RHYME);
    const training = await trainer.train(request('rhyme', { options: ENDLESS }));
    await runs(training);
    const corpus = await store('rhyme', OTHER);
    expect(await trainer.train(request('rhyme'))).toBe(training);
    expect(await training.ended).toMatchObject({ kind: 'finished', version: { corpusHash: corpus.hash } });
    expect((await library.versions(corpus)).versions).toHaveLength(1);
  });

  it('goes on after a kill, and after three kills sets the corpus aside with its reason', async () => {
    const { trainer, restart, library, store, warnings } = house();
    const corpus = await store('rhyme', RHYME);
    const training = await trainer.train(request('rhyme', { options: ENDLESS }));
    for (let kills = 1; kills <= 3; kills++) {
      await when(training, ({ kind }) => kind === 'preparing');
      await runs(training);
      for (const pid of trainerProcesses()) process.kill(pid, 'SIGKILL');
      if (kills < 3) await when(training, ({ kind }) => kind === 'preparing');
    }
    const end = await training.ended;
    expect(end).toMatchObject({ kind: 'failed', setAside: true });
    expect(warnings).toHaveLength(3);
    expect(await trainer.setAside(corpus)).toBe(end.kind === 'failed' && end.message);
    const again = restart();
    await again.resume();
    expect(again.trainings()).toEqual([]);
    // Asking again is a new beginning.
    expect(await (await again.train(request('rhyme'))).ended).toMatchObject({ kind: 'finished' });
    expect(await again.setAside(corpus)).toBeNull();
    expect(await library.listDocuments('failures')).toEqual([]);
  });

  it('replaces a trainer that hangs', async () => {
    const { trainer, store, warnings } = house({ silence: 5_000 });
    await store('rhyme', RHYME);
    const training = await trainer.train(request('rhyme', { options: ENDLESS }));
    await runs(training);
    const [hung] = trainerProcesses();
    process.kill(hung as number, 'SIGSTOP');
    await when(training, ({ kind }) => kind === 'preparing');
    expect(warnings).toEqual([expect.stringContaining('no sign of life for 5 s')]);
    expect(trainerProcesses()).not.toContain(hung);
    await runs(training);
    await trainer.cancel(training.request.corpus);
    expect(await training.ended).toEqual({ kind: 'cancelled' });
  });

  it('takes up what was asked for beside a request that is damaged', async () => {
    const { trainer, library, store } = house();
    await store('one', RHYME);
    await library.writeDocument('requests', 'damaged', null);
    await library.writeDocument('requests', 'emptied', {});
    await library.writeDocument('requests', 'local/one', { request: request('one'), askedAt: 1 });
    await trainer.resume();
    const [training] = trainer.trainings();
    expect(training?.request.corpus.name).toBe('one');
    expect(await training?.ended).toMatchObject({ kind: 'finished' });
  });

  it('remembers who asked over a restart, in the order of asking, and resumes from the checkpoint', async () => {
    const { trainer, restart, library, store } = house();
    await store('one', RHYME);
    await store('two', OTHER);
    const reportTo = { surface: 'discord', channel: 'c1', message: 'm1' };
    const one = await trainer.train(request('one', { options: ENDLESS, reportTo }));
    await trainer.train(request('two'));
    await runs(one);
    await trainer.close();
    expect(one.latest).toMatchObject({ kind: 'failed', setAside: false });
    const checkpoint = await library.readCheckpoint(one.request.corpus);
    const kept = JSON.parse(Buffer.from(checkpoint?.['training.json'] ?? '').toString());
    expect(kept.step).toBeGreaterThan(0);
    expect(trainerProcesses()).toEqual([]);
    // As if it had taken an hour until then.
    const hour = { ...kept, progress: { ...kept.progress, seconds: 3_600 } };
    const files = { ...checkpoint, 'training.json': Buffer.from(JSON.stringify(hour)) };
    const claim = await library.claimTraining(one.request.corpus);
    if (!claim) throw new Error('Somebody else trains it');
    await library.saveCheckpoint(one.request.corpus, files, claim);
    await claim.release();
    const again = restart();
    await again.resume();
    const [first, second] = again.trainings();
    expect(first?.request).toEqual(one.request);
    expect(second?.request.corpus.name).toBe('two');
    // Before its first step it says where it stands.
    const goesOn = (event: TrainingEvent) => event.kind === 'progress' && event.progress.step > kept.step;
    const event = await when(first as typeof one, goesOn);
    // Time spent is counted over all lives: one that had begun anew would not have what the checkpoint had spent already.
    const progress = event.kind === 'progress' ? event.progress : undefined;
    expect(progress?.step).toBeGreaterThan(kept.step);
    expect(progress?.secondsSpent).toBeGreaterThan(3_600);
    await again.cancel(one.request.corpus);
    expect(await (second as typeof one).ended).toMatchObject({ kind: 'finished' });
  });

  it('remembers over a restart where a training has moved to, and brings none back that has ended', async () => {
    const { trainer, restart, library, store } = house();
    await store('one', RHYME);
    await store('two', OTHER);
    const moved = { surface: 'discord', channel: 'c1', message: 'm2', locale: 'de' };
    const [one, two] = [
      await trainer.train(request('one', { reportTo: { ...moved, message: 'm1' } })),
      await trainer.train(request('two', { options: ENDLESS, reportTo: { ...moved, message: 'm1' } })),
    ];
    await one.ended;
    one.moved?.(moved);
    two.moved?.(moved);
    await trainer.close();
    expect((await library.listDocuments('requests')).map(({ value }) => value)).toMatchObject([
      { request: { corpus: { name: 'two' }, reportTo: moved } },
    ]);
    const again = restart();
    await again.resume();
    expect(again.trainings().map(({ request: { reportTo } }) => reportTo)).toEqual([moved]);
  });

  it('learns what was left with the options it was last asked for with, and reports where it did before', async () => {
    const { trainer, store } = house();
    await store('rhyme', RHYME);
    const reportTo = { surface: 'slack', channel: 'C1' };
    await (await trainer.train(request('rhyme', { reportTo: { ...reportTo, message: 'm1' } }))).ended;
    await store('rhyme', OTHER);
    const left = await trainer.train(request('rhyme', { reason: 'remainder', options: {} }));
    expect(left.request).toMatchObject({ reason: 'remainder', options: request('rhyme').options });
    // The message of the training before shows what came of that.
    expect(left.request.reportTo).toEqual(reportTo);
    expect(await left.ended).toMatchObject({ kind: 'finished' });
  });

  it('finds stale corpora that nobody asked for', async () => {
    const { trainer, library, store } = house();
    const corpus = await store('rhyme', OTHER);
    await trainer.resume();
    await expect.poll(() => trainer.trainings().length).toBe(1);
    await trainer.trainings()[0]?.ended;
    expect((await library.versions(corpus)).versions[0]?.corpusHash).toBe(corpus.hash);
  });

  it('sets aside at once what can never be trained, in one sentence', async () => {
    const { trainer, store } = house();
    const corpus = await store('short', 'too short');
    const end = await (await trainer.train(request('short'))).ended;
    expect(end).toMatchObject({
      kind: 'failed',
      setAside: true,
      message: expect.stringContaining('too few to learn from'),
    });
    expect(await trainer.setAside(corpus)).toContain('too few');
    await expect(trainer.train(request('nowhere'))).rejects.toMatchObject({ code: 'unknown-corpus' });
  });

  it('does not train in two processes at once what both were asked for: both tell the same result', async () => {
    const { trainer, restart, library, store } = house();
    const corpus = await store('rhyme', RHYME);
    const other = restart();
    const mine = await trainer.train(request('rhyme', { options: ENDLESS }));
    await runs(mine);
    const theirs = await other.train(request('rhyme', { options: ENDLESS }));
    await when(theirs, (event) => event.kind === 'preparing' && event.what.includes('Another process'));
    await trainer.stop(corpus);
    const [first, second] = await Promise.all([mine.ended, theirs.ended]);
    const { versions } = await library.versions(corpus);
    expect(versions).toHaveLength(1);
    expect(first).toMatchObject({ kind: 'finished', version: { id: versions[0]?.id } });
    expect(second).toMatchObject({ kind: 'finished', version: { id: versions[0]?.id } });
  });
});
