/** `export --all` and `import --all` as people run them: files, an archive, PostgreSQL, and files again. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Program } from '../../src/cli/program.ts';
import { assemble } from '../../src/main.ts';
import { RHYME } from '../language/tiny.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../postgres.ts';
import { FakeSink } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'fabulist-moving-'));
const NAME = 'Zwölf Mäuse & Co.';
const QUICK = ['--units', '16', '--iterations', '5'];

describe.skipIf(!postgresPrograms())('moving everything by command', () => {
  let server: Postgres;
  let url: string;
  const told: string[] = [];

  /** Runs a command on files in a folder of that name, or on a database. */
  async function fabulist(where: string, ...args: string[]) {
    const [stdout, stderr] = [new FakeSink(), new FakeSink()];
    const library = where.startsWith('postgres:') ? { DATABASE_URL: where } : {};
    const data = library.DATABASE_URL ? 'cache' : where;
    const env = { ...library, FABULIST_DATA: join(folder, data), FABULIST_ENGINE: 'wasm' };
    const program = new Program({
      env,
      folder,
      dotenvFolder: folder,
      stdin: process.stdin,
      stdout,
      stderr,
      assemble,
    });
    return { code: await program.run(args), out: stdout.text, err: stderr.text };
  }

  const corpora = async (where: string) => JSON.parse((await fabulist(where, 'corpora', '--json')).out);
  const tell = async (where: string) => {
    const opening = ['the', 'cat', '--corpus', NAME, '--words', '12', '--seed', '7', '--temperature', '1', '--json'];
    const { text, modelVersion } = JSON.parse((await fabulist(where, 'story', ...opening)).out);
    return { text, modelVersion };
  };
  /** The stories of a folder, as they lie there: by the hash of their contents. */
  const stories = (where: string) =>
    readdirSync(join(folder, where, 'corpora'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.txt'))
      .sort()
      .map((path) => [path, readFileSync(join(folder, where, 'corpora', path)).toString('base64')]);
  /** Every line but the last, which is the checksum of them in their order; and the files of a version in any order. */
  const lines = (archive: string) =>
    gunzipSync(readFileSync(join(folder, archive)))
      .toString()
      .trimEnd()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
      .map(({ files, data, ...rest }) => ({
        ...rest,
        ...(files && { files: files.sort() }),
        // What weighs much is compared by what cannot be the same by chance.
        ...(data && { data: createHash('sha256').update(data).digest('hex') }),
      }))
      .map((line) => JSON.stringify(line))
      .sort();

  beforeAll(async () => {
    server = await startPostgres();
    url = await server.database('moving');
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`Söhne. ${RHYME}\r\n`, 'utf16le')]);
    writeFileSync(join(folder, 'rhyme.txt'), RHYME);
    writeFileSync(join(folder, 'söhne.txt'), utf16);
    for (const args of [
      ['train', 'rhyme.txt', 'söhne.txt', '--name', NAME, ...QUICK],
      ['train', 'söhne.txt', '--name', 'other', ...QUICK],
      ['corpora', '--use', NAME],
    ])
      expect(await fabulist('first', ...args)).toMatchObject({ code: 0 });
    return () => server.remove();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says what it wrote and what it read, and the same is there: corpora, stories byte for byte, what is told', async () => {
    const wrote = await fabulist('first', 'export', '--all', '--out', 'there.gz');
    expect(wrote).toMatchObject({ code: 0, err: '' });
    const [, amounts] = /^Wrote (2 corpora with 3 stories, 2 model versions, \d+ notes) to .*there\.gz\.\n$/.exec(
      wrote.out,
    ) as RegExpExecArray;
    const read = { code: 0, out: `Read ${amounts}.\n`, err: '' };
    expect(await fabulist(url, 'import', '--all', 'there.gz')).toEqual(read);
    expect(await fabulist(url, 'export', '--all', '--out', 'back.gz')).toMatchObject({ code: 0, err: '' });
    expect(await fabulist('last', 'import', '--all', 'back.gz')).toEqual(read);
    expect(await fabulist('last', 'export', '--all', '--out', 'again.gz')).toMatchObject({ code: 0, err: '' });
    expect(lines('back.gz')).toEqual(lines('there.gz'));
    expect(lines('again.gz')).toEqual(lines('there.gz'));
    expect(stories('last')).toEqual(stories('first'));
    expect(stories('first')).toHaveLength(3);
    const before = await corpora('first');
    expect(before.corpora.slice(0, 2)).toMatchObject([
      { name: 'other', chosen: false, stories: 1, trained: true },
      { name: NAME, chosen: true, stories: 2, trained: true },
    ]);
    expect([await corpora(url), await corpora('last')]).toEqual([before, before]);
    const story = await tell('first');
    told.push(story.text);
    expect(story.text.split(' ').length).toBeGreaterThan(5);
    expect([await tell(url), await tell('last')]).toEqual([story, story]);
  });

  it('once more doubles nothing', async () => {
    const before = await corpora(url);
    for (const where of [url, 'last'])
      expect(await fabulist(where, 'import', '--all', 'there.gz')).toMatchObject({ code: 0 });
    expect([await corpora(url), await corpora('last')]).toEqual([before, before]);
    expect(stories('last')).toEqual(stories('first'));
    expect((await tell(url)).text).toBe(told[0]);
  });

  it('refuses an archive that is damaged in one sentence, and nothing of it is there', async () => {
    const whole = readFileSync(join(folder, 'there.gz'));
    const turned = Buffer.from(whole);
    turned[whole.length >> 1] = (turned[whole.length >> 1] as number) ^ 1;
    const damaged = {
      'short.gz': whole.subarray(0, whole.length - 30),
      'turned.gz': turned,
      'text.gz': Buffer.from(RHYME),
    };
    const fresh = await server.database('fresh');
    const untouched = await corpora('untouched');
    for (const [name, bytes] of Object.entries(damaged)) {
      writeFileSync(join(folder, name), bytes);
      for (const where of [fresh, 'empty']) {
        const { code, out, err } = await fabulist(where, 'import', '--all', name);
        expect([code, out]).toEqual([1, '']);
        expect(err).toMatch(/^This is not a whole archive of a library: [^\n]*\. Export it again\.\n$/);
        expect(await corpora(where)).toEqual(untouched);
      }
    }
    expect(readdirSync(folder)).not.toContain('empty');
  });

  it('refuses what is not there, what is there already, and another library of the same names, in one sentence each', async () => {
    expect(await fabulist('last', 'import', '--all', 'nothing.gz')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^[^\n]*nothing\.gz[^\n]*\.\n$/),
    });
    expect(await fabulist('first', 'export', '--all', '--out', 'there.gz')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^there\.gz is there already: [^\n]*\.\n$/),
    });
    for (const args of [['export'], ['export', 'other', '--all']])
      expect(await fabulist('first', ...args)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/--all[^\n]*\.\n$/),
      });
    expect(await fabulist('third', 'train', 'rhyme.txt', '--name', 'other', ...QUICK)).toMatchObject({ code: 0 });
    const own = stories('third');
    const refused = await fabulist('third', 'import', '--all', 'there.gz');
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toMatch(/^[^\n]*other[^\n]*\.\n$/);
    expect(stories('third')).toEqual(expect.arrayContaining(own));
  });
});
