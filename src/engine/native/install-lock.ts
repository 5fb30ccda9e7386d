import { mkdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { FabulistError } from '../../errors.ts';
import type { RunStep } from './install-progress.ts';
import { engineFolder, type NativePlace } from './native-place.ts';

/** A holder that has not touched its lock for this long is taken for dead. It touches it every half of this. */
const staleMilliseconds = 10_000;
const retryMilliseconds = 250;

export interface InstallLock {
  release(): Promise<void>;
}

/**
 * Waits until no other process of this cache installs the engine, and keeps the others from it until `release`.
 * Throws `engine` if the cache folder cannot be written, and the signal's reason if it is aborted while waiting.
 */
export async function takeInstallLock(
  place: NativePlace,
  runStep: RunStep,
  signal?: AbortSignal,
): Promise<InstallLock> {
  const lock = await tryLock(place);
  if (lock) return lock;
  return runStep('waiting for another installation', async () => {
    for (;;) {
      await wait(retryMilliseconds, undefined, { signal });
      const freed = await tryLock(place);
      if (freed) return freed;
    }
  });
}

/** Null while a live process holds the lock. */
async function tryLock(place: NativePlace): Promise<InstallLock | null> {
  try {
    await mkdir(place.cacheFolder, { recursive: true });
    const release = await lockfile.lock(engineFolder(place), {
      realpath: false,
      stale: staleMilliseconds,
      // A holder that was held up so long that another took its lock goes on: each builds in a folder of its own, and
      // the second to finish finds the engine in place.
      onCompromised: () => undefined,
    });
    // A lock that is no longer held need not be released.
    return { release: () => release().catch(() => undefined) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return null;
    throw unwritable(error);
  }
}

function unwritable(cause: unknown): FabulistError {
  const remedy = 'name a folder that can in FABULIST_CACHE';
  return new FabulistError('engine', `The cache folder for the native engine cannot be written; ${remedy}.`, { cause });
}
