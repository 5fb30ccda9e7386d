import type { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';

/** The library with nothing in it: a database is set up once for many tests. */
export async function emptied(library: PostgresLibrary): Promise<PostgresLibrary> {
  await library.database.query('truncate fabulist.corpora, fabulist.documents, fabulist.processes cascade');
  return library;
}

/** Every table of the library whose rows contain the text, in whatever column. */
export async function tablesWith(library: PostgresLibrary, text: string): Promise<string[]> {
  const tables = await library.database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('fabulist', 'pgboss')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    // bytea shows as hexadecimal.
    const [row] = await library.database.query<{ there: boolean }>(
      `select exists (select from ${name} t where position($1 in t::text) > 0 or position($2 in t::text) > 0) as there`,
      [text, Buffer.from(text).toString('hex')],
    );
    if (row?.there) found.push(name);
  }
  return found;
}
