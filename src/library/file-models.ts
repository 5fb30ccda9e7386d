import { FabulistError } from '../errors.ts';
import type { FileCorpora, Standing } from './file-corpora.ts';
import type { CorpusRef, NewVersion, TrainingClaim, Version, VersionList } from './library.ts';
import type { Lock } from './lock.ts';
import type { Locks } from './locks.ts';
import type { Place, Places } from './places.ts';
import { checkRef } from './safe-names.ts';
import { checkStoriesKnown, claimLost, unknownCorpus } from './stories.ts';
import { checkFileNames, noSuchVersion } from './version-rules.ts';

/** The half of the file library that keeps models, of starters too. Errors of the file system pass through. */
export class FileModels {
  readonly #places: Places;
  readonly #corpora: FileCorpora;
  readonly #locks: Locks;
  readonly #clock: () => Date;
  readonly #claims = new Set<FileClaim>();

  constructor(places: Places, corpora: FileCorpora, locks: Locks, clock: () => Date) {
    this.#places = places;
    this.#corpora = corpora;
    this.#locks = locks;
    this.#clock = clock;
  }

  async versions(corpus: CorpusRef): Promise<VersionList> {
    checkRef(corpus);
    const standing = await this.#corpora.standing(corpus);
    if (standing === undefined) return { versions: [], damaged: [], telling: null };
    return await this.#places.of(corpus).models.list(standing.hidden);
  }

  async addVersion(corpus: CorpusRef, version: NewVersion, claim?: TrainingClaim): Promise<Version> {
    checkRef(corpus);
    checkFileNames(version.files);
    const place = this.#places.of(corpus);
    const fence = claim === undefined ? undefined : lockOf(claim, place);
    const added = this.#locks.hold(place.modelsSlot, async (lock) => {
      // Under the lock that `forget` takes too: it either finds this version to remove, or we find the story gone.
      const { file } = await this.#existing(corpus);
      if (file !== undefined) checkStoriesKnown(file, version.stories);
      return await place.models.add(version, this.#clock(), fence ?? lock, lock);
    });
    return await (fence === undefined ? added : fenced(fence, added));
  }

  async readVersion(corpus: CorpusRef, id: string, names?: readonly string[]): Promise<Record<string, Uint8Array>> {
    checkRef(corpus);
    const standing = await this.#corpora.standing(corpus);
    const found = standing && (await this.#places.of(corpus).models.read(id, standing.hidden, names));
    if (found === undefined || found.state === 'gone') throw noSuchVersion();
    if (found.state === 'whole') return found.value;
    throw new FabulistError(
      'storage',
      `This model version is damaged: ${found.problem}. Choose another, or train again.`,
    );
  }

  async tellFrom(corpus: CorpusRef, id: string): Promise<void> {
    checkRef(corpus);
    const place = this.#places.of(corpus);
    await this.#locks.hold(place.modelsSlot, async (lock) => {
      const standing = await this.#corpora.standing(corpus);
      const chosen = standing !== undefined && (await place.models.choose(id, standing.hidden, lock));
      if (!chosen) throw noSuchVersion();
    });
  }

  async claimTraining(corpus: CorpusRef): Promise<TrainingClaim | undefined> {
    checkRef(corpus);
    await this.#existing(corpus);
    const { trainingSlot } = this.#places.of(corpus);
    const lock = await this.#locks.claim(trainingSlot);
    if (lock === undefined) return undefined;
    const claim = new FileClaim(trainingSlot, lock, () => this.#claims.delete(claim));
    this.#claims.add(claim);
    return claim;
  }

  async saveCheckpoint(
    corpus: CorpusRef,
    files: Readonly<Record<string, Uint8Array>>,
    claim: TrainingClaim,
  ): Promise<void> {
    checkRef(corpus);
    checkFileNames(files);
    const place = this.#places.of(corpus);
    const fence = lockOf(claim, place);
    await fenced(fence, place.models.saveCheckpoint(files, fence));
  }

  async readCheckpoint(corpus: CorpusRef): Promise<Record<string, Uint8Array> | undefined> {
    checkRef(corpus);
    const standing = await this.#corpora.standing(corpus);
    if (standing === undefined || standing.forgetting) return undefined;
    return await this.#places.of(corpus).models.readCheckpoint();
  }

  async clearCheckpoint(corpus: CorpusRef): Promise<void> {
    checkRef(corpus);
    const place = this.#places.of(corpus);
    if (!(await place.models.hasCheckpoint())) return;
    await this.#locks.hold(place.modelsSlot, (lock) => place.models.clearCheckpoint(lock));
  }

  /** Gives back the claims still held. */
  async close(): Promise<void> {
    for (const claim of [...this.#claims]) await claim.release();
  }

  async #existing(corpus: CorpusRef): Promise<Standing> {
    const standing = await this.#corpora.standing(corpus);
    if (standing === undefined) throw unknownCorpus(corpus);
    return standing;
  }
}

/** The right to train, as the lock that also fences what is written under it. */
class FileClaim implements TrainingClaim {
  readonly slot: string;
  readonly lock: Lock;
  readonly #released: () => void;

  constructor(slot: string, lock: Lock, released: () => void) {
    this.slot = slot;
    this.lock = lock;
    this.#released = released;
  }

  held(): boolean {
    return this.lock.held();
  }

  async release(): Promise<void> {
    this.#released();
    await this.lock.release();
  }
}

function lockOf(claim: TrainingClaim, place: Place): Lock {
  if (!(claim instanceof FileClaim) || claim.slot !== place.trainingSlot) {
    throw new TypeError('The claim is of another corpus or another library.');
  }
  if (!claim.held()) throw claimLost();
  return claim.lock;
}

/** Says so when the claim was lost on the way. */
async function fenced<T>(claim: Lock, change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    throw claim.isLostBy(error) ? claimLost(error) : error;
  }
}
