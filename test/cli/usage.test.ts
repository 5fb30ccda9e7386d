import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeHouse, refuse, run, STORY } from './fakes.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fabulist-usage-'));
  await mkdir(join(folder, 'stories'));
  await writeFile(join(folder, 'huge.txt'), '');
  // Sparse: 200 MB that take no room.
  await truncate(join(folder, 'huge.txt'), 200 * 1024 * 1024);
  await writeFile(join(folder, 'a.txt'), 'abc');
});
afterAll(() => rm(folder, { recursive: true }));

describe('wrong usage exits with 2 and one line', () => {
  it.each([
    [['nonsense'], "Unknown command 'nonsense'; --help shows what there is."],
    [['stroy'], "Unknown command 'stroy' (Did you mean story?)"],
    [['story', '--loud'], "Unknown option '--loud'; story --help shows what there is."],
    [['story', '--corpse', 'fable'], "Unknown option '--corpse' (Did you mean --corpus?)"],
    [['train'], "Missing required argument 'file'; train --help shows what there is."],
    [['rollback'], "Missing required argument 'corpus'; rollback --help shows what there is."],
    [
      ['accuracy', 'fable'],
      "Too many arguments for 'accuracy': expected 0 arguments but got 1; accuracy --help shows what there is.",
    ],
    [['story', '--words'], "Option '--words <n>' argument missing; story --help shows what there is."],
    [['story', '--words', 'many'], '--words must be a number, not "many".'],
    [['story', '--seed', '0x10'], '--seed must be a number, not "0x10".'],
    [['train', 'a.txt', '--seconds', '1e999'], '--seconds must be a number, not "1e999".'],
    [
      ['train', 'a.txt', '--recipe', 'cake'],
      "Option '--recipe <name>' argument 'cake' is invalid. Allowed choices are default, article.",
    ],
    [['train', 'a.txt', '--hold-out', '2'], '--hold-out must be a number from 0 to 0.5, not 2.'],
    [['help', 'nope'], "Unknown command 'nope'"],
    [['nonsense', '--help'], "Unknown command 'nonsense'"],
    [['--data', 'x', 'nonsense', '-h'], "Unknown command 'nonsense'"],
    [['esc\x1b[31mred'], "Unknown command 'esc[31mred'"],
    [['train', 'a.txt', '--window', '0'], '--window must be a whole number from 1 to 64, not 0.'],
    [['train', 'a.txt', '--units', '1.5'], '--units must be a whole number from 1 to 2048, not 1.5.'],
    [
      ['corpora', '--engine', 'gpu'],
      "Option '--engine <name>' argument 'gpu' is invalid. Allowed choices are auto, native, wasm.",
    ],
  ])('fabulist %j', async (args, sentence) => {
    const { code, out, err, configs } = await run([...args, '--json'], fakeHouse({}), { folder });
    expect(err.lines).toHaveLength(1);
    expect(err.text).toContain(sentence);
    expect([code, out.text, configs]).toEqual([2, '', []]);
  });

  it('a bad key of the environment', async () => {
    const { code, err } = await run(['corpora'], fakeHouse({}), { env: { TRAINERS: 'two' } });
    expect([code, err.text]).toEqual([2, 'TRAINERS must be a whole number from 1 to 64, not "two".\n']);
  });

  it('what the storyteller calls wrong usage', async () => {
    const house = fakeHouse({
      tell: async () => refuse('usage', 'words must be a whole number from 8 to 256, not 0.'),
    });
    const { code, out, err } = await run(['story', '--words', '0', '--json'], house);
    expect([code, out.text, err.text]).toEqual([2, '', '--words must be a whole number from 8 to 256, not 0.\n']);
  });

  it('no command at all shows the help on standard error', async () => {
    const { code, out, err } = await run([]);
    expect([code, out.text]).toEqual([2, '']);
    expect(err.text).toContain('Usage: fabulist');
  });
});

describe('a file that cannot be a story exits with 1 and one line, before the house is opened', () => {
  it.each([
    ['missing.txt', 'missing.txt does not exist: check the path.'],
    ['stories', 'stories is a folder: name the files in it.'],
    ['a.txt/b.txt', 'a.txt/b.txt does not exist: check the path.'],
    [
      'huge.txt',
      'huge.txt has 200 MB and at most 20 MB are taken: hand over a part of it, or raise FABULIST_MAX_UPLOAD.',
    ],
    ['/dev/null', '/dev/null is not a file: name a text file.'],
  ])('train %s', async (file, sentence) => {
    const { code, out, err, configs } = await run(['train', 'a.txt', file, '--json'], fakeHouse({}), { folder });
    expect([code, out.text, err.text, configs]).toEqual([1, '', `${sentence}\n`, []]);
  });
});

describe('what is asked of the whole', () => {
  it('--help and --version exit with 0', async () => {
    const help = await run(['train', '--help']);
    expect(help.code).toBe(0);
    expect(help.out.text).toContain('--hold-out <share>');
    // The options of the whole, too.
    for (const option of ['--json', '--data <dir>', '--engine <name>']) expect(help.out.text).toContain(option);
    expect(await run(['help', 'train'])).toMatchObject({ code: 0, out: { text: help.out.text } });
    expect((await run(['story', 'help'], fakeHouse({ tell: async () => STORY }))).code).toBe(0);
    expect(await run(['--version'])).toMatchObject({
      code: 0,
      out: { text: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) },
    });
  });

  it('--data and --engine reach the configuration, before or after the command, ahead of the environment', async () => {
    const house = fakeHouse({ corpora: async () => [] });
    const options = ['--data', folder, '--engine', 'wasm'];
    for (const args of [
      [...options, 'corpora'],
      ['corpora', ...options],
    ]) {
      const { configs } = await run(args, house, { env: { FABULIST_ENGINE: 'native', FABULIST_DATA: '/elsewhere' } });
      expect(configs[0]).toMatchObject({ dataFolder: folder, engine: 'wasm' });
    }
  });

  it('a defect is one line without a stack trace, and the house is closed all the same', async () => {
    const house = fakeHouse({ corpora: async () => Promise.reject(new TypeError('x is not a function')) });
    const { code, err } = await run(['corpora'], house);
    expect(code).toBe(1);
    expect(err.lines).toHaveLength(1);
    expect(err.text).toContain('went wrong inside Fabulist');
    expect(house.closed).toBe(1);
  });
});
