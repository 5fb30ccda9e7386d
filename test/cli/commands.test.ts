import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccuracyReport, StoryRequest, TrainRequest } from '../../src/story/storyteller.ts';
import { FIGURES, fakeHouse, fakeTraining, progress, refuse, run, STORY, trainReply, VERSION } from './fakes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fabulist-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('story', () => {
  it('prints one JSON object with the keys of the design, and nothing else', async () => {
    const { code, out, err } = await run(
      ['story', 'had', 'a', 'wizard', '--json'],
      fakeHouse({ tell: async () => STORY }),
    );
    expect([code, err.text]).toEqual([0, '']);
    const { id: _id, parts: _parts, prose, ...rest } = STORY;
    expect(JSON.parse(out.text)).toEqual({ ...rest, text: prose.opening + prose.continuation });
  });

  it('asks for what the options say, and leaves the rest to the storyteller', async () => {
    const asked: StoryRequest[] = [];
    const house = fakeHouse({
      async tell(_asker, request) {
        asked.push(request);
        return STORY;
      },
    });
    await run(
      ['story', 'Once', 'upon', '--corpus', 'fable', '--words', '8', '--temperature', '0.5', '--seed', '7'],
      house,
    );
    await run(['story'], house);
    expect(asked[0]).toEqual({ opening: 'Once upon', corpus: 'fable', words: 8, temperature: 0.5, seed: 7 });
    expect(asked[1]).toEqual({
      opening: '',
      corpus: undefined,
      words: undefined,
      temperature: undefined,
      seed: undefined,
    });
  });

  it('sets the opening in bold on a terminal, breaks lines between words, and says what was replaced and copied', async () => {
    const replaced = [...STORY.replaced, { unknown: '☂', known: '' }];
    const house = fakeHouse({ tell: async () => ({ ...STORY, replaced }) });
    const { out } = await run(['story', 'had a wizard'], house, { terminal: true });
    const bold = out.text.split('\x1b[22m')[0];
    expect(bold).toBe('\x1b[1mHad a wizard');
    expect(out.text).toContain('council to consider what measures they could\ntake');
    expect(out.text).toContain('"wizard" is not in belling-the-cat; "general" stood in for it.');
    expect(out.text).toContain('"☂" was left out.');
    expect(out.text).toContain('is 12 words, marks not counted. Of every 100 runs of four words, 25 are new.');
  });

  it('writes plain text where there is no terminal', async () => {
    const { out } = await run(['story', 'had a wizard'], fakeHouse({ tell: async () => STORY }));
    expect(out.text).not.toContain('\x1b');
    expect(out.lines[0]).toBe(STORY.prose.opening + STORY.prose.continuation);
  });

  it('shows the training of a starter that had no model', async () => {
    const house = fakeHouse({
      async tell(_asker, _request, onTraining) {
        onTraining?.(
          fakeTraining('belling-the-cat', [
            progress(0.1, 'The cat.'),
            { kind: 'finished', version: VERSION, stopped: false },
          ]),
        );
        return STORY;
      },
    });
    const { err } = await run(['story', '--json'], house);
    expect(err.text).toContain('Learning belling-the-cat: 10 %');
    expect(err.text).toContain('It tells: The cat.');
  });
});

describe('train', () => {
  const done = { kind: 'finished', version: VERSION, stopped: false } as const;

  it('says why a story that is called like a starter is stored under another name', async () => {
    await writeFile(join(folder, 'fable.txt'), 'abc');
    const train = (name: string) =>
      run(['train', 'fable.txt'], fakeHouse({ train: async () => trainReply(fakeTraining(name, [done])) }), { folder });
    const note = 'A starter corpus has that name already: your story is in fable 2.\n';
    expect((await train('fable 2')).err.text).toBe(note);
    expect((await train('fable')).err.text).toBe('');
  });

  it('hands over the files and prints the keys of the design', async () => {
    await writeFile(join(folder, 'a.txt'), 'abc');
    const asked: TrainRequest[] = [];
    const house = fakeHouse({
      async train(_asker, request) {
        asked.push(request);
        return trainReply(fakeTraining('fable', [done]));
      },
    });
    const options = ['--name', 'fable', '--clean', '--recipe', 'article', '--hold-out', '0.2', '--iterations', '9'];
    const { code, out } = await run(['train', 'a.txt', ...options, '--json'], house, { folder });
    expect(code).toBe(0);
    expect(asked[0]).toMatchObject({ corpus: 'fable', mode: 'clean' });
    expect(asked[0]?.options).toEqual({ name: 'article', holdOut: 0.2, iterations: 9 });
    expect(asked[0]?.files).toEqual([{ fileName: 'a.txt', bytes: Buffer.from('abc') }]);
    const { sampleText: _sampleText, ...figures } = FIGURES;
    expect(JSON.parse(out.text)).toMatchObject({
      ...figures,
      corpus: 'fable',
      modelVersion: VERSION.id,
      encoding: 'utf-8',
    });
  });

  it("passes the article's log lines on to standard error", async () => {
    await writeFile(join(folder, 'a.txt'), 'abc');
    const log = { kind: 'log', line: 'Iter= 1000, Average Loss= 4.428141, Average Accuracy= 5.10%' } as const;
    const house = fakeHouse({ train: async () => trainReply(fakeTraining('a', [log, done])) });
    const { err } = await run(['train', 'a.txt', '--recipe', 'article'], house, { folder });
    expect(err.lines).toContain(log.line);
  });

  it.each([
    [
      { kind: 'failed', message: 'The disk is full: free some space.', setAside: false } as const,
      'The disk is full: free some space.',
    ],
    [{ kind: 'cancelled' } as const, 'The training was cancelled; its progress is forgotten.'],
  ])('exits with 1 after a training that ended without a model', async (event, sentence) => {
    await writeFile(join(folder, 'a.txt'), 'abc');
    const house = fakeHouse({ train: async () => trainReply(fakeTraining('a', [event])) });
    const { code, out, err } = await run(['train', 'a.txt', '--json'], house, { folder });
    expect([code, out.text, err.text]).toEqual([1, '', `${sentence}\n`]);
  });
});

