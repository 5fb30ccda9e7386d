import { FabulistError } from '../errors.ts';
import { decodingModel } from '../language/checkpoint.ts';
import { WordSpace } from '../language/embedding/word-space.ts';
import { inTurns } from '../language/turns.ts';
import type { CorpusRef, Library, VersionList } from '../library/library.ts';
import { nameKey } from '../library/safe-names.ts';
import { sameCorpus } from '../library/same-corpus.ts';
import { candidates, noModel } from './telling-models.ts';

/** Bytes of word spaces kept for the next question. */
const KEPT = 64 * 1024 * 1024;

export interface OpenedSpace {
  readonly space: WordSpace;
  readonly version: string;
}

interface Entry {
  readonly corpus: CorpusRef;
  readonly space: Promise<WordSpace>;
  /** Known once it is read. */
  bytes: number;
}

/** The word spaces of corpora, read without an engine, and kept up to a bound for the next question. */
export class WordSpaces {
  readonly #library: Library;
  /** By corpus and version, the longest unused first. */
  readonly #kept = new Map<string, Entry>();

  constructor(library: Library) {
    this.#library = library;
  }

  /** That of the version that tells; a damaged one gives way to the one before it. Throws `no-model` where none is whole. */
  async open(corpus: CorpusRef, versions: VersionList): Promise<OpenedSpace> {
    let damage: unknown;
    for (const version of candidates(versions, undefined)) {
      try {
        return { space: await this.#take(corpus, version), version };
      } catch (error) {
        if (!(error instanceof FabulistError) || !['storage', 'no-model'].includes(error.code)) throw error;
        damage = error;
      }
    }
    throw noModel(corpus, damage);
  }

  /** Lets what a corpus has go, after its stories were deleted. */
  withdraw(corpus: CorpusRef): void {
    for (const [key, entry] of this.#kept) if (sameCorpus(entry.corpus, corpus)) this.#kept.delete(key);
  }

  async #take(corpus: CorpusRef, version: string): Promise<WordSpace> {
    const key = JSON.stringify([corpus.server, nameKey(corpus.name), version]);
    const entry = this.#kept.get(key) ?? { corpus, space: this.#read(corpus, version), bytes: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    try {
      const space = await entry.space;
      entry.bytes = space.bytes;
      this.#makeRoom();
      return space;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  async #read(corpus: CorpusRef, version: string): Promise<WordSpace> {
    const model = await inTurns(decodingModel(await this.#library.readVersion(corpus, version)));
    return inTurns(WordSpace.building(model));
  }

  #makeRoom(): void {
    let bytes = [...this.#kept.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of this.#kept) {
      if (bytes <= KEPT) return;
      bytes -= entry.bytes;
      this.#kept.delete(key);
    }
  }
}
