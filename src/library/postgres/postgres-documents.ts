import type { DocumentKind, Library } from '../library.ts';
import type { Database } from './database.ts';
import { keyHash, restored, stored } from './stored-text.ts';

type Documents = Pick<Library, 'readDocument' | 'writeDocument' | 'deleteDocument' | 'listDocuments'>;

/** The documents of the PostgreSQL library, a row each, as JSON text. */
export class PostgresDocuments implements Documents {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async readDocument<T>(kind: DocumentKind, key: string): Promise<T | undefined> {
    const [row] = await this.#database.query<{ value: string }>(
      'select value from fabulist.documents where kind = $1 and key_hash = $2',
      [kind, keyHash(key)],
    );
    return row && (JSON.parse(row.value) as T);
  }

  async writeDocument(kind: DocumentKind, key: string, value: unknown): Promise<void> {
    await this.#database.query(
      `insert into fabulist.documents (kind, key_hash, key, value) values ($1, $2, $3, $4)
       on conflict (kind, key_hash) do update set value = excluded.value`,
      [kind, keyHash(key), stored(key), JSON.stringify(value)],
    );
  }

  async deleteDocument(kind: DocumentKind, key: string): Promise<void> {
    await this.#database.query('delete from fabulist.documents where kind = $1 and key_hash = $2', [
      kind,
      keyHash(key),
    ]);
  }

  async listDocuments<T>(kind: DocumentKind): Promise<{ key: string; value: T }[]> {
    const rows = await this.#database.query<{ key: string; value: string }>(
      'select key, value from fabulist.documents where kind = $1 order by key',
      [kind],
    );
    return rows.map(({ key, value }) => ({ key: restored(key), value: JSON.parse(value) as T }));
  }
}
