import { readdir, readFile } from 'node:fs/promises';
import { FabulistError } from '../../errors.ts';
import type { Database } from './database.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
/** Any number that no other program on the database is likely to lock. */
const LOCK = 7_304_118_221;

/**
 * Brings the database's tables to what this program needs: the files of `migrations/`, in the order of their names, each
 * once and for good. Safe when many processes start at once: one does it, the others wait. Throws `storage` for a
 * database that a later version has changed, or that does not keep UTF-8, and what `Database` throws.
 */
export async function migrate(database: Database): Promise<void> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  const [state] = await database.query<{ encoding: string; version: string; there: boolean }>(
    `select current_setting('server_encoding') as encoding, current_setting('server_version_num') as version,
       to_regclass('fabulist.migrations') is not null as there`,
  );
  if (state?.encoding !== 'UTF8')
    throw new FabulistError(
      'storage',
      `The database keeps text as ${state?.encoding}, which cannot hold every story: make one with createdb -E UTF8 -T template0.`,
    );
  if (Number(state.version) < 150_000)
    throw new FabulistError('storage', 'The database is older than PostgreSQL 15: use 15 or newer.');
  if (state.there && checked(await applied(database), names).length === 0) return;
  await database.transaction(async (statements) => {
    await statements.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await statements.query('create schema if not exists fabulist');
    await statements.query(
      'create table if not exists fabulist.migrations (name text primary key, at timestamptz not null default now())',
    );
    for (const name of checked(await applied(statements), names)) {
      await statements.query(await readFile(new URL(name, FOLDER), 'utf8'));
      await statements.query('insert into fabulist.migrations (name) values ($1)', [name]);
    }
  }, false);
}

async function applied(statements: Pick<Database, 'query'>): Promise<string[]> {
  const rows = await statements.query<{ name: string }>('select name from fabulist.migrations');
  return rows.map(({ name }) => name);
}

/** What is still to be done. */
function checked(done: readonly string[], names: readonly string[]): string[] {
  if (done.some((name) => !names.includes(name)))
    throw new FabulistError(
      'storage',
      'The database was changed by a later version of Fabulist: use that version, or a backup from before.',
    );
  return names.filter((name) => !done.includes(name));
}