describe('accuracy', () => {
  const corpus = { server: 'local', name: 'fable', stories: [], hash: 'c0', changedAt: VERSION.createdAt };
  const report: AccuracyReport = {
    corpus,
    starter: false,
    telling: VERSION,
    versions: { versions: [VERSION], damaged: [], telling: VERSION.id },
    stale: true,
    nextRetrain: '2026-11-25T02:00:00.000Z',
    setAside: null,
    training: null,
  };

  it('prints the keys of the design', async () => {
    const { out } = await run(['accuracy', '--json'], fakeHouse({ accuracy: async () => report }));
    const { accuracy, loss, perplexity, heldOutPerplexity, words, vocabulary, sample } = FIGURES;
    expect(JSON.parse(out.text)).toMatchObject({
      ...{ corpus: 'fable', accuracy, loss, perplexity, heldOutPerplexity, words, vocabulary, sample },
      ...{ trainedAt: VERSION.createdAt, stale: true, nextRetrain: report.nextRetrain },
      versions: [{ id: VERSION.id, telling: true, accuracy }],
    });
  });

  it('speaks plainly to a person, also of a corpus without a model', async () => {
    const { out } = await run(['accuracy'], fakeHouse({ accuracy: async () => report }));
    expect(out.text).toContain('99.0 % on what it read');
    expect(out.text).toContain('Its stories have changed since');
    const untrained = { ...report, telling: null, versions: { versions: [], damaged: [], telling: null } };
    const none = await run(['accuracy'], fakeHouse({ accuracy: async () => untrained }));
    expect(none.out.lines[0]).toBe('fable has no stories: train gives it some.');
  });
});

describe('corpora', () => {
  it('chooses, then lists', async () => {
    const chosen: string[] = [];
    const house = fakeHouse({
      async choose(_asker, corpus, scope) {
        chosen.push(`${corpus} for the ${scope}`);
      },
      corpora: async () => [
        { name: 'fable', starter: false, chosen: true, stories: 1, version: VERSION, stale: false },
        { name: 'belling-the-cat', starter: true, chosen: false, stories: 1, version: null, stale: true },
      ],
    });
    const { out } = await run(['corpora', '--use', 'fable'], house);
    expect(chosen).toEqual(['fable for the server']);
    expect(out.lines).toEqual([
      '*  fable            1 story  accuracy 99.0 %',
      '   belling-the-cat  starter  not trained yet',
    ]);
  });
});

describe('forget', () => {
  it('deletes, learns again what is left, and says both', async () => {
    const relearned = fakeTraining('fable', [progress(0.5), { kind: 'finished', version: VERSION, stopped: false }]);
    const house = fakeHouse({ forget: async () => [{ corpus: 'fable', stories: 2, versions: 1, left: 3 }] }, [
      relearned,
    ]);
    const { out, err } = await run(['forget', '--yes'], house);
    expect(out.lines).toEqual(['fable: deleted 2 stories and 1 model version, 3 left.']);
    expect(err.text).toContain('Learning fable');
  });
});

describe('retrain', () => {
  it('says what came of every corpus', async () => {
    const corpus = { server: 'local', name: 'fable' };
    const report = { corpus, storiesRead: 1, before: VERSION, after: VERSION, problem: null, reportTo: null };
    const house = {
      ...fakeHouse({}),
      retrain: async () => [
        report,
        { ...report, storiesRead: 2, problem: 'its accuracy is 9.0 %, the one before had 99.0 %' },
      ],
    };
    const { out } = await run(['retrain'], house);
    expect(out.lines).toEqual([
      'fable: read 1 new story; accuracy 99.0 %, was 99.0 %.',
      'fable: read 2 new stories; the new model does not tell: its accuracy is 9.0 %, the one before had 99.0 %.',
    ]);
    const { retrained } = JSON.parse((await run(['retrain', '--json'], house)).out.text);
    expect(retrained[0]).toMatchObject({ server: 'local', corpus: 'fable', before: { accuracy: 0.99 }, problem: null });
  });
});

