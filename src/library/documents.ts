import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import {
  isCode,
  isUnreadable,
  makeFolder,
  namesIn,
  removeAll,
  syncFolder,
  syncUpwards,
  textOf,
  writeNew,
} from './durable-files.ts';
import type { DocumentKind } from './library.ts';
import { folderName } from './safe-names.ts';

/** A temporary file this old was left by a dead process, ms. */
const FORGOTTEN = 3_600_000;

/**
 * Small JSON values, `<folder>/<kind>/<key>.json` each, replaced whole by one rename. Without a lock: of two who write
 * one key at the same time, one wins whole. A document damaged on disk reads as absent: a lost setting must not
 * keep a channel from being told stories.
 */
export class Documents {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read<T>(kind: DocumentKind, key: string): Promise<T | undefined> {
    return (await documentOf<T>(this.#file(kind, key)))?.value;
  }

  async write(kind: DocumentKind, key: string, value: unknown): Promise<void> {
    const file = this.#file(kind, key);
    const temporary = path.join(path.dirname(file), '.tmp');
    await makeFolder(temporary);
    await this.#tidy(temporary);
    const staged = path.join(temporary, `${process.pid}.${randomBytes(8).toString('hex')}`);
    try {
      await writeNew(staged, `${JSON.stringify({ key, value })}\n`);
      await fs.rename(staged, file);
    } catch (error) {
      await removeAll(staged).catch(() => undefined);
      throw error;
    }
    await syncUpwards(path.dirname(file), 3);
  }

  async delete(kind: DocumentKind, key: string): Promise<void> {
    const file = this.#file(kind, key);
    try {
      await fs.unlink(file);
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return;
      throw error;
    }
    await syncFolder(path.dirname(file));
  }

  async list<T>(kind: DocumentKind): Promise<{ key: string; value: T }[]> {
    const folder = path.dirname(this.#file(kind, ''));
    const documents: { key: string; value: T }[] = [];
    for (const name of (await namesIn(folder)).sort()) {
      if (!name.endsWith('.json')) continue;
      const document = await documentOf<T>(path.join(folder, name));
      if (document !== undefined) documents.push(document);
    }
    return documents;
  }

  #file(kind: DocumentKind, key: string): string {
    if (!/^[a-z]+$/.test(kind)) throw new TypeError(`No kind of document: ${kind}`);
    return path.join(this.#folder, kind, `${folderName(key, key)}.json`);
  }

  async #tidy(folder: string): Promise<void> {
    for (const name of await namesIn(folder)) {
      const file = path.join(folder, name);
      const stat = await fs.stat(file).catch(() => undefined);
      if (stat !== undefined && Date.now() - stat.mtimeMs > FORGOTTEN) await removeAll(file);
    }
  }
}

async function documentOf<T>(file: string): Promise<{ key: string; value: T } | undefined> {
  try {
    const document = JSON.parse((await textOf(file)) ?? '') as { key: string; value: T };
    return typeof document?.key === 'string' && 'value' in document ? document : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isUnreadable(error)) return undefined;
    throw error;
  }
}
