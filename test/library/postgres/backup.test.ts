import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../postgres.ts';
import { story, textOf, versionFor } from '../fixtures.ts';
import { starterFolder, temporaryFolder } from '../folders.ts';

const mice = { server: 'guild', name: 'Mice' };
const programs = postgresPrograms();

describe.skipIf(!programs)('a backup of the database, as docs/operating.md says', () => {
  let server: Postgres;

  beforeAll(async () => {
    server = await startPostgres();
    return () => server.remove();
  });

  it('brings everything back, and goes on from there', async () => {
    const folders = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder() };
    const url = await server.database('before');
    const library = await PostgresLibrary.open({ url, ...folders });
    const { corpus } = await library.addStories(mice, [story('one'), story('nul\0 and 🐭')], 'append');
    const { id } = await library.addVersion(mice, versionFor(corpus, 'weights'));
    await library.writeDocument('settings', 'a', { corpus: 'Mice' });
    const dump = join(folders.dataFolder, 'fabulist.dump');
    const run = (program: string, args: string[]) =>
      execFileSync(join(programs ?? '', program), args, { stdio: 'pipe' });
    run('pg_dump', ['--format=custom', `--file=${dump}`, url]);
    // Later than the backup.
    await library.deleteCorpus(mice);
    await library.close();
    const restored = await server.database('after');
    run('pg_restore', [`--dbname=${restored}`, '--no-owner', dump]);
    const after = await PostgresLibrary.open({ url: restored, ...folders });
    expect((await after.read(mice)).map(({ text }) => text)).toEqual(['one', 'nul\0 and 🐭']);
    expect(textOf((await after.readVersion(mice, id))['weights.bin'])).toBe('weights');
    expect(await after.readDocument('settings', 'a')).toEqual({ corpus: 'Mice' });
    await after.addStories(mice, [story('two')], 'append');
    expect((await after.addVersion(mice, versionFor(corpus))).id > id).toBe(true);
    await after.close();
  });
});
