import { FabulistError } from '../errors.ts';
import type { CorpusFile } from './corpus-folder.ts';
import { storageError } from './durable-files.ts';
import type { CorpusRef, StoryRecord } from './library.ts';
import type { Lock } from './lock.ts';
import type { Locks } from './locks.ts';
import { isTrainingSlot, type Place, type Places } from './places.ts';
import { withoutStoriesOf } from './stories.ts';

export interface Removed {
  readonly corpus: CorpusRef;
  readonly stories: StoryRecord[];
  readonly versions: number;
  readonly left: number;
}

/**
 * Takes stories away, with all that learned from them. First `corpus.json` is replaced by one without the stories that
 * says what else must go; readers heed that at once. Then the files are removed, and the note last. A kill in
 * between is finished by the next writer, by the next `forget` on the server or by the nightly round.
 */
export class Removal {
  readonly #locks: Locks;
  readonly #places: Places;

  constructor(locks: Locks, places: Places) {
    this.#locks = locks;
    this.#places = places;
  }

  /** The state of a corpus to start a change from, with nothing left of changes that were killed half-way. */
  async settle(place: Place, lock: Lock): Promise<CorpusFile | undefined> {
    const file = await place.stories.load();
    if (file?.forgetting != null) {
      return await this.#locks.hold(place.modelsSlot, (modelsLock) => this.#finish(place, file, lock, modelsLock));
    }
    await lock.discard(await place.stories.unlisted(file));
    return file;
  }

  /** Removes what `by` handed over to the corpus; undefined when that is nothing. Changed at: ISO 8601. */
  async forget(place: Place, by: string, at: string): Promise<Removed | undefined> {
    let removed: Removed | undefined;
    await this.#locks.hold(place.storiesSlot, async (lock) => {
      const file = await this.settle(place, lock);
      const split = file === undefined ? undefined : withoutStoriesOf(file, by);
      if (file === undefined || split === undefined) return;
      const { left, hashes, replaced } = split;
      const forgetting = left.length === 0 ? ('everything' as const) : [...hashes];
      const changedAt = split.removed.length > 0 ? at : file.changedAt;
      const next: CorpusFile = { ...file, stories: left, replaced, changedAt, forgetting };
      await this.#locks.hold(place.modelsSlot, async (modelsLock) => {
        const versions = await (left.length === 0 ? place.models.ids() : place.models.learnedFrom(hashes));
        await place.stories.store(next, new Map(), lock);
        // Kept when a lost lock makes this run again: the first run knew what there was.
        const corpus = { server: file.server, name: file.name };
        removed ??= { corpus, stories: split.removed, versions: versions.length, left: left.length };
        await this.#finish(place, next, lock, modelsLock);
      });
    });
    return removed;
  }

  /** Deletes a corpus with all that belongs to it, also one whose record is damaged. False when there is none. */
  async delete(place: Place, corpus: CorpusRef, at: string): Promise<boolean> {
    let deleted = false;
    await this.#locks.hold(place.storiesSlot, async (lock) => {
      const file = await loadUnlessDamaged(place);
      if (file === undefined || file?.stories.length === 0) return void (await this.settle(place, lock));
      const name = file?.name ?? corpus.name;
      const removal = { changedAt: at, stories: [], replaced: [], forgetting: 'everything' } as const;
      await place.stories.store({ format: 1, server: corpus.server, name, ...removal }, new Map(), lock);
      deleted = true;
      await this.settle(place, lock);
    });
    return deleted;
  }

  /**
   * Removes from a server's folders what killed processes left. With `thorough`, no byte they left is there after it, for
   * which it waits for all who are writing. Without, it waits only where something is left over, and a disk that fails
   * is no error.
   */
  async sweep(serverFolder: string, thorough: boolean): Promise<void> {
    const slots = this.#places.slots(serverFolder);
    try {
      await this.#locks.sweep(slots.stories, () => thorough);
      await this.#locks.sweep(slots.models, (slot) => thorough && !isTrainingSlot(slot));
      for (const place of await this.#places.inServerFolder(serverFolder)) await this.#sweepPlace(place);
    } catch (error) {
      if (thorough || !(storageError(error) instanceof FabulistError)) throw error;
    }
  }

  async #sweepPlace(place: Place): Promise<void> {
    const file = await loadUnlessDamaged(place);
    // A damaged record is for a person to restore; the stories beside it must not be swept away.
    if (file === null) return;
    const pending = file === undefined ? await place.stories.isBare() : file.forgetting !== null;
    if (!pending && (await place.stories.unlisted(file)).length === 0) return;
    await this.#locks.hold(place.storiesSlot, async (lock) => {
      await this.settle(place, lock);
      if (await place.stories.isBare()) await lock.discard([place.stories.path]);
    });
  }

  async #finish(place: Place, file: CorpusFile, lock: Lock, modelsLock: Lock): Promise<CorpusFile | undefined> {
    // Whoever trains has read the stories. Whoever claims the training from now on reads the new ones.
    await this.#locks.evict(place.trainingSlot);
    if (file.forgetting === 'everything') {
      await modelsLock.discard([place.models.path]);
      await lock.discard([place.stories.path]);
      return undefined;
    }
    await place.models.remove(await place.models.learnedFrom(new Set(file.forgetting)), modelsLock);
    await place.models.clearCheckpoint(modelsLock);
    await lock.discard(await place.stories.unlisted(file));
    const done: CorpusFile = { ...file, forgetting: null };
    await place.stories.store(done, new Map(), lock);
    return done;
  }
}

/** Null for a damaged record. */
async function loadUnlessDamaged(place: Place): Promise<CorpusFile | undefined | null> {
  try {
    return await place.stories.load();
  } catch (error) {
    if (error instanceof FabulistError) return null;
    throw error;
  }
}
