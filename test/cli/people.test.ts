/** What people read: names and times, advice, and what the log has to say. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TrainingDisplay } from '../../src/cli/training-display.ts';
import type { Corpus, Version } from '../../src/library/library.ts';
import type { AccuracyReport, CorpusOverview } from '../../src/story/storyteller.ts';
import { FakeSink, FIGURES, fakeHouse, fakeTraining, run, STORY, trainReply, VERSION } from './fakes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fabulist-people-'));
  await writeFile(join(folder, 'file'), 'plain text');
});
afterEach(() => rm(folder, { recursive: true }));

const older: Version = { ...VERSION, id: '20261123-010203-0000', createdAt: '2026-11-23T01:02:03.000Z' };
const record = { hash: '5a', fileName: 'a.txt', by: 'local', at: VERSION.createdAt, encoding: 'utf-8', bytes: 3 };
const fable: Corpus = {
  server: 'local',
  name: 'fable',
  stories: [record],
  hash: 'c0',
  changedAt: record.at,
};
const report: AccuracyReport = {
  corpus: fable,
  starter: false,
  telling: older,
  versions: { versions: [VERSION, older], damaged: [], telling: older.id },
  stale: false,
  nextRetrain: null,
  setAside: null,
  training: null,
};
const untrained = { ...report, telling: null, versions: { versions: [], damaged: [], telling: null }, stale: true };
const overview: CorpusOverview = {
  name: 'fable',
  starter: false,
  chosen: false,
  stories: 1,
  version: VERSION,
  stale: false,
};

describe('accuracy and rollback', () => {
  it('lists the versions with figures, times for people, and which one tells', async () => {
    const { out } = await run(['accuracy'], fakeHouse({ accuracy: async () => report }));
    expect(out.lines.slice(-2)).toEqual([
      '  1  20261124-215541-3f9a  24 November 2026, 21:55 UTC  accuracy 99.0 %',
      '  2  20261123-010203-0000  23 November 2026, 01:02 UTC  accuracy 99.0 %    tells',
    ]);
  });

  it('says what learns a corpus without a model', async () => {
    const { out } = await run(['accuracy'], fakeHouse({ accuracy: async () => untrained }));
    expect(out.lines).toEqual(['fable has not been trained yet: a story from it does that.']);
  });

  it.each([
    ['2', older.id],
    ['1', VERSION.id],
    ['20261123', older.id],
    [VERSION.id, VERSION.id],
    [undefined, undefined],
    ['nope', 'nope'],
  ])('rolls back to %s', async (typed, id) => {
    const asked: unknown[] = [];
    const house = fakeHouse({
      accuracy: async () => report,
      async rollback(_asker, _corpus, version) {
        asked.push(version);
        return older;
      },
    });
    const { out } = await run(['rollback', 'fable', ...(typed ? [typed] : [])], house);
    expect(asked).toEqual([id]);
    expect(out.text).toContain('trained 23 November 2026, 01:02 UTC');
  });

  it.each([
    ['3', 'fable has 2 model versions, so none has the number 3.'],
    ['0', 'fable has 2 model versions, so none has the number 0.'],
    ['2026', '2 versions of fable begin with 2026: say more of the id, or its number in the list of accuracy.'],
  ])('does not guess what %s means', async (typed, sentence) => {
    const { code, err } = await run(['rollback', 'fable', typed], fakeHouse({ accuracy: async () => report }));
    expect([code, err.text]).toEqual([1, `${sentence}\n`]);
  });
});

describe('what was never trained', () => {
  it('is told from what is stale', async () => {
    const house = fakeHouse({
      corpora: async () => [
        { ...overview, name: 'starter', starter: true, version: null, stale: false },
        { ...overview, version: null, stale: true },
        { ...overview, stale: true },
      ],
    });
    const { corpora } = JSON.parse((await run(['corpora', '--json'], house)).out.text);
    expect(corpora).toMatchObject([
      { trained: false, stale: false },
      { trained: false, stale: true },
      { trained: true, stale: true },
    ]);
  });
});

describe('names', () => {
  const evil = 'esc\x1b[31mred\nline\u202e';

  it('cannot command the terminal, and are cut in tables', async () => {
    const long = 'a'.repeat(60);
    const house = fakeHouse({
      corpora: async () => [
        { ...overview, name: evil },
        { ...overview, name: long },
      ],
    });
    const { out } = await run(['corpora'], house);
    expect(out.lines).toEqual([
      `   esc[31mred line                           1 story  accuracy 99.0 %`,
      `   ${'a'.repeat(39)}…  1 story  accuracy 99.0 %`,
    ]);
    const json = await run(['corpora', '--json'], house);
    expect(json.out.text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(JSON.parse(json.out.text).corpora[0].name).toBe(evil);
  });

  it('are harmless in stories, errors, trainings and their samples', async () => {
    const prose = { opening: 'Once\x1b[2J', continuation: ' upon\x9b31m a\x07 time' };
    const end = { kind: 'finished', version: { ...VERSION, figures: { ...FIGURES, sample: evil } } } as const;
    const house = fakeHouse({
      tell: async () => ({ ...STORY, corpus: evil, prose, replaced: [{ unknown: evil, known: evil }] }),
      train: async () => ({
        ...trainReply(
          fakeTraining(evil, [
            { kind: 'preparing', what: evil, share: 0 },
            { ...end, stopped: false },
          ]),
        ),
        already: [{ ...record, fileName: evil }],
      }),
    });
    for (const args of [['story'], ['train', 'file'], ['train', evil]]) {
      const { out, err } = await run(args, house, { folder });
      expect(out.text + err.text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    }
  });
});

describe('the log of a command that a person waits for', () => {
  const details = { corpus: fable, detail: 'the process ended with SIGKILL' };

  it.each([false, true])('is a plain sentence (terminal: %s)', async (terminal) => {
    const stderr = vi.spyOn(process.stderr, 'write');
    const { err } = await run(['corpora'], fakeHouse({ corpora: async () => [] }), {
      terminal,
      log(log) {
        log.warn(details, 'A training broke off');
        log.error({ err: new Error('secret') }, 'earlier trainings were not taken up');
        log.info({}, 'trained');
      },
    });
    expect(err.lines).toEqual([
      'The training broke off (SIGKILL); beginning again from where it was.',
      'Earlier trainings were not taken up.',
    ]);
    expect(stderr).not.toHaveBeenCalled();
    stderr.mockRestore();
  });

  it('stays JSON where LOG_LEVEL asks for it', async () => {
    const { err } = await run(['corpora'], fakeHouse({ corpora: async () => [] }), {
      // Above what is logged here, so that nothing is written to this process's own standard error.
      env: { LOG_LEVEL: 'fatal' },
      log: (log) => log.warn(details, 'A training broke off'),
    });
    expect(err.text).toBe('');
  });
});

describe('export and import', () => {
  it('says that a folder is a folder', async () => {
    const house = fakeHouse({ exportCorpus: async () => Buffer.from('archive') });
    const { code, err } = await run(['export', 'fable', '--out', folder], house);
    expect([code, err.text]).toEqual([1, `${folder} is a folder: name a file in it.\n`]);
    const whole = await run(['export', 'fable'], house, { folder });
    expect(whole.out.text).toBe(`Wrote fable to ${join(folder, 'fable.fabulist.gz')}.\n`);
  });

  it('says of a text that it is no archive', async () => {
    const { code, err } = await run(['import', 'file'], fakeHouse({}), { folder });
    expect([code, err.text]).toEqual([
      1,
      'file is not an archive that export wrote; train reads .txt, .md, .html and .epub files.\n',
    ]);
  });

  it.each([
    [
      [],
      untrained,
      ['fable has 1 story now, 1 of them new.', 'It has no model yet: the first story from it learns it.'],
    ],
    [[{ ...overview, name: 'Fable' }], report, ['fable had that story already.']],
    [
      [{ ...overview, stories: 0 }],
      { ...report, stale: true },
      ['fable has 1 story now, 1 of them new.', 'Its model has not read all of them yet: retrain does that.'],
    ],
  ] as const)('says what an import changed and what comes next (%#)', async (before, after, lines) => {
    await writeFile(join(folder, 'a.gz'), gzipSync('{}'));
    const house = fakeHouse({
      corpora: async () => [...before],
      importCorpus: async () => fable,
      accuracy: async () => after,
    });
    expect((await run(['import', 'a.gz'], house, { folder })).out.lines).toEqual(lines);
  });
});

it.each([false, true])('says a note at once, also above a bar that is taken away (terminal: %s)', (terminal) => {
  const sink = new FakeSink(terminal);
  const display = new TrainingDisplay(sink);
  display.work('Learning fable', 0.5);
  display.note('One\x1b sentence.');
  display.stop();
  expect(sink.text).toContain('One sentence.\n');
});
