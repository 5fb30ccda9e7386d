import { describe, expect, it } from 'vitest';
import { exportCorpus } from '../../src/library/archive.ts';
import { LOCAL, STARTERS } from '../../src/library/library.ts';
import type { Asker } from '../../src/story/storyteller.ts';
import { story } from '../library/fixtures.ts';
import { ALICE, BOB, EVE, FABLE, learn, openHouse, textFile } from './fakes.ts';

const DOG = 'The dog ran over the hill. The dog slept under the tree. Then the dog came home again.';
const BIRD = 'A bird sang in the garden of the king. The king listened, and the bird flew away.';
const training = { mode: 'append', options: {} } as const;

describe('train', () => {
  it('stores the files, says what it read, and asks for a training', async () => {
    const { storyteller, trainer, library } = openHouse();
    const reportTo = { surface: 'terminal', channel: 'general' };
    const reply = await storyteller.train(ALICE, {
      files: [
        textFile(DOG, 'My dog.v2.txt'),
        { fileName: 'vogel.txt', bytes: Buffer.from('Der Vogel flog über die Häuser.', 'latin1') },
      ],
      mode: 'append',
      options: { units: 64 },
      reportTo,
    });
    expect(reply.corpus).toMatchObject({ server: 'guild-1', name: 'My dog.v2' });
    expect(reply.read).toEqual([
      { fileName: 'My dog.v2.txt', format: 'text', removed: [], encoding: 'utf-8', language: 'en', words: 21 },
      { fileName: 'vogel.txt', format: 'text', removed: [], encoding: 'windows-1252', language: 'de', words: 7 },
    ]);
    expect(reply.added.map(({ by }) => by)).toEqual(['alice', 'alice']);
    expect(trainer.asked[0]?.request).toEqual({
      corpus: { server: 'guild-1', name: 'My dog.v2' },
      options: { units: 64 },
      reason: 'asked',
      by: 'alice',
      reportTo,
    });
    const texts = (await library.read(reply.corpus)).map(({ text }) => text);
    expect(texts).toEqual([DOG, 'Der Vogel flog über die Häuser.']);
  });

  it('adds to a corpus by whatever capitals, and says what it already had', async () => {
    const { storyteller } = openHouse();
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'Dogs', ...training });
    const reply = await storyteller.train(BOB, {
      files: [textFile(DOG), textFile(BIRD)],
      corpus: ' dogs ',
      ...training,
    });
    expect(reply.corpus.name).toBe('Dogs');
    expect([reply.added.length, reply.already.length]).toEqual([1, 1]);
  });

  it('starts clean when asked to', async () => {
    const { storyteller } = openHouse();
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    const { corpus } = await storyteller.train(ALICE, {
      files: [textFile(BIRD)],
      corpus: 'dogs',
      mode: 'clean',
      options: {},
    });
    expect(corpus.stories).toHaveLength(1);
  });

  it('trains a corpus once more without a file', async () => {
    const { storyteller, trainer } = openHouse();
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    const reply = await storyteller.train(ALICE, { files: [], corpus: 'dogs', ...training });
    expect(reply).toMatchObject({ corpus: { name: 'dogs' }, added: [], already: [], read: [] });
    expect(trainer.asked).toHaveLength(2);
    await expect(storyteller.train(EVE, { files: [], corpus: 'dogs', ...training })).rejects.toMatchObject({
      code: 'unknown-corpus',
    });
    await expect(storyteller.train(ALICE, { files: [], corpus: 'belling-the-cat', ...training })).rejects.toMatchObject(
      { code: 'not-allowed' },
    );
    await expect(storyteller.train(ALICE, { files: [], ...training })).rejects.toMatchObject({ code: 'usage' });
  });

  it.each([
    ['an empty file', [textFile('')], {}, 'bad-file'],
    ['one bad file of two', [textFile(DOG), textFile('')], {}, 'bad-file'],
    ['three words', [textFile('one two three')], {}, 'too-short'],
    ['fewer words than the window', [textFile('one two three four five')], { window: 5 }, 'too-short'],
    ['a file over the limit', [textFile(DOG.repeat(20))], {}, 'too-large'],
    ['a wrong option', [textFile(DOG)], { units: 0 }, 'usage'],
    ['a name too long', [textFile(DOG, `${'n'.repeat(201)}.txt`)], {}, 'usage'],
  ])('stores nothing for %s', async (_, files, options, code) => {
    const { storyteller, trainer, library } = openHouse({ maxUpload: 1_000 });
    await expect(storyteller.train(ALICE, { files, mode: 'append', options })).rejects.toMatchObject({ code });
    expect((await library.corpora(ALICE.server)).map(({ server }) => server)).toEqual([STARTERS]);
    expect(trainer.asked).toEqual([]);
  });

  it('refuses the name of a starter, which it would hide', async () => {
    const { storyteller, library } = openHouse();
    await expect(
      storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'Belling-The-Cat', ...training }),
    ).rejects.toMatchObject({ code: 'usage', message: "“belling-the-cat” is a starter's name: choose another." });
    expect((await library.corpora(ALICE.server)).map(({ server }) => server)).toEqual([STARTERS]);
  });

  it('numbers the name of a file that is called like a starter, and adds to that the next time', async () => {
    const { storyteller } = openHouse({ starters: { 'belling-the-cat': FABLE, 'belling-the-cat 2': BIRD } });
    const named = async (text: string) =>
      (await storyteller.train(ALICE, { files: [textFile(text, 'Belling-the-cat.txt')], ...training })).corpus;
    expect(await named(DOG)).toMatchObject({ server: 'guild-1', name: 'Belling-the-cat 3' });
    expect(await named(BIRD)).toMatchObject({ name: 'Belling-the-cat 3', stories: { length: 2 } });
    expect((await storyteller.accuracy(ALICE)).starter).toBe(true);
  });

  it('joins the training that learns just that already', async () => {
    const { storyteller, trainer } = openHouse({ atOnce: false });
    const give = (text: string, mode: 'append' | 'clean' = 'append') =>
      storyteller.train(ALICE, { files: [textFile(text)], corpus: 'dogs', mode, options: {} });
    expect((await give(DOG)).joined).toBe(false);
    expect(await give(DOG)).toMatchObject({ joined: true, training: trainer.asked[0] });
    expect((await storyteller.train(ALICE, { files: [], corpus: 'dogs', ...training })).joined).toBe(true);
    expect((await give(BIRD)).joined).toBe(false);
    // Nothing is added, but a story is taken away.
    expect((await give(DOG, 'clean')).joined).toBe(false);
    for (const one of trainer.trainings()) one.send({ kind: 'cancelled' });
    expect((await give(DOG)).joined).toBe(false);
  });
});

