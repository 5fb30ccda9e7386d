import { readdirSync } from 'node:fs';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../postgres.ts';
import { starterFolder, temporaryFolder } from '../folders.ts';
import { startChild } from '../processes.ts';

describe.skipIf(!postgresPrograms())('the tables of the database', () => {
  let server: Postgres;

  beforeAll(async () => {
    server = await startPostgres();
    return () => server.remove();
  });

  const options = async (url: string) => ({
    url,
    dataFolder: await temporaryFolder(),
    starterFolder: await starterFolder(),
  });
  const names = readdirSync(new URL('../../../src/library/postgres/migrations', import.meta.url)).sort();

  it('are made once when ten processes start at once', async () => {
    const place = await options(await server.database('ten'));
    const children = await Promise.all(
      Array.from({ length: 10 }, () => startChild('postgres/opening-child.ts', place)),
    );
    for (const child of children) expect(await child.next()).toBe('ready');
    for (const child of children) child.send({ go: true });
    expect(await Promise.all(children.map((child) => child.next()))).toEqual(Array(10).fill('opened'));
    const library = await PostgresLibrary.open(place);
    expect(await library.listDocuments('settings')).toHaveLength(10);
    const rows = await library.database.query<{ name: string }>('select name from fabulist.migrations order by name');
    expect(rows.map(({ name }) => name)).toEqual(names);
    await library.close();
  });

  it('are left alone by an older program than the one that made them', async () => {
    const place = await options(await server.database('newer'));
    const library = await PostgresLibrary.open(place);
    await library.database.query("insert into fabulist.migrations (name) values ('9999-later.sql')");
    await library.close();
    await expect(PostgresLibrary.open(place)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('a later version of Fabulist'),
    });
  });

  it('are not made where text would be lost', async () => {
    const client = new pg.Client({ connectionString: await server.database('postgres') });
    await client.connect();
    await client.query("create database latin encoding 'LATIN1' locale 'C' template template0");
    await client.end();
    await expect(PostgresLibrary.open(await options(await server.database('latin')))).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('LATIN1'),
    });
  });
});
