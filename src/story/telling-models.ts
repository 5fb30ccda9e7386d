import { LRUCache } from 'lru-cache';
import type { Engine } from '../engine/engine.ts';
import { FabulistError } from '../errors.ts';
import { decodingModel, TELLING_FILES } from '../language/checkpoint.ts';
import { inTurns } from '../language/turns.ts';
import type { CorpusRef, Library, VersionList } from '../library/library.ts';
import { nameKey, quoted } from '../library/safe-names.ts';
import { LoadedModel, type OpenTeller, type VersionToLoad } from './loaded-model.ts';
import { type Lease, ModelShelf } from './model-shelf.ts';

export interface TellingModelsOptions {
  readonly library: Library;
  readonly openEngine: () => Promise<Engine>;
  readonly openTeller: OpenTeller;
  /** Bytes of models held ready. */
  readonly memory: number;
}

/** Of how many versions it is remembered that they need an engine. */
const VERSIONS = 10_000;

/** Opens the model that a story is told from. */
export class TellingModels {
  readonly #options: TellingModelsOptions;
  readonly #shelf: ModelShelf;
  /** Versions that are known to have no predictions: whether one has them, it has for ever. */
  readonly #needEngine = new LRUCache<string, true>({ max: VERSIONS });

  constructor(options: TellingModelsOptions) {
    this.#options = options;
    this.#shelf = new ModelShelf(options.memory);
  }

  /**
   * Opens the wanted version where it is still there, else the one that tells; one that proves damaged gives way to the
   * one before it. Throws `no-model` where no whole one is left.
   */
  async open(corpus: CorpusRef, versions: VersionList, wanted?: string): Promise<Lease> {
    let damage: unknown;
    for (const version of candidates(versions, wanted)) {
      try {
        return await this.#take(corpus, version, versions);
      } catch (error) {
        // Damaged, or pruned since the list was made.
        if (!(error instanceof FabulistError) || !['storage', 'no-model'].includes(error.code)) throw error;
        damage = error;
      }
    }
    throw noModel(corpus, damage);
  }

  /** Lets the models of a corpus go, after its stories were deleted. */
  withdraw(corpus: CorpusRef): void {
    this.#shelf.withdraw((key) => {
      const [server, name] = JSON.parse(key) as string[];
      return server === corpus.server && name === nameKey(corpus.name);
    });
  }

  close(): Promise<void> {
    return this.#shelf.close();
  }

  /** A model that has its predictions is told from without an engine: to open one takes longer than the story. */
  async #take(corpus: CorpusRef, version: string, { versions }: VersionList): Promise<Lease> {
    const key = [corpus.server, nameKey(corpus.name), version];
    const engineless = JSON.stringify(key);
    if (!this.#needEngine.has(engineless)) {
      try {
        const learnedBy = versions.find(({ id }) => id === version)?.figures.engine ?? 'native';
        return await this.#shelf.take(engineless, () => this.#loadTable(corpus, { id: version, engine: learnedBy }));
      } catch (error) {
        if (!(error instanceof EngineNeeded)) throw error;
        this.#needEngine.set(engineless, true);
      }
    }
    const { library, openEngine, openTeller } = this.#options;
    const engine = await openEngine();
    return this.#shelf.take(JSON.stringify([...key, engine.name]), async () => {
      const model = await inTurns(decodingModel(await library.readVersion(corpus, version)));
      return LoadedModel.open(engine, { id: version, engine: engine.name }, model, openTeller);
    });
  }

  /** Rejects with `EngineNeeded` where the model has no predictions. */
  async #loadTable(corpus: CorpusRef, version: VersionToLoad): Promise<LoadedModel> {
    const files = await this.#options.library.readVersion(corpus, version.id, TELLING_FILES);
    if (!TELLING_FILES.every((name) => files[name])) throw new EngineNeeded();
    return LoadedModel.open(null, version, await inTurns(decodingModel(files)), this.#options.openTeller);
  }
}

/** Says that a model is not told from a table. */
class EngineNeeded extends Error {}

/** What is said where no version of a corpus could be opened. damage: why the last one that was tried could not. */
export function noModel(corpus: CorpusRef, damage: unknown): FabulistError {
  const what = damage ? 'has no whole model left' : 'has not learned anything yet';
  return new FabulistError('no-model', `${quoted(corpus.name)} ${what}; train it again.`, { cause: damage });
}

/** The ids to try, in order. Of the older ones those that were kept out of telling come last. */
export function candidates({ versions, telling }: VersionList, wanted: string | undefined): string[] {
  const ids: string[] = [];
  if (wanted !== undefined && versions.some(({ id }) => id === wanted)) ids.push(wanted);
  if (telling !== null) {
    const older = versions.filter(({ id }) => id < telling);
    ids.push(telling, ...older.filter(({ keptOut }) => !keptOut).map(({ id }) => id));
    ids.push(...older.filter(({ keptOut }) => keptOut).map(({ id }) => id));
  }
  return [...new Set(ids)];
}
