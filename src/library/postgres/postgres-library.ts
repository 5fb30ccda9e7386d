import path from 'node:path';
import type {
  Corpus,
  CorpusRef,
  CorpusState,
  Library,
  NewStory,
  NewVersion,
  ServerId,
  StoryRecord,
  StoryText,
  TrainingClaim,
  Version,
  VersionList,
} from '../library.ts';
import { Starters } from '../starters.ts';
import { Claims } from './claims.ts';
import { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { PostgresCorpora, type Removed } from './postgres-corpora.ts';
import { PostgresDocuments } from './postgres-documents.ts';
import { PostgresModels } from './postgres-models.ts';
import { WeightCache } from './weight-cache.ts';

export interface PostgresLibraryOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Its `models/.cache/` keeps weights that were read, to be read faster; nothing else is written there. */
  readonly dataFolder: string;
  /** Holds the starter corpora, `<name>.txt` each. */
  readonly starterFolder: string;
  /** The attempt of the queue by which this process trains, `job:number`; default: it trains on its own account. */
  readonly attempt?: string | null;
  /** How long a lost database is waited for before a call gives up, ms; default 10,000. */
  readonly patience?: number;
  /** Connections at most; default 8. */
  readonly connections?: number;
  /** How long a claim is believed without a sign of life, ms; default 7,000. */
  readonly lease?: number;
  /** The time given to records and versions. Default: the system's. */
  readonly clock?: () => Date;
}

/** The library of any number of machines: tables of a PostgreSQL database, as `migrations/` says. */
export class PostgresLibrary extends PostgresDocuments implements Library {
  /** The database, for the queue that shares it. */
  readonly database: Database;
  readonly #claims: Claims;
  readonly #cache: WeightCache;
  readonly #corpora: PostgresCorpora;
  readonly #models: PostgresModels;
  #closed: Promise<void> | undefined;

  /** Connects and sets up what is missing. Throws `unavailable` and `storage`. */
  static async open(options: PostgresLibraryOptions): Promise<PostgresLibrary> {
    const library = new PostgresLibrary(options);
    try {
      await migrate(library.database);
      return library;
    } catch (error) {
      await library.close();
      throw error;
    }
  }

  private constructor(options: PostgresLibraryOptions) {
    const { dataFolder, starterFolder, clock = () => new Date(), attempt = null } = options;
    const database = new Database(options);
    super(database);
    this.database = database;
    const starters = new Starters(starterFolder, path.join(dataFolder, 'documents', 'starters.json'));
    this.#claims = new Claims(database, attempt, options.lease);
    this.#cache = new WeightCache({ folder: path.join(dataFolder, 'models', '.cache') }, database);
    this.#corpora = new PostgresCorpora(database, starters, this.#claims, clock);
    this.#models = new PostgresModels(database, starters, this.#claims, this.#cache, clock);
  }

  corpora(server: ServerId): Promise<Corpus[]> {
    return this.#corpora.corpora(server);
  }

  corpus(server: ServerId, name: string): Promise<Corpus | undefined> {
    return this.#corpora.corpus(server, name);
  }

  everyCorpus(): AsyncIterable<Corpus> {
    return this.#corpora.everyCorpus();
  }

  addStories(
    corpus: CorpusRef,
    stories: readonly NewStory[],
    mode: 'append' | 'clean',
  ): Promise<{ corpus: Corpus; added: StoryRecord[]; already: StoryRecord[] }> {
    return this.#corpora.addStories(corpus, stories, mode);
  }

  read(corpus: CorpusRef): Promise<StoryText[]> {
    return this.#corpora.read(corpus);
  }

  async forget(server: ServerId, by: string, name?: string): Promise<Removed[]> {
    const removed = await this.#corpora.forget(server, by, name);
    if (removed.length > 0) this.#cache.tidy();
    return removed;
  }

  async deleteCorpus(corpus: CorpusRef): Promise<void> {
    await this.#corpora.deleteCorpus(corpus);
    this.#cache.tidy();
  }

  state(corpus: CorpusRef): Promise<CorpusState | undefined> {
    return this.#corpora.state(corpus);
  }

  restore(state: CorpusState, texts: ReadonlyMap<string, string>): Promise<void> {
    return this.#corpora.restore(state, texts);
  }

  versions(corpus: CorpusRef): Promise<VersionList> {
    return this.#models.versions(corpus);
  }

  addVersion(corpus: CorpusRef, version: NewVersion, claim?: TrainingClaim): Promise<Version> {
    return this.#models.addVersion(corpus, version, claim);
  }

  readVersion(corpus: CorpusRef, id: string, names?: readonly string[]): Promise<Record<string, Uint8Array>> {
    return this.#models.readVersion(corpus, id, names);
  }

  tellFrom(corpus: CorpusRef, id: string): Promise<void> {
    return this.#models.tellFrom(corpus, id);
  }

  claimTraining(corpus: CorpusRef): Promise<TrainingClaim | undefined> {
    return this.#models.claimTraining(corpus);
  }

  saveCheckpoint(corpus: CorpusRef, files: Readonly<Record<string, Uint8Array>>, claim: TrainingClaim): Promise<void> {
    return this.#models.saveCheckpoint(corpus, files, claim);
  }

  readCheckpoint(corpus: CorpusRef): Promise<Record<string, Uint8Array> | undefined> {
    return this.#models.readCheckpoint(corpus);
  }

  clearCheckpoint(corpus: CorpusRef): Promise<void> {
    return this.#models.clearCheckpoint(corpus);
  }

  /** Gives back the training claims still held. May be called twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#claims.close();
    await this.#cache.close();
    await this.database.close();
  }
}
