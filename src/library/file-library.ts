import path from 'node:path';
import { Documents } from './documents.ts';
import { storageError } from './durable-files.ts';
import { FileCorpora } from './file-corpora.ts';
import { FileModels } from './file-models.ts';
import type {
  Corpus,
  CorpusRef,
  CorpusState,
  DocumentKind,
  Library,
  NewStory,
  NewVersion,
  ServerId,
  StoryRecord,
  StoryText,
  TrainingClaim,
  Version,
  VersionList,
} from './library.ts';
import { Locks } from './locks.ts';
import { Places } from './places.ts';
import { Removal, type Removed } from './removal.ts';
import { Starters } from './starters.ts';

export interface FileLibraryOptions {
  /** Holds `corpora/`, `models/` and `documents/`; made when first written to. */
  readonly dataFolder: string;
  /** Holds the starter corpora, `<name>.txt` each. May be the data folder's own `corpora/`. */
  readonly starterFolder: string;
  /** The time given to records and versions. Default: the system's. */
  readonly clock?: () => Date;
  /** How long a process that holds a lock without giving a sign of life is believed, ms. Default: 7,000. */
  readonly lease?: number;
}

/**
 * The library of one machine: plain files that any number of processes may open. How they are laid out: places.ts; how
 * writers exclude each other: locks.ts. Opening reads nothing, and an answer costs the same however many corpora others have.
 */
export class FileLibrary implements Library {
  readonly #corpora: FileCorpora;
  readonly #models: FileModels;
  readonly #documents: Documents;

  constructor({ dataFolder, starterFolder, clock = () => new Date(), lease }: FileLibraryOptions) {
    const places = new Places(dataFolder);
    const locks = new Locks(lease);
    const removal = new Removal(locks, places);
    const starters = new Starters(starterFolder, path.join(dataFolder, 'documents', 'starters.json'));
    const now = () => clock().toISOString();
    this.#corpora = new FileCorpora(places, starters, locks, removal, now);
    this.#models = new FileModels(places, this.#corpora, locks, clock);
    this.#documents = new Documents(path.join(dataFolder, 'documents'));
  }

  corpora(server: ServerId): Promise<Corpus[]> {
    return run(this.#corpora.corpora(server));
  }

  corpus(server: ServerId, name: string): Promise<Corpus | undefined> {
    return run(this.#corpora.corpus(server, name));
  }

  /** Also removes, on its way, what killed processes left behind: nothing else visits every folder. */
  async *everyCorpus(): AsyncIterable<Corpus> {
    try {
      yield* this.#corpora.everyCorpus();
    } catch (error) {
      throw storageError(error);
    }
  }

  addStories(
    corpus: CorpusRef,
    stories: readonly NewStory[],
    mode: 'append' | 'clean',
  ): Promise<{ corpus: Corpus; added: StoryRecord[]; already: StoryRecord[] }> {
    return run(this.#corpora.addStories(corpus, stories, mode));
  }

  read(corpus: CorpusRef): Promise<StoryText[]> {
    return run(this.#corpora.read(corpus));
  }

  forget(server: ServerId, by: string, name?: string): Promise<Removed[]> {
    return run(this.#corpora.forget(server, by, name));
  }

  deleteCorpus(corpus: CorpusRef): Promise<void> {
    return run(this.#corpora.deleteCorpus(corpus));
  }

  state(corpus: CorpusRef): Promise<CorpusState | undefined> {
    return run(this.#corpora.state(corpus));
  }

  restore(state: CorpusState, texts: ReadonlyMap<string, string>): Promise<void> {
    return run(this.#corpora.restore(state, texts));
  }

  versions(corpus: CorpusRef): Promise<VersionList> {
    return run(this.#models.versions(corpus));
  }

  addVersion(corpus: CorpusRef, version: NewVersion, claim?: TrainingClaim): Promise<Version> {
    return run(this.#models.addVersion(corpus, version, claim));
  }

  readVersion(corpus: CorpusRef, id: string, names?: readonly string[]): Promise<Record<string, Uint8Array>> {
    return run(this.#models.readVersion(corpus, id, names));
  }

  tellFrom(corpus: CorpusRef, id: string): Promise<void> {
    return run(this.#models.tellFrom(corpus, id));
  }

  claimTraining(corpus: CorpusRef): Promise<TrainingClaim | undefined> {
    return run(this.#models.claimTraining(corpus));
  }

  saveCheckpoint(corpus: CorpusRef, files: Readonly<Record<string, Uint8Array>>, claim: TrainingClaim): Promise<void> {
    return run(this.#models.saveCheckpoint(corpus, files, claim));
  }

  readCheckpoint(corpus: CorpusRef): Promise<Record<string, Uint8Array> | undefined> {
    return run(this.#models.readCheckpoint(corpus));
  }

  clearCheckpoint(corpus: CorpusRef): Promise<void> {
    return run(this.#models.clearCheckpoint(corpus));
  }

  readDocument<T>(kind: DocumentKind, key: string): Promise<T | undefined> {
    return run(this.#documents.read<T>(kind, key));
  }

  writeDocument(kind: DocumentKind, key: string, value: unknown): Promise<void> {
    return run(this.#documents.write(kind, key, value));
  }

  deleteDocument(kind: DocumentKind, key: string): Promise<void> {
    return run(this.#documents.delete(kind, key));
  }

  listDocuments<T>(kind: DocumentKind): Promise<{ key: string; value: T }[]> {
    return run(this.#documents.list<T>(kind));
  }

  /** Gives back the training claims still held. May be called twice. */
  async close(): Promise<void> {
    await this.#models.close();
  }
}

async function run<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw storageError(error);
  }
}
