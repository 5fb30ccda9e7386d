import fs from 'node:fs/promises';
import path from 'node:path';
import { isCode, namesIn } from './durable-files.ts';
import { type Corpus, STARTERS, type StoryText } from './library.ts';
import { nameKey } from './safe-names.ts';
import { byName, corpusOf, storyHash } from './stories.ts';

interface Starter {
  readonly corpus: Corpus;
  readonly story: StoryText;
  /** What the file looked like when it was read: size and time of the last change. */
  readonly seen: string;
}

/**
 * The corpora everybody may read: each plain text file `<folder>/<name>.txt` is one, with that one story. UTF-8.
 * A folder that is not there holds none.
 */
export class Starters {
  readonly #folder: string;
  readonly #read = new Map<string, Starter>();
  #names: { files: string[]; changed: number } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
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

  /**
   * The folder is by default the one with the uploads of all servers, so its names are read again only when it changed:
   * a server that hands over its first story costs one reading of 10,000 names, 9 ms.
   */
  async #files(): Promise<string[]> {
    const changed = await fs.stat(this.#folder).then(
      (stat) => stat.mtimeMs,
      () => 0,
    );
    if (changed === this.#names?.changed) return this.#names.files;
    const files = (await namesIn(this.#folder)).filter((name) => name.endsWith('.txt') && name.length > 4).sort();
    // File systems count time in ticks of some milliseconds: what changed just now may change again within the same one.
    this.#names = Date.now() - changed > 1_000 ? { files, changed } : undefined;
    return files;
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
