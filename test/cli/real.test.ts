/** The command line as people run it: real processes, on a data folder of their own. About 20 seconds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const FABLE = join(PROJECT, 'corpora/belling-the-cat.txt');
/** Learns next to nothing, in a second, on the engine that is always there. */
const QUICK = ['--engine', 'wasm', '--units', '16', '--iterations', '5'];

const folder = mkdtempSync(join(tmpdir(), 'fabulist-real-'));
const data = join(folder, 'data');
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[]): ChildProcess {
  const command = ['--import', './scripts/typescript.mjs', 'src/cli/index.ts', ...args, '--data', data];
  return spawn(process.execPath, command, { cwd: PROJECT, env: { ...process.env, LC_ALL: 'C' }, stdio: 'pipe' });
}

async function end(child: ChildProcess): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Resolves when a text has stood on standard error. */
async function said(child: ChildProcess, text: string): Promise<void> {
  let heard = '';
  for await (const [chunk] of on(child.stderr as NodeJS.EventEmitter, 'data')) {
    heard += chunk;
    if (heard.includes(text)) return;
  }
}

function fabulist(...args: string[]): Promise<Ended> {
  const child = start(args);
  child.stdin?.end();
  return end(child);
}

/** Processes that a process has started and that run still. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

function parentOf(pid: number): number | null {
  try {
    // "pid (name) state parent ...", and the name may hold anything, brackets too.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    // A process that has ended and that nobody has asked about yet is still listed: where esbuild's parent ends a moment
    // before it, that is for the machine's first process to do, and in a container it may never.
    return fields[0] === 'Z' ? null : Number(fields[1]);
  } catch {
    return null;
  }
}

describe('fabulist', () => {
  it('trains, tells, and judges what it has learned', async () => {
    const trained = await fabulist('train', FABLE, '--name', 'fable', '--json', ...QUICK);
    expect(trained.code).toBe(0);
    const training = JSON.parse(trained.out);
    expect(training).toMatchObject({ corpus: 'fable', engine: 'wasm', words: 204, vocabulary: 112, steps: 5 });
    expect(trained.err).toContain('Reading the stories');

    const told = await fabulist(
      'story',
      'Had',
      'a',
      'wizard',
      '--corpus',
      'fable',
      '--words',
      '9',
      '--json',
      '--engine',
      'wasm',
    );
    const story = JSON.parse(told.out);
    expect(story).toMatchObject({ corpus: 'fable', opening: 'Had a wizard', modelVersion: training.modelVersion });
    expect(story.continuation).toHaveLength(9);
    expect(story.replaced).toMatchObject([{ unknown: 'wizard' }]);

    const judged = JSON.parse((await fabulist('accuracy', '--corpus', 'fable', '--json')).out);
    expect(judged).toMatchObject({ corpus: 'fable', accuracy: training.accuracy, stale: false });
  });

  it('answers piped lines in order, one reply a line, and ends with its input', async () => {
    await fabulist('corpora', '--use', 'fable', '--json');
    const chat = start(['chat', '--engine', 'wasm']);
    chat.stdin?.end('/story had a general\n/accuracy\n/nonsense\n');
    const { code, out } = await end(chat);
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^had a general\b/),
      expect.stringContaining('fable'),
      expect.stringContaining('/nonsense'),
    ]);
  });

  it('stores nothing of a file that holds no story, and says why in one line', async () => {
    writeFileSync(join(folder, 'empty.txt'), '');
    writeFileSync(join(folder, 'three.txt'), 'one two three');
    writeFileSync(join(folder, 'picture.txt'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    for (const name of ['empty.txt', 'three.txt', 'picture.txt']) {
      const { code, out, err } = await fabulist('train', FABLE, join(folder, name), '--name', 'bad');
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(new RegExp(`^${name} .*\\.\\n$`));
    }
    const { corpora } = JSON.parse((await fabulist('corpora', '--json')).out);
    expect(corpora.map(({ name }: { name: string }) => name)).not.toContain('bad');
  });

  it('refuses numbers out of range and unknown corpora in one line', async () => {
    expect(await fabulist('story', '--words', '0')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^--words .*\n$/),
    });
    expect(await fabulist('story', '--temperature', '-1')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^--temperature .*\n$/),
    });
    expect(await fabulist('story', '--corpus', 'nope')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^.*nope.*\n$/),
    });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends at %s in the middle of a training: says how it goes on, keeps what it was handed, leaves no process behind',
    async (signal, code) => {
      const child = start(['train', FABLE, '--name', 'long', '--engine', 'wasm', '--recipe', 'article']);
      const ended = end(child);
      await said(child, 'Learning long');
      const children = childrenOf(child.pid as number);
      expect(children).not.toEqual([]);
      child.kill(signal);
      const { code: given, out, err } = await ended;
      expect([given, out]).toEqual([code, '']);
      expect(err.trimEnd().split('\n').at(-1)).toMatch(/^Fabulist was .*goes on at the next start\.$/);
      await vi.waitFor(() => expect(children.filter((pid) => parentOf(pid) !== null)).toEqual([]), 20_000);
      // What it was handed and what was asked of it are there for the next start, and no half of a model.
      const library = new FileLibrary({ dataFolder: data, starterFolder: join(PROJECT, 'corpora') });
      const ref = { server: 'local', name: 'long' };
      expect((await library.read(ref)).map(({ text }) => text)).toEqual([readFileSync(FABLE, 'utf8')]);
      expect((await library.versions(ref)).versions).toEqual([]);
      const requests = await library.listDocuments('requests');
      expect(requests.map(({ value }) => value)).toMatchObject([
        { request: { corpus: ref, options: { name: 'article' } } },
      ]);
      await library.close();
    },
  );
});
