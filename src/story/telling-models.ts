import type { Engine } from '../engine/engine.ts';
import { FabulistError } from '../errors.ts';
import { decodingModel, TELLING_FILES } from '../language/checkpoint.ts';
import { inTurns } from '../language/turns.ts';
import type { CorpusRef, Library, VersionList } from '../library/library.ts';
import { nameKey, quoted } from '../library/safe-names.ts';
import { LoadedModel, type OpenTeller } from './loaded-model.ts';
import { type Lease, ModelShelf } from './model-shelf.ts';

export interface TellingModelsOptions {
  readonly library: Library;
  readonly openEngine: () => Promise<Engine>;
  readonly openTeller: OpenTeller;
  /** Bytes of models held ready. */
  readonly memory: number;
}

/** Opens the model that a story is told from. */
export class TellingModels {
  readonly #options: TellingModelsOptions;
  readonly #shelf: ModelShelf;

  constructor(options: TellingModelsOptions) {
    this.#options = options;
    this.#shelf = new ModelShelf(options.memory);
  }

  /**
   * Opens the wanted version where it is still there, else the one that tells; one that proves damaged gives way to the
   * one before it. Throws `no-model` where no whole one is left.
   */
  async open(corpus: CorpusRef, versions: VersionList, wanted?: string): Promise<Lease> {
    const engine = await this.#options.openEngine();
    let damage: unknown;
    for (const version of candidates(versions, wanted)) {
      const key = JSON.stringify([corpus.server, nameKey(corpus.name), version, engine.name]);
      try {
        return await this.#shelf.take(key, () => this.#load(engine, corpus, version));
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

  async #load(engine: Engine, corpus: CorpusRef, version: string): Promise<LoadedModel> {
    const { library } = this.#options;
    const few = await library.readVersion(corpus, version, TELLING_FILES);
    const enough = TELLING_FILES.every((name) => few[name]);
    const files = enough ? few : await library.readVersion(corpus, version);
    return LoadedModel.open(engine, version, await inTurns(decodingModel(files)), this.#options.openTeller);
  }
}

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