describe('which corpus tells', () => {
  async function withDogs() {
    const house = openHouse({ starters: { 'belling-the-cat': FABLE, birds: BIRD } });
    await house.storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    return {
      ...house,
      corpusFor: async (asker: Asker) => (await house.storyteller.tell(asker, { opening: 'the' })).corpus,
    };
  }

  it('is the one of the channel, else of the server, else the fable', async () => {
    const { storyteller, corpusFor } = await withDogs();
    expect(await corpusFor(ALICE)).toBe('belling-the-cat');
    await storyteller.choose(ALICE, 'BIRDS', 'server');
    expect([await corpusFor(ALICE), await corpusFor(BOB), await corpusFor(EVE)]).toEqual([
      'birds',
      'birds',
      'belling-the-cat',
    ]);
    await storyteller.choose(BOB, 'dogs', 'channel');
    expect([await corpusFor(ALICE), await corpusFor(BOB)]).toEqual(['birds', 'dogs']);
    expect((await storyteller.corpora(BOB)).map(({ name, chosen }) => [name, chosen])).toEqual([
      ['dogs', true],
      ['belling-the-cat', false],
      ['birds', false],
    ]);
  });

  it('falls back when the chosen one is gone', async () => {
    const { storyteller, corpusFor } = await withDogs();
    await storyteller.choose(ALICE, 'birds', 'server');
    await storyteller.choose(ALICE, 'dogs', 'channel');
    await storyteller.forget(ALICE);
    expect(await corpusFor(ALICE)).toBe('birds');
  });

  it('cannot be one that is not there', async () => {
    const { storyteller } = await withDogs();
    const message =
      'There is no corpus “dogz” here (did you mean “dogs”?); there are “dogs”, “belling-the-cat”, “birds”.';
    const refused = { code: 'unknown-corpus', message };
    await expect(storyteller.tell(ALICE, { opening: '', corpus: 'dogz' })).rejects.toMatchObject(refused);
    await expect(storyteller.choose(ALICE, 'dogz', 'channel')).rejects.toMatchObject(refused);
    await expect(storyteller.accuracy(ALICE, 'dogz')).rejects.toMatchObject(refused);
    await expect(storyteller.forget(ALICE, 'dogz')).rejects.toMatchObject(refused);
  });

  it('names no corpus of another server, not even for a near miss', async () => {
    const { storyteller } = await withDogs();
    await expect(storyteller.tell(EVE, { opening: '', corpus: 'dogs' })).rejects.toMatchObject({
      message: 'There is no corpus “dogs” here; there are “belling-the-cat”, “birds”.',
    });
    expect((await storyteller.corpora(EVE)).map(({ name }) => name)).toEqual(['belling-the-cat', 'birds']);
  });

  it('offers openings before the first training, from the stories', async () => {
    const { storyteller, tellers } = openHouse({ atOnce: false });
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    expect(await storyteller.openings(ALICE, 'the d', 'dogs')).toEqual([
      'The dog ran over the',
      'The dog slept under the',
    ]);
    expect(await storyteller.openings(ALICE, 'the d', 'dogs', 1)).toHaveLength(1);
    expect(await storyteller.openings(ALICE, 'now')).toEqual(['Now, if we could']);
    expect(tellers).toEqual([]);
  });
});

