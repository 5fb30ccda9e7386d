import { afterAll, beforeAll, describe } from 'vitest';
import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../postgres.ts';
import { libraryContract } from '../contract.ts';
import { starterFolder, temporaryFolder } from '../folders.ts';
import { emptied } from './tables.ts';

describe.skipIf(!postgresPrograms())('on a real PostgreSQL', () => {
  let server: Postgres;
  let url: string;

  beforeAll(async () => {
    server = await startPostgres();
    url = await server.database('contract');
    return () => server.remove();
  });

  libraryContract('PostgresLibrary', async (clock) => {
    const folders = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder() };
    return emptied(await PostgresLibrary.open({ url, ...folders, clock }));
  });

  afterAll(() => undefined);
});
