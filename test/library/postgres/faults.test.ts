import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { TrainingClaim } from '../../../src/library/library.ts';
import { PostgresLibrary, type PostgresLibraryOptions } from '../../../src/library/postgres/postgres-library.ts';
import { PASSWORD, type Postgres, postgresPrograms, startPostgres } from '../../postgres.ts';
import { story, textOf, versionFor } from '../fixtures.ts';
import { starterFolder, temporaryFolder } from '../folders.ts';
import { emptied, tablesWith } from './tables.ts';

const mice = { server: 'guild', name: 'Mice' };
const SENTENCE = /^[A-Z][^\n]*\.$/;

describe.skipIf(!postgresPrograms())('PostgresLibrary', () => {
  let server: Postgres;
  let url: string;

  beforeAll(async () => {
    server = await startPostgres();
    url = await server.database('faults');
    return () => server.remove();
  });

  async function open(options: Partial<PostgresLibraryOptions> = {}): Promise<PostgresLibrary> {
    const folders = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder() };
    const library = await PostgresLibrary.open({ url, ...folders, ...options });
    onTestFinished(() => library.close());
    return library;
  }

  describe('what stands between it and the database', () => {
    it.each([
      [
        'a wrong password',
        (right: string) => right.replace(encodeURIComponent(PASSWORD), 'guess'),
        'storage',
        'password',
      ],
      ['an unknown database', (right: string) => `${right}-not`, 'storage', 'createdb'],
      ['no server', () => 'postgres://fabulist:x@127.0.0.1:9/faults', 'unavailable', 'cannot be reached'],
      ['an unknown host', () => 'postgres://fabulist:x@nowhere.invalid/faults', 'unavailable', 'cannot be reached'],
    ])('says in one sentence that there is %s', async (_, change, code, word) => {
      const failure = { code, message: expect.stringMatching(SENTENCE) };
      const opening = open({ url: change(url) });
      await expect(opening).rejects.toMatchObject(failure);
      await expect(opening).rejects.toThrow(word);
      await expect(opening).rejects.not.toThrow('guess');
    });

    it('rides out a restart, a crash, and connections that are cut', async () => {
      const library = await emptied(await open());
      await library.addStories(mice, [story('one')], 'append');
      server.restart();
      await library.addStories(mice, [story('two')], 'append');
      server.crash();
      expect(await library.read(mice)).toHaveLength(2);
      const all = Array.from({ length: 40 }, (_, index) => story(`story ${index}`));
      const uploads = all.map((one) => library.addStories(mice, [one], 'append'));
      const killer = await open();
      for (let cuts = 0; cuts < 5; cuts++) {
        await killer.database.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = 'faults' and pid <> pg_backend_pid() and application_name = 'fabulist'`,
        );
      }
      const added = (await Promise.all(uploads)).map((one) => one.added.length);
      // Each exactly once, and each knows that it was the one who added it.
      expect(added).toEqual(all.map(() => 1));
      expect(await library.read(mice)).toHaveLength(42);
    });

    it('says so when the database stays away, and works again when it is back', async () => {
      const library = await emptied(await open({ patience: 300 }));
      await library.addStories(mice, [story('one')], 'append');
      server.stop();
      const away = { code: 'unavailable', message: expect.stringMatching(SENTENCE) };
      await expect(library.corpora('guild')).rejects.toMatchObject(away);
      await expect(library.addStories(mice, [story('two')], 'append')).rejects.toMatchObject(away);
      server.start();
      expect((await library.addStories(mice, [story('two')], 'append')).corpus.stories).toHaveLength(2);
    });

    it('does what was asked once, also when the answer to its commit is lost', async () => {
      const library = await emptied(await open());
      const { corpus } = await library.addStories(mice, [story('one')], 'append');
      let lost = 0;
      const commit = pg.Client.prototype.query;
      onTestFinished(() => {
        pg.Client.prototype.query = commit;
      });
      // The server commits, and the answer never comes.
      pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
        const answer = Reflect.apply(commit, this, args) as Promise<unknown>;
        if (args[0] !== 'commit' || lost++ > 0) return answer;
        return answer.then(() => {
          throw new Error('Connection terminated unexpectedly');
        });
      } as typeof commit;
      const version = await library.addVersion(mice, versionFor(corpus));
      expect(lost).toBeGreaterThan(0);
      expect((await library.versions(mice)).versions).toEqual([version]);
    });
  });

  describe('a disk of the database that is full', () => {
    const disk = mkdtempSync(path.join(tmpdir(), 'fabulist-full-'));
    const mounted = (() => {
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', disk], { stdio: 'pipe' });
        return true;
      } catch {
        console.log('A full disk is not tried: mounting a small one needs root on Linux.');
        return false;
      }
    })();

    it.skipIf(!mounted)('is one sentence; nothing is half-written, and it works again', async () => {
      onTestFinished(() => {
        execFileSync('umount', [disk]);
        rmdirSync(disk);
      });
      // The tables alone: a server that cannot write its log stops, which is another case, above.
      execFileSync('chown', ['postgres', disk]);
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      await client.connect();
      await client.query(`create tablespace small location '${disk}'`);
      await client.query('create database full_disk tablespace small');
      const library = await open({ url: await server.database('full_disk') });
      await library.addStories(mice, [story('one')], 'append');
      const before = await library.corpus('guild', 'Mice');
      const ballast = path.join(disk, 'ballast');
      const { bavail, bsize } = statfsSync(disk);
      await writeFile(ballast, Buffer.alloc(bavail * bsize - 2_000_000));
      const noise = Array.from({ length: 600_000 }, () => Math.random().toString(36)).join('');
      const full = { code: 'disk-full', message: expect.stringMatching(SENTENCE) };
      await expect(library.addStories(mice, [story(noise)], 'append')).rejects.toMatchObject(full);
      expect(await library.corpus('guild', 'Mice')).toEqual(before);
      rmSync(ballast);
      await library.addStories(mice, [story('two')], 'append');
      expect(await library.read(mice)).toHaveLength(2);
      await library.close();
      await client.query('drop database full_disk');
      await client.query('drop tablespace small');
      await client.end();
    });
  });

  describe('claims', () => {
    it('are taken over from a holder that gives no sign of life, who can then write nothing', async () => {
      const [one, two] = [await emptied(await open({ lease: 150 })), await open({ lease: 150 })];
      const { corpus } = await one.addStories(mice, [story('one')], 'append');
      // A server that has just started lets a lease pass first.
      const first = (await one.claimTraining(mice)) as TrainingClaim;
      expect(await two.claimTraining(mice)).toBeUndefined();
      // As of a process that is stopped: its signs of life stay away.
      await one.database.query("update fabulist.claims set until = now() - interval '1 s'");
      const second = await two.claimTraining(mice);
      expect(second?.held()).toBe(true);
      await expect(one.addVersion(mice, versionFor(corpus), first)).rejects.toMatchObject({ code: 'cancelled' });
      await expect(one.saveCheckpoint(mice, { a: Buffer.from('1') }, first)).rejects.toMatchObject({
        code: 'cancelled',
      });
      expect(first.held()).toBe(false);
      expect((await one.versions(mice)).versions).toEqual([]);
      await two.addVersion(mice, versionFor(corpus), second);
      expect((await one.versions(mice)).versions).toHaveLength(1);
    });

    it('live on while their holder does, and notice when they are taken', async () => {
      const [one, two] = [await emptied(await open({ lease: 300 })), await open({ lease: 300 })];
      await one.addStories(mice, [story('one')], 'append');
      const claim = (await one.claimTraining(mice)) as TrainingClaim;
      const until = async () =>
        (await one.database.query<{ until: Date }>('select until from fabulist.claims'))[0]?.until;
      const begun = await until();
      await expect.poll(until).not.toEqual(begun);
      expect(await two.claimTraining(mice)).toBeUndefined();
      expect(await two.forget('guild', 'ann')).toHaveLength(1);
      await expect.poll(() => claim.held()).toBe(false);
    });
  });

  describe('damage', () => {
    it('of a story is named, and mended when it is handed over again', async () => {
      const library = await emptied(await open());
      await library.addStories(mice, [story('one'), story('two')], 'append');
      await library.database.query("update fabulist.story_parts set bytes = 'changed' where bytes = 'one'");
      const damaged = { code: 'storage', message: expect.stringContaining('“one.txt”') };
      await expect(library.read(mice)).rejects.toMatchObject(damaged);
      await library.addStories(mice, [story('one')], 'append');
      expect((await library.read(mice)).map(({ text }) => text)).toEqual(['one', 'two']);
    });

    it('of a version is found by its checksum; the one before tells', async () => {
      const library = await emptied(await open());
      const { corpus } = await library.addStories(mice, [story('one')], 'append');
      const first = await library.addVersion(mice, versionFor(corpus));
      const second = await library.addVersion(mice, versionFor(corpus, 'newer'));
      await library.database.query("update fabulist.file_parts set bytes = 'worse' where bytes = 'newer'");
      const damaged = { code: 'storage', message: expect.stringContaining('differs from its checksum') };
      await expect(library.readVersion(mice, second.id)).rejects.toMatchObject(damaged);
      expect(await library.versions(mice)).toMatchObject({
        versions: [{ id: first.id }],
        damaged: [{ id: second.id }],
        telling: first.id,
      });
      await expect(library.tellFrom(mice, second.id)).rejects.toMatchObject({ code: 'no-model' });
      for (let count = 0; count < 5; count++) await library.addVersion(mice, versionFor(corpus));
      expect(await library.versions(mice)).toMatchObject({ versions: { length: 5 }, damaged: [] });
    });
  });

  describe('large weights', () => {
    const weights = Buffer.alloc(3_000_000, 'weights that are large ');
    const cacheOf = (folder: string) => path.join(folder, 'models', '.cache');

    it('are kept in rows of 256 kB to 1 MB, and on the local disk checked', async () => {
      const dataFolder = await temporaryFolder();
      const library = await emptied(await open({ dataFolder }));
      const { corpus } = await library.addStories(mice, [story('one')], 'append');
      const version = { ...versionFor(corpus), files: { 'weights.bin': weights } };
      const { id } = await library.addVersion(mice, version);
      const sizes = await library.database.query<{ size: number }>(
        'select octet_length(bytes) as size from fabulist.file_parts',
      );
      expect(sizes.length).toBeGreaterThan(2);
      for (const { size } of sizes) expect(size).toSatisfy((bytes: number) => bytes >= 256_000 && bytes <= 1_048_576);
      const read = async () => Buffer.from((await library.readVersion(mice, id))['weights.bin'] ?? []);
      expect((await read()).equals(weights)).toBe(true);
      const [name = ''] = readdirSync(cacheOf(dataFolder));
      expect((await readFile(path.join(cacheOf(dataFolder), name))).equals(weights)).toBe(true);
      // From the disk: the database has it no longer.
      await library.database.query('delete from fabulist.file_parts');
      expect((await read()).equals(weights)).toBe(true);
      await writeFile(path.join(cacheOf(dataFolder), name), 'damaged');
      await expect(read()).rejects.toMatchObject({ code: 'storage' });
    });

    it('leave the local disk when they are forgotten, here and elsewhere', async () => {
      const [here, there] = [await temporaryFolder(), await temporaryFolder()];
      const [one, two] = [await emptied(await open({ dataFolder: here })), await open({ dataFolder: there })];
      const { corpus } = await one.addStories(mice, [story('a secret of ann')], 'append');
      const learned = {
        ...versionFor(corpus),
        files: { 'weights.bin': weights, 'text.bin': Buffer.from('a secret of ann') },
      };
      const { id } = await one.addVersion(mice, learned);
      for (const library of [one, two]) await library.readVersion(mice, id);
      expect([readdirSync(cacheOf(here)), readdirSync(cacheOf(there))]).toMatchObject([{ length: 1 }, { length: 1 }]);
      await one.forget('guild', 'ann');
      await one.close();
      expect(await tablesWith(two, 'a secret of ann')).toEqual([]);
      expect(textOf(weights).length).toBe(3_000_000);
      await two.close();
      expect(readdirSync(cacheOf(here))).toEqual([]);
      // The other process hears of it at its next reading, at the latest after an hour or at its next start.
      const again = await open({ dataFolder: there });
      const { corpus: other } = await again.addStories(mice, [story('two')], 'append');
      const next = await again.addVersion(mice, {
        ...versionFor(other),
        files: { 'weights.bin': Buffer.alloc(100_000) },
      });
      await again.readVersion(mice, next.id);
      await again.close();
      expect(readdirSync(cacheOf(there))).toHaveLength(1);
    });
  });
});