describe('accuracy', () => {
  it('says what tells, and whether it knows all stories', async () => {
    const nextRetrain = new Date('2026-11-25T02:00:00Z');
    const { storyteller, library } = openHouse({
      atOnce: false,
      nextRetrain: async (server) => (server === 'guild-1' ? nextRetrain : null),
    });
    const before = await storyteller.accuracy(ALICE);
    expect(before).toMatchObject({ starter: true, telling: null, stale: false, setAside: null, training: null });
    const version = await learn(library, { server: STARTERS, name: 'belling-the-cat' });
    expect(await storyteller.accuracy(ALICE)).toMatchObject({
      telling: version,
      stale: false,
      // A starter never changes.
      nextRetrain: null,
    });
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    expect((await storyteller.accuracy(ALICE, 'dogs')).nextRetrain).toBe(nextRetrain.toISOString());
    await storyteller.train(EVE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    expect((await storyteller.accuracy(EVE, 'dogs')).nextRetrain).toBeNull();
  });

  it('shows the training that is under way', async () => {
    const { storyteller, trainer } = openHouse({ atOnce: false });
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    expect((await storyteller.accuracy(ALICE, 'dogs')).training).toBe(trainer.asked[0]);
    expect((await storyteller.corpora(ALICE))[0]).toMatchObject({
      name: 'dogs',
      stories: 1,
      version: null,
      stale: true,
    });
  });
});

describe('a training', () => {
  async function twoTrainings() {
    const house = openHouse({ atOnce: false });
    await house.storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    await house.storyteller.train(EVE, { files: [textFile(BIRD)], corpus: 'birds', ...training });
    return house;
  }

  it("is cancelled or stopped without a name where it is the server's only one", async () => {
    const { storyteller, trainer } = await twoTrainings();
    expect(await storyteller.cancel(ALICE)).toBe('dogs');
    expect(await storyteller.stop(EVE)).toBe('birds');
    expect(trainer.asked.map(({ latest }) => latest.kind)).toEqual(['cancelled', 'finished']);
    await expect(storyteller.cancel(ALICE)).rejects.toMatchObject({ message: 'Nothing is being trained here.' });
    await expect(storyteller.stop(ALICE, 'dogs')).rejects.toMatchObject({ message: '“dogs” is not being trained.' });
  });

  it('must be named where there are several', async () => {
    const { storyteller } = await twoTrainings();
    await storyteller.train(BOB, { files: [textFile(BIRD)], corpus: 'birds', ...training });
    await expect(storyteller.cancel(ALICE)).rejects.toMatchObject({
      message: 'There are several trainings here: “dogs”, “birds”. Say which one, as in /cancel dogs',
    });
    await expect(storyteller.stop(ALICE)).rejects.toMatchObject({ message: expect.stringMatching(/\/stop dogs$/) });
    expect(await storyteller.cancel(ALICE, 'BIRDS')).toBe('birds');
  });

  it('is stopped without a name where it is the only one that runs', async () => {
    const { storyteller, trainer } = await twoTrainings();
    await storyteller.train(BOB, { files: [textFile(BIRD)], corpus: 'birds', ...training });
    trainer.asked[2]?.send({ kind: 'preparing', what: 'x', share: null });
    await expect(storyteller.cancel(ALICE)).rejects.toMatchObject({ code: 'usage' });
    expect(await storyteller.stop(ALICE)).toBe('birds');
  });

  it('of another server is out of reach', async () => {
    const { storyteller, trainer } = await twoTrainings();
    await expect(storyteller.cancel(ALICE, 'birds')).rejects.toMatchObject({ code: 'unknown-corpus' });
    expect(trainer.trainings()).toHaveLength(2);
  });

  it('of a starter may be ended by who asked for it and by who sits at the machine, not by others who wait', async () => {
    for (const [asker, ended] of [
      [BOB, false],
      [ALICE, true],
      [{ ...EVE, server: LOCAL }, true],
    ] as const) {
      const { storyteller, trainer } = openHouse({ atOnce: false });
      const story = storyteller.tell(ALICE, { opening: 'the cat' }).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      const cancelled = await storyteller.cancel(asker, 'belling-the-cat').catch(({ code }) => code);
      expect(cancelled).toBe(ended ? 'belling-the-cat' : 'not-allowed');
      trainer.asked[0]?.send({ kind: 'cancelled' });
      await story;
    }
  });
});

describe('forget', () => {
  it("removes the asker's stories and all that learned from them, and trains what is left", async () => {
    const { storyteller, trainer, library } = openHouse();
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'both', ...training });
    await storyteller.train(BOB, { files: [textFile(BIRD)], corpus: 'both', ...training });
    await storyteller.train(BOB, { files: [textFile(BIRD)], corpus: 'birds', ...training });
    expect(await storyteller.forget(ALICE)).toEqual([{ corpus: 'both', stories: 1, versions: 2, left: 1 }]);
    expect((await library.read({ server: 'guild-1', name: 'both' })).map(({ text }) => text)).toEqual([BIRD]);
    expect(trainer.asked.at(-1)?.request).toMatchObject({ corpus: { name: 'both' }, reason: 'remainder' });
    expect(await storyteller.forget(ALICE)).toEqual([]);
    expect(await storyteller.forget(BOB, 'BIRDS')).toEqual([{ corpus: 'birds', stories: 1, versions: 1, left: 0 }]);
    expect(await storyteller.forget({ ...EVE, user: 'bob' })).toEqual([]);
  });

  it.each([null, 7, { corpus: null }])(
    'forgets all there is where a story or a conversation is kept as %j',
    async (kept) => {
      const { storyteller, library } = openHouse();
      await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
      const told = await storyteller.tell(ALICE, { opening: 'the dog', corpus: 'dogs' });
      await library.writeDocument('sessions', 'a'.repeat(32), kept);
      await library.writeDocument('conversations', 'a', kept);
      await expect(storyteller.retrieve(ALICE, 'a'.repeat(32))).rejects.toMatchObject({ code: 'usage' });
      expect(await storyteller.forget(ALICE)).toMatchObject([{ corpus: 'dogs', left: 0 }]);
      expect(await library.listDocuments('sessions')).toEqual([]);
      await expect(storyteller.retrieve(ALICE, told.id)).rejects.toMatchObject({ code: 'usage' });
    },
  );

  it('ends a training first that would bring the text back', async () => {
    const { storyteller, trainer } = openHouse({ atOnce: false });
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    await storyteller.train(BOB, { files: [textFile(BIRD)], corpus: 'birds', ...training });
    await storyteller.forget(ALICE);
    expect(trainer.asked.map(({ latest }) => latest.kind)).toEqual(['cancelled', 'queued']);
  });

  it('deletes what a surface keeps of its conversations about it, and nothing else', async () => {
    const { storyteller, library } = openHouse();
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    const { server } = ALICE;
    const kept = {
      a: { server, about: 'DOGS' },
      b: { server, about: 'birds' },
      c: { server },
      d: { server: 'x', about: 'dogs' },
    };
    for (const [key, value] of Object.entries(kept)) await library.writeDocument('conversations', key, value);
    await storyteller.forget(ALICE);
    expect((await library.listDocuments('conversations')).map(({ key }) => key)).toEqual(['b', 'c', 'd']);
  });

  it('deletes the stories that were told from it, also one that is being told', async () => {
    const { storyteller, library, tellers } = openHouse();
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    const { id } = await storyteller.tell(BOB, { opening: 'the dog', corpus: 'dogs' });
    const other = await storyteller.tell(BOB, { opening: 'the cat' });
    let open: () => void = () => undefined;
    if (tellers[0]) tellers[0].gate = new Promise<void>((resolve) => (open = resolve));
    const untold = storyteller.tell(BOB, { opening: 'the dog', corpus: 'dogs' });
    const unfinished = storyteller.continue(BOB, id);
    await new Promise((resolve) => setImmediate(resolve));
    await storyteller.forget(ALICE);
    open();
    await expect(untold).rejects.toMatchObject({ code: 'no-model' });
    await expect(unfinished).rejects.toMatchObject({ code: 'no-model' });
    expect((await library.listDocuments('sessions')).map(({ key }) => key)).toEqual([other.id]);
    expect(JSON.stringify(await library.listDocuments('sessions'))).not.toContain('dog');
    expect(tellers[0]?.disposed).toBe(true);
  });

  it('leaves no choice of a corpus that is gone, and says that it is gone', async () => {
    const gone: string[] = [];
    const { storyteller, library } = openHouse({ forgotten: async ({ server, name }) => void gone.push(server, name) });
    for (const name of ['dogs', 'both'])
      await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: name, ...training });
    await storyteller.train(BOB, { files: [textFile(BIRD)], corpus: 'both', ...training });
    await storyteller.train(EVE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    await storyteller.choose(ALICE, 'DOGS', 'channel');
    await storyteller.choose(ALICE, 'dogs', 'server');
    await storyteller.choose(BOB, 'both', 'channel');
    await storyteller.choose(EVE, 'dogs', 'channel');
    await library.writeDocument('settings', 'last training guild-1/dogs', { corpus: 'dogs' });
    expect(await storyteller.handedOver(ALICE)).toEqual([
      { corpus: 'both', stories: 1 },
      { corpus: 'dogs', stories: 1 },
    ]);
    await storyteller.forget(ALICE);
    expect(gone).toEqual(['guild-1', 'dogs']);
    expect((await library.listDocuments('settings')).map(({ key }) => key).sort()).toEqual([
      'channel guild-1 random',
      'channel guild-2 general',
      // The trainer's own.
      'last training guild-1/dogs',
    ]);
    expect(await storyteller.handedOver(ALICE)).toEqual([]);
  });

  it('leaves starters alone', async () => {
    const { storyteller } = openHouse();
    await expect(storyteller.forget(ALICE, 'belling-the-cat')).rejects.toMatchObject({ code: 'not-allowed' });
  });
});

