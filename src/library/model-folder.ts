import path from 'node:path';
import {
  isUnreadable,
  makeFolder,
  namesIn,
  removeAll,
  syncFolder,
  syncUpwards,
  textOf,
  writeNew,
} from './durable-files.ts';
import type { DamagedVersion, NewVersion, Version, VersionList } from './library.ts';
import type { Lock } from './lock.ts';
import { inspectSealed, readSealed, writeSealed } from './sealed-folder.ts';
import { type Choice, isVersionId, KEPT, keptOf, tellingOf, versionOf } from './version-rules.ts';

const MANIFEST = 'version.json';
const CHECKPOINT = 'checkpoint.json';
const CHOICE = 'telling.json';

type Files = Readonly<Record<string, Uint8Array>>;
/** Whether a version is to be left out as if it were gone: it learned from stories that are being forgotten. */
type Hidden = (stories: readonly string[]) => boolean;

/**
 * The versions of one corpus, `<id>/` each, its checkpoint `checkpoint-<n>/` and the choice of who tells, in one folder.
 * Reads take no lock; changes take the lock they are fenced by.
 */
export class ModelFolder {
  readonly path: string;
  /** Version folders whose full check failed in this process, with the problem; shared by all of one library. */
  readonly #found: Map<string, string>;

  constructor(folder: string, found: Map<string, string>) {
    this.path = folder;
    this.#found = found;
  }