describe('retrain --server and --schedule', () => {
  const next = new Date('2026-11-25T05:00:00Z');
  const scheduling = () => {
    const calls: unknown[][] = [];
    const house = {
      ...fakeHouse({}),
      schedule: async (...args: unknown[]) => {
        calls.push(args);
        return JSON.stringify(args[1]) === '{"cron":null}' ? null : next;
      },
    };
    return { calls, house };
  };

  it('retrains one server', async () => {
    const servers: (string | undefined)[] = [];
    const house = {
      ...fakeHouse({}),
      async retrain(_onTraining: unknown, server?: string) {
        servers.push(server);
        return [];
      },
    };
    await run(['retrain', '--server', 'slack:T1'], house);
    await run(['retrain'], house);
    expect(servers).toEqual(['slack:T1', undefined]);
  });

  it('sets when a server is retrained, takes it back, and says when the next run is', async () => {
    const { calls, house } = scheduling();
    const env = { RETRAIN_TIMEZONE: 'Europe/Berlin', RETRAIN_CRON: '0 4 * * *' };
    const set = await run(['retrain', '--schedule', '0 6 * * *'], house, { env });
    expect(set.out.lines).toEqual([
      'local is retrained at 0 6 * * * (Europe/Berlin).',
      'Next run: 25 November 2026, 05:00 UTC',
    ]);
    const tokyo = ['--schedule', '0 6 * * *', '--timezone', 'Asia/Tokyo', '--server', 'slack:T1', '--json'];
    expect(JSON.parse((await run(['retrain', ...tokyo], house, { env })).out.text)).toEqual({
      server: 'slack:T1',
      own: true,
      cron: '0 6 * * *',
      timezone: 'Asia/Tokyo',
      nextRun: next.toISOString(),
    });
    const off = await run(['retrain', '--schedule', 'off'], house, { env });
    expect(off.out.lines).toEqual(['local is not retrained by itself.']);
    const common = await run(['retrain', '--schedule', 'default'], house, { env });
    expect(common.out.lines).toEqual([
      'local is retrained at 0 4 * * * (Europe/Berlin), as every server without a schedule of its own.',
      'Next run: 25 November 2026, 05:00 UTC',
    ]);
    expect(calls).toEqual([
      ['local', { cron: '0 6 * * *', timezone: 'Europe/Berlin' }],
      ['slack:T1', { cron: '0 6 * * *', timezone: 'Asia/Tokyo' }],
      ['local', { cron: null }],
      ['local', null],
    ]);
  });

  it.each([
    [
      ['--schedule', '0 25 * * *'],
      '--schedule must be a cron expression of five or six fields, "off" or "default", not "0 25 * * *".',
    ],
    [['--schedule', ''], '--schedule must be a cron expression of five or six fields, "off" or "default", not "".'],
    [
      ['--schedule', '0 6 * * *', '--timezone', 'Mars'],
      '--timezone must be a time zone such as Europe/Berlin, not "Mars".',
    ],
    [['--schedule', 'off', '--timezone', 'UTC'], '--timezone goes with a cron expression, not with --schedule off.'],
    [['--timezone', 'UTC'], '--timezone goes with --schedule: name a cron expression there.'],
    [['--server', ''], '--server must be the id of a server, not "".'],
  ])('refuses %j with one line, before the house is opened', async (args, sentence) => {
    const { code, out, err, configs } = await run(['retrain', ...args, '--json'], fakeHouse({}));
    expect([code, out.text, err.text, configs]).toEqual([2, '', `${sentence}\n`, []]);
  });
});

describe('export and import', () => {
  it('writes an archive under a name that a file may have, never over another file', async () => {
    const house = fakeHouse({ exportCorpus: async () => Buffer.from('archive') });
    const first = await run(['export', 'a/b: c', '--json'], house, { folder });
    expect(JSON.parse(first.out.text)).toEqual({
      corpus: 'a/b: c',
      file: join(folder, 'a-b- c.fabulist.gz'),
      bytes: 7,
    });
    expect(await readFile(join(folder, 'a-b- c.fabulist.gz'), 'utf8')).toBe('archive');
    const second = await run(['export', 'a/b: c'], house, { folder });
    expect([second.code, second.err.text]).toEqual([
      1,
      'a-b- c.fabulist.gz is there already: move it away, or name another file.\n',
    ]);
  });

  it('leaves no file for a corpus that is not there', async () => {
    const house = fakeHouse({ exportCorpus: async () => refuse('unknown-corpus', 'There is no corpus named x.') });
    expect((await run(['export', 'x'], house, { folder })).code).toBe(1);
    expect(existsSync(join(folder, 'x.fabulist.gz'))).toBe(false);
  });
});