describe('rollback', () => {
  it('goes to the version before, to a named one, and forward again', async () => {
    const { storyteller, library, pass } = openHouse();
    const ref = { server: 'guild-1', name: 'dogs' };
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    pass(1_000);
    const worse = await learn(library, ref, { keptOut: 'It came out worse.' });
    pass(1_000);
    const newest = await learn(library, ref);
    const first = await storyteller.rollback(ALICE, 'dogs');
    expect([
      first.id < worse.id,
      (await storyteller.tell(ALICE, { opening: '', corpus: 'dogs' })).modelVersion,
    ]).toEqual([true, first.id]);
    await expect(storyteller.rollback(ALICE, 'dogs')).rejects.toMatchObject({
      code: 'no-model',
      message: `“dogs” has no earlier model; there are: ${newest.id}, ${worse.id}, ${first.id}.`,
    });
    expect((await storyteller.rollback(ALICE, 'Dogs', newest.id)).id).toBe(newest.id);
    expect((await storyteller.tell(ALICE, { opening: '', corpus: 'dogs' })).modelVersion).toBe(newest.id);
    await expect(storyteller.rollback(ALICE, 'dogs', 'last week')).rejects.toMatchObject({ code: 'no-model' });
    await expect(storyteller.rollback(EVE, 'dogs')).rejects.toMatchObject({ code: 'unknown-corpus' });
    await expect(storyteller.rollback(ALICE, 'belling-the-cat')).rejects.toMatchObject({ code: 'not-allowed' });
  });
});

