import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, namesIn, removeAll } from '../durable-files.ts';
import { sha256InTurns } from '../sha256-in-turns.ts';
import type { Database } from './database.ts';
import { type FileRow, readFileRows } from './parts.ts';

/** Below this, a look at the disk costs as much as one at the database, bytes. */
const WORTH = 64 * 1024;
const HOUR = 3_600_000;

export interface WeightCacheOptions {
  readonly folder: string;
  /** Bytes kept at most; the least recently used go first. Default 4 GiB. */
  readonly size?: number;
}

/**
 * Large model files on the local disk, named by their SHA-256 and checked against it at every reading. A file is only
 * looked for by who was allowed to see its row. Losing the folder costs nothing but time. Whatever no row names any more is
 * removed at the first reading, every hour, and when this process removed something: what was forgotten stays nowhere.
 */
export class WeightCache {
  readonly #folder: string;
  readonly #size: number;
  readonly #database: Database;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor({ folder, size = 4 * 2 ** 30 }: WeightCacheOptions, database: Database) {
    this.#folder = folder;
    this.#size = size;
    this.#database = database;
  }

  /** Throws `storage` where the database has something else than its row says. */
  async read(bundle: string, file: FileRow): Promise<Uint8Array> {
    if (file.bytes < WORTH) return await readFileRows(this.#database, bundle, file);
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.tidy(), HOUR).unref();
      this.tidy();
    }
    return (await this.#cached(file)) ?? (await this.#fetched(bundle, file));
  }

  /** Removes what the database does not name any more, and what is too much, in the background. */
  tidy(): void {
    this.#sweeping = this.#sweeping.then(() => this.#sweep()).catch(() => undefined);
  }

  /** Resolves when nothing is being removed any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async #cached(file: FileRow): Promise<Uint8Array | undefined> {
    const name = path.join(this.#folder, file.hash);
    try {
      const { buffer, byteOffset, byteLength } = await fs.readFile(name);
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      if (byteLength !== file.bytes || (await sha256InTurns(bytes)) !== file.hash) {
        await removeAll(name);
        return undefined;
      }
      const now = new Date();
      await fs.utimes(name, now, now).catch(() => undefined);
      return bytes;
    } catch {
      return undefined;
    }
  }

  async #fetched(bundle: string, file: FileRow): Promise<Uint8Array> {
    const bytes = await readFileRows(this.#database, bundle, file);
    const staged = path.join(this.#folder, `.${process.pid}.${randomBytes(8).toString('hex')}`);
    try {
      await makeFolder(this.#folder);
      await fs.writeFile(staged, bytes, { mode: 0o600 });
      await fs.rename(staged, path.join(this.#folder, file.hash));
    } catch {
      // A disk that is full or not there makes it slower, not wrong.
      await removeAll(staged).catch(() => undefined);
    }
    return bytes;
  }

  async #sweep(): Promise<void> {
    const names = await namesIn(this.#folder);
    const hashes = names.filter((name) => /^[0-9a-f]{64}$/.test(name));
    if (names.length === 0) return;
    const rows = await this.#database.query<{ hash: string }>(
      'select distinct hash from fabulist.files where hash = any($1::text[])',
      [hashes],
    );
    const known = new Set(rows.map(({ hash }) => hash));
    const files: { name: string; size: number; used: number }[] = [];
    for (const name of names) {
      const file = path.join(this.#folder, name);
      const stat = await fs.stat(file).catch(() => undefined);
      if (stat === undefined) continue;
      const old = Date.now() - stat.mtimeMs > HOUR;
      if (known.has(name)) files.push({ name: file, size: stat.size, used: stat.mtimeMs });
      else if (hashes.includes(name) || old) await removeAll(file);
    }
    let all = files.reduce((sum, { size }) => sum + size, 0);
    for (const { name, size } of files.sort((a, b) => a.used - b.used)) {
      if (all <= this.#size) break;
      await removeAll(name);
      all -= size;
    }
  }
}
