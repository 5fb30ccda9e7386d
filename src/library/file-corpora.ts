import { FabulistError } from '../errors.ts';
import { type CorpusFile, damagedStory } from './corpus-folder.ts';
import {
  type Corpus,
  type CorpusRef,
  type CorpusState,
  type NewStory,
  type ServerId,
  STARTERS,
  type StoryText,
} from './library.ts';
import type { Locks } from './locks.ts';
import type { Place, Places } from './places.ts';
import type { Removal, Removed } from './removal.ts';
import { checkName, checkRef, serverFolderName } from './safe-names.ts';
import type { Starters } from './starters.ts';
import {
  type Addition,
  addition,
  byName,
  checkNotStarter,
  checkTexts,
  corpusOf,
  isRestored,
  stillReplaced,
  unknownCorpus,
} from './stories.ts';

/** The half of the file library that keeps stories, starters and uploads alike. Errors of the file system pass through. */
export class FileCorpora {
  readonly #places: Places;
  readonly #starters: Starters;
  readonly #locks: Locks;
  readonly #removal: Removal;
  readonly #now: () => string;

  /** now: the time, ISO 8601 in UTC. */
  constructor(places: Places, starters: Starters, locks: Locks, removal: Removal, now: () => string) {
    this.#places = places;
    this.#starters = starters;
    this.#locks = locks;
    this.#removal = removal;
    this.#now = now;
  }