describe('stale', () => {
  it('is what the newest version has not read, whichever tells', async () => {
    const { storyteller, pass } = openHouse();
    const stale = async () => [
      (await storyteller.accuracy(ALICE, 'dogs')).stale,
      (await storyteller.corpora(ALICE)).find(({ name }) => name === 'dogs')?.stale,
    ];
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    pass(1_000);
    await storyteller.train(ALICE, { files: [textFile(BIRD)], corpus: 'dogs', ...training });
    await storyteller.rollback(ALICE, 'dogs');
    expect(await stale()).toEqual([false, false]);
  });

  it('is no starter that was never trained', async () => {
    const { storyteller } = openHouse();
    expect((await storyteller.corpora(ALICE)).map(({ stale }) => stale)).toEqual([false]);
  });
});

describe('an archive', () => {
  it('takes a corpus to another server, where it is trained', async () => {
    const { storyteller, trainer, library } = openHouse();
    await storyteller.train(ALICE, { files: [textFile(DOG)], corpus: 'dogs', ...training });
    const archive = await storyteller.exportCorpus(BOB, 'DOGS');
    await expect(storyteller.exportCorpus(EVE, 'dogs')).rejects.toMatchObject({ code: 'unknown-corpus' });
    const corpus = await storyteller.importCorpus(EVE, archive);
    expect(corpus).toMatchObject({ server: 'guild-2', name: 'dogs' });
    expect((await library.read(corpus)).map(({ text }) => text)).toEqual([DOG]);
    expect(trainer.asked.at(-1)?.request).toMatchObject({ corpus: { server: 'guild-2', name: 'dogs' } });
  });

  it('hides no starter behind an archive of its name, and takes it once', async () => {
    const { storyteller, library } = openHouse();
    const archive = await storyteller.exportCorpus(ALICE, 'belling-the-cat');
    for (const _ of ['once', 'twice']) {
      expect(await storyteller.importCorpus(ALICE, archive)).toMatchObject({ name: 'belling-the-cat 2' });
    }
    expect(await library.corpus(ALICE.server, 'belling-the-cat')).toMatchObject({ server: 'starters' });
  });

  it('takes no archive of a name that nobody can say', async () => {
    const { storyteller, library } = openHouse();
    const { corpus } = await library.addStories({ server: 'elsewhere', name: ' \t ' }, [story('The cat.')], 'append');
    const archive = await exportCorpus(library, corpus);
    await expect(storyteller.importCorpus(ALICE, archive)).rejects.toMatchObject({ code: 'usage' });
    expect((await library.corpora(ALICE.server)).filter(({ server }) => server === ALICE.server)).toEqual([]);
  });
});
