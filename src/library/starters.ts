import fs from 'node:fs/promises';
import path from 'node:path';
import { isCode, makeFolder, namesIn, removeAll, textOf } from './durable-files.ts';
import { type Corpus, STARTERS, type StoryText } from './library.ts';
import { nameKey } from './safe-names.ts';
import { byName, corpusOf, storyHash } from './stories.ts';

interface Starter {
  readonly corpus: Corpus;
  readonly story: StoryText;
  /** What the file looked like when it was read: size and time of the last change. */
  readonly seen: string;
}

/** The names of the starter files, good for as long as the folder has not changed since. */
interface Names {
  readonly files: readonly string[];
  /** When the folder changed last, ms since 1970. */
  readonly changed: number;
}

/** From so many names on, the few of starters among them are noted on the disk. */
const MANY = 500;

/**
 * The corpora everybody may read: each plain text file `<folder>/<name>.txt` is one, with that one story. UTF-8.
 * A folder that is not there holds none.
 *
 * The folder is by default the one with the uploads of all servers, so its names are not read at every look, but when it
 * has changed: a new server costs one reading (of 10,000 names: 10 ms). What was read is noted in `noteFile` for the
 * processes that start later.
 */
export class Starters {
  readonly #folder: string;
  readonly #noteFile: string;
  readonly #read = new Map<string, Starter>();
  #names: Names | undefined;

  constructor(folder: string, noteFile: string) {
    this.#folder = folder;
    this.#noteFile = noteFile;
  }

  async list(): Promise<Corpus[]> {
    const starters: Corpus[] = [];
    for (const file of await this.#files()) {
      const starter = await this.#starter(file);
      if (starter !== undefined) starters.push(starter.corpus);
    }
    return starters.sort(byName);
  }

  async find(name: string): Promise<Corpus | undefined> {
    return (await this.#find(name))?.corpus;
  }

  async text(name: string): Promise<StoryText | undefined> {
    return (await this.#find(name))?.story;
  }

  async #find(name: string): Promise<Starter | undefined> {
    const key = nameKey(name);
    const file = (await this.#files()).find((candidate) => nameKey(nameOf(candidate)) === key);
    return file === undefined ? undefined : await this.#starter(file);
  }

  async #files(): Promise<readonly string[]> {
    const changed = await fs.stat(this.#folder).then(
      (stat) => stat.mtimeMs,
      () => 0,
    );
    for (const known of [() => this.#names, () => this.#noted()]) {
      const names = await known();
      if (names?.changed !== changed) continue;
      this.#names = names;
      return names.files;
    }
    const all = await namesIn(this.#folder);
    const files = all.filter((name) => name.endsWith('.txt') && name.length > 4).sort();
    // File systems count time in ticks of up to two seconds: what changed just now may change again within the same one.
    if (Date.now() - changed > 2_000) {
      this.#names = { files, changed };
      if (all.length > MANY) await this.#note(this.#names);
    }
    return files;
  }

  async #noted(): Promise<Names | undefined> {
    try {
      const { folder, changed, files } = JSON.parse((await textOf(this.#noteFile)) ?? '');
      return folder === path.resolve(this.#folder) && Array.isArray(files) ? { changed, files } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Losing the note costs nothing but the time it saves. */
  async #note(names: Names): Promise<void> {
    const temporary = `${this.#noteFile}.${process.pid}`;
    try {
      await makeFolder(path.dirname(this.#noteFile));
      await fs.writeFile(temporary, JSON.stringify({ folder: path.resolve(this.#folder), ...names }));
      await fs.rename(temporary, this.#noteFile);
    } catch {
      await removeAll(temporary).catch(() => undefined);
    }
  }

  async #starter(file: string): Promise<Starter | undefined> {
    try {
      const { size, mtimeMs } = await fs.stat(path.join(this.#folder, file));
      const seen = `${size} ${mtimeMs}`;
      const known = this.#read.get(file);
      if (known?.seen === seen) return known;
      // Decoded without a byte order mark, which is no part of the story.
      const text = new TextDecoder().decode(await fs.readFile(path.join(this.#folder, file)));
      const at = new Date(mtimeMs).toISOString();
      const record = { hash: storyHash(text), fileName: file, by: STARTERS, at, encoding: 'utf-8', bytes: size };
      const state = { server: STARTERS, name: nameOf(file), changedAt: at, stories: [record], replaced: [] };
      const starter = { corpus: corpusOf(state), story: { ...record, text }, seen };
      this.#read.set(file, starter);
      return starter;
    } catch (error) {
      if (isCode(error, 'ENOENT', 'EISDIR')) return undefined;
      throw error;
    }
  }
}

function nameOf(file: string): string {
  return file.slice(0, -'.txt'.length);
}