  async corpora(server: ServerId): Promise<Corpus[]> {
    checkName('server id', server);
    const own: Corpus[] = [];
    for (const place of server === STARTERS ? [] : await this.#places.ofServer(server)) {
      const file = await readable(place);
      if (file !== undefined) own.push(corpusOf(file));
    }
    return [...own.sort(byName), ...(await this.#starters.list())];
  }

  async corpus(server: ServerId, name: string): Promise<Corpus | undefined> {
    checkRef({ server, name });
    const file = await this.#file({ server, name });
    return file === undefined ? await this.#starters.find(name) : corpusOf(file);
  }

  async *everyCorpus(): AsyncGenerator<Corpus> {
    yield* await this.#starters.list();
    for (const folder of await this.#places.serverFolders()) {
      await this.#removal.sweep(folder, false);
      for (const place of await this.#places.inServerFolder(folder)) {
        const file = await readable(place);
        if (file !== undefined) yield corpusOf(file);
      }
    }
  }

  async addStories(
    corpus: CorpusRef,
    stories: readonly NewStory[],
    mode: 'append' | 'clean',
  ): Promise<Pick<Addition, 'added' | 'already'> & { corpus: Corpus }> {
    checkRef(corpus);
    checkNotStarter(corpus);
    const place = this.#places.of(corpus);
    return await this.#locks.hold(place.storiesSlot, async (lock) => {
      const before = await this.#removal.settle(place, lock);
      const at = this.#now();
      const change = addition(before?.stories ?? [], stories, mode, at);
      const { added, already } = change;
      // Not only those of `added`: a text that was damaged on the disk is mended by handing it over again.
      const texts = new Map<string, string>();
      for (const [hash, text] of change.texts) if (!(await place.stories.isWhole(hash))) texts.set(hash, text);
      if (before !== undefined && !change.changes && texts.size === 0) {
        return { corpus: corpusOf(before), added, already };
      }
      const next: CorpusFile = {
        format: 1,
        server: corpus.server,
        name: before?.name ?? corpus.name,
        changedAt: before === undefined || change.changes ? at : before.changedAt,
        stories: change.stories,
        replaced: stillReplaced(before?.replaced ?? [], change, await this.#learnedFrom(place, mode)),
        forgetting: null,
      };
      await place.stories.store(next, texts, lock);
      // It is stored now; texts that a clean start replaced and that cannot be removed go with the next change.
      if (mode === 'clean') await this.#removal.settle(place, lock).catch(() => undefined);
      return { corpus: corpusOf(next), added, already };
    });
  }

  async read(corpus: CorpusRef): Promise<StoryText[]> {
    checkRef(corpus);
    if (corpus.server === STARTERS) {
      const story = await this.#starters.text(corpus.name);
      if (story === undefined) throw unknownCorpus(corpus);
      return [story];
    }
    for (let before: string | undefined; ; ) {
      const file = await this.#file(corpus);
      if (file === undefined) throw unknownCorpus(corpus);
      const texts = await this.#places.of(corpus).stories.texts(file.stories);
      if (Array.isArray(texts)) return texts;
      // A text that is not there was removed by a change since we read the record, unless the record is the same.
      const { hash } = corpusOf(file);
      if (hash === before) throw damagedStory(texts);
      before = hash;
    }
  }

  async forget(server: ServerId, by: string, name?: string): Promise<Removed[]> {
    checkName('server id', server);
    if (name !== undefined) checkName('corpus name', name);
    checkNotStarter({ server });
    await this.#removal.sweep(serverFolderName(server), true);
    const places = name === undefined ? await this.#places.ofServer(server) : [this.#places.of({ server, name })];
    const removed: Removed[] = [];
    let failure: unknown;
    for (const place of places) {
      try {
        const one = await this.#removal.forget(place, by, this.#now());
        if (one !== undefined) removed.push(one);
      } catch (error) {
        // One damaged corpus must not keep the others from being forgotten.
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return removed.sort((one, other) => byName(one.corpus, other.corpus));
  }

  async deleteCorpus(corpus: CorpusRef): Promise<void> {
    checkRef(corpus);
    checkNotStarter(corpus);
    if (!(await this.#removal.delete(this.#places.of(corpus), corpus, this.#now()))) throw unknownCorpus(corpus);
  }

  async state(corpus: CorpusRef): Promise<CorpusState | undefined> {
    checkRef(corpus);
    const file = await this.#file(corpus);
    if (file === undefined) return undefined;
    const { server, name, changedAt, stories, replaced } = file;
    return { server, name, changedAt, stories, replaced };
  }

  async restore(state: CorpusState, texts: ReadonlyMap<string, string>): Promise<void> {
    checkRef(state);
    checkNotStarter(state);
    checkTexts(state, texts);
    const place = this.#places.of(state);
    await this.#locks.hold(place.storiesSlot, async (lock) => {
      const before = await this.#removal.settle(place, lock);
      if (isRestored(before?.stories.length ? before : undefined, state)) return;
      await place.stories.store({ format: 1, ...state, forgetting: null }, texts, lock);
    });
  }

  /** What a reader of models must know of their corpus; undefined when there is no such corpus. */
  async standing(corpus: CorpusRef): Promise<Standing | undefined> {
    if (corpus.server === STARTERS) {
      const starter = await this.#starters.find(corpus.name);
      return starter && { file: undefined, forgetting: false, hidden: () => false };
    }
    const file = await this.#file(corpus);
    if (file === undefined) return undefined;
    const forgotten = new Set(file.forgetting ?? []);
    return {
      file,
      forgetting: file.forgetting !== null,
      hidden: (stories) => stories.some((hash) => forgotten.has(hash)),
    };
  }

  /** The server's own corpus of that name. */
  async #file(corpus: CorpusRef): Promise<CorpusFile | undefined> {
    if (corpus.server === STARTERS) return undefined;
    const file = await this.#places.of(corpus).stories.load();
    return file !== undefined && file.stories.length > 0 ? file : undefined;
  }

  /** Whether a version, a checkpoint or a training under way may have learned from a story; asked by clean starts. */
  async #learnedFrom(place: Place, mode: 'append' | 'clean'): Promise<(hash: string) => boolean> {
    if (mode === 'append' || (await this.#locks.isHeld(place.trainingSlot))) return () => true;
    const used = await place.models.storiesInUse();
    return (hash) => used?.has(hash) ?? true;
  }
}

export interface Standing {
  /** Undefined for a starter, whose story nobody can change. */
  readonly file: CorpusFile | undefined;
  /** True while a removal that is decided is not finished: checkpoints are then as good as gone. */
  readonly forgetting: boolean;
  /** Whether a version that learned from these stories is as good as gone. */
  readonly hidden: (stories: readonly string[]) => boolean;
}

/** The corpus there, leaving out a damaged one: it must not hide the others from a listing. */
async function readable(place: Place): Promise<CorpusFile | undefined> {
  try {
    const file = await place.stories.load();
    return file !== undefined && file.stories.length > 0 ? file : undefined;
  } catch (error) {
    if (error instanceof FabulistError) return undefined;
    throw error;
  }
}