  async list(hidden: Hidden): Promise<VersionList> {
    const { versions, damaged } = await this.#survey(hidden);
    const telling = tellingOf(versions, await this.#choice());
    return { versions: keptOf(versions, telling), damaged, telling };
  }

  /** The files of a version, or what is wrong with it. names: of those that are wanted, default all. */
  async read(id: string, hidden: Hidden, names?: readonly string[]): Promise<Awaited<ReturnType<typeof readSealed>>> {
    if (!isVersionId(id)) return { state: 'gone' };
    const folder = path.join(this.path, id);
    const problem = this.#found.get(folder);
    if (problem !== undefined) return { state: 'damaged', problem };
    const found = await readSealed(folder, MANIFEST, names);
    if (found.state === 'damaged') this.#found.set(folder, found.problem);
    if (found.state === 'whole' && hidden((found.about as Version).stories)) return { state: 'gone' };
    return found;
  }

  /**
   * Adds a version. `fence` is the lock whose loss must keep it from appearing (the training claim, else the write lock);
   * `lock` is the write lock.
   */
  async add(version: NewVersion, now: Date, fence: Lock, lock: Lock): Promise<Version> {
    const choice = await this.#choice();
    const ids = await this.ids();
    const added = versionOf(version, now, choice === undefined ? ids : [...ids, choice.after]);
    await this.#publish(fence, added.id, MANIFEST, version.files, added);
    // The version is there now, whatever becomes of the old ones; listings cut them off, the next version prunes again.
    await this.#prune(lock).catch(() => undefined);
    return added;
  }

  /** Returns false for an unknown or damaged id. */
  async choose(id: string, hidden: Hidden, lock: Lock): Promise<boolean> {
    const { versions, damaged } = await this.#survey(hidden);
    if (!versions.some((version) => version.id === id)) return false;
    const after =
      [...versions, ...damaged]
        .map((other) => other.id)
        .sort()
        .at(-1) ?? id;
    const staged = lock.stage();
    await makeFolder(this.path);
    await writeNew(staged, JSON.stringify({ id, after } satisfies Choice));
    await lock.publish(staged, path.join(this.path, CHOICE));
    await syncFolder(this.path);
    return true;
  }

  /** The ids of all versions, whole or not. */
  async ids(): Promise<string[]> {
    return (await namesIn(this.path)).filter(isVersionId);
  }

  /** The ids of all versions that learned from one of these stories, and of those too damaged to say what from. */
  async learnedFrom(stories: ReadonlySet<string>): Promise<string[]> {
    const { learned } = await this.#survey(() => false);
    const suspects = [...learned].filter(([, from]) => from?.some((hash) => stories.has(hash)) ?? true);
    return suspects.map(([id]) => id);
  }

  /** The stories that versions still here learned from; undefined when one cannot say or a checkpoint is here too. */
  async storiesInUse(): Promise<Set<string> | undefined> {
    if (await this.hasCheckpoint()) return undefined;
    const { learned } = await this.#survey(() => false);
    const stories = new Set<string>();
    for (const from of learned.values()) {
      if (from === undefined) return undefined;
      for (const hash of from) stories.add(hash);
    }
    return stories;
  }

  /** A later checkpoint replaces the one before whole. Fenced by the claim. */
  async saveCheckpoint(files: Files, claim: Lock): Promise<void> {
    const before = await this.#checkpoints();
    await this.#publish(claim, `checkpoint-${(before[0] ?? 0) + 1}`, CHECKPOINT, files, null);
    await claim.discard(before.map((number) => path.join(this.path, `checkpoint-${number}`)));
  }

  async readCheckpoint(): Promise<Record<string, Uint8Array> | undefined> {
    for (;;) {
      const newest = (await this.#checkpoints())[0];
      if (newest === undefined) return undefined;
      const found = await readSealed(path.join(this.path, `checkpoint-${newest}`), CHECKPOINT);
      if (found.state === 'whole') return found.value;
      if (found.state === 'damaged') return undefined;
      // Gone: replaced by a newer one while we read.
    }
  }

  async hasCheckpoint(): Promise<boolean> {
    return (await this.#checkpoints()).length > 0;
  }

  async clearCheckpoint(lock: Lock): Promise<void> {
    const numbers = await this.#checkpoints();
    await lock.discard(numbers.map((number) => path.join(this.path, `checkpoint-${number}`)));
  }

  async remove(ids: readonly string[], lock: Lock): Promise<void> {
    await lock.discard(ids.map((id) => path.join(this.path, id)));
  }

  async #publish(fence: Lock, name: string, manifest: string, files: Files, about: unknown): Promise<void> {
    const staged = fence.stage();
    try {
      await writeSealed(staged, manifest, files, about);
      await makeFolder(this.path);
      await fence.publish(staged, path.join(this.path, name));
    } catch (error) {
      // A claim is held for hours: what does not fit on the disk must not stay on it as long.
      await removeAll(staged).catch(() => undefined);
      throw error;
    }
    await syncUpwards(this.path, 4);
  }

  /** Damaged versions are kept as long as they would have been, had they been whole: somebody may want to mend them. */
  async #prune(lock: Lock): Promise<void> {
    const { versions, damaged } = await this.#survey(() => false);
    const kept = keptOf(versions, tellingOf(versions, await this.#choice()));
    const oldest = kept.at(-1)?.id ?? '';
    const gone = versions.filter((version) => !kept.includes(version)).map(({ id }) => id);
    if (kept.length >= KEPT) gone.push(...damaged.map(({ id }) => id).filter((id) => id < oldest));
    await this.remove(gone, lock);
  }

  /** learned: the stories of every version on disk by id; undefined where its manifest is damaged. */
  async #survey(hidden: Hidden): Promise<{
    versions: Version[];
    damaged: DamagedVersion[];
    learned: Map<string, readonly string[] | undefined>;
  }> {
    const versions: Version[] = [];
    const damaged: DamagedVersion[] = [];
    const learned = new Map<string, readonly string[] | undefined>();
    for (const id of (await this.ids()).sort().reverse()) {
      const folder = path.join(this.path, id);
      const found = await inspectSealed(folder, MANIFEST);
      if (found.state === 'gone') continue;
      const about = found.about as Version | undefined;
      learned.set(id, about?.stories);
      const problem = found.state === 'damaged' ? found.problem : this.#found.get(folder);
      if (about !== undefined && hidden(about.stories)) continue;
      if (problem !== undefined) damaged.push({ id, problem });
      else if (about !== undefined) versions.push({ ...about, id });
    }
    return { versions, damaged, learned };
  }

  async #checkpoints(): Promise<number[]> {
    const names = (await namesIn(this.path)).filter((name) => /^checkpoint-\d{1,15}$/.test(name));
    return names.map((name) => Number(name.slice('checkpoint-'.length))).sort((one, other) => other - one);
  }

  async #choice(): Promise<Choice | undefined> {
    try {
      const text = await textOf(path.join(this.path, CHOICE));
      const { id, after } = JSON.parse(text ?? '') as Choice;
      return typeof id === 'string' && typeof after === 'string' ? { id, after } : undefined;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError || isUnreadable(error)) return undefined;
      throw error;
    }
  }
}
