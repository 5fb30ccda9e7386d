import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface Building {
  /** Where the finished folder is to be. The folder that it is in exists. */
  readonly final: string;
  readonly isWhole: (folder: string) => boolean;
  /** Fills `built`; everything temporary goes into `work`. */
  readonly make: (folders: { readonly work: string; readonly built: string }) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has a folder made beside its place, then moves it there in one step. However it ends, nothing else is left; what a
 * process that was killed left behind is removed first. Only under the install lock.
 * Throws what `make` throws, the signal's reason if it was aborted, and what the file system says where the move fails.
 */
export async function buildFolder({ final, isWhole, make, signal }: Building): Promise<void> {
  await removeLeftovers(final);
  const work = await mkdtemp(`${final}.building-${process.pid}-`);
  try {
    const built = join(work, 'built');
    await mkdir(built);
    await make({ work, built });
    signal?.throwIfAborted();
    await publish(built, final, work, isWhole);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A power cut after the move must not leave a library with holes: using one ends the process without a word. */
export async function reachDisk(paths: readonly string[], signal?: AbortSignal): Promise<void> {
  for (const path of paths) {
    signal?.throwIfAborted();
    const file = await open(path, 'r');
    try {
      await abortable(file.sync(), signal);
    } finally {
      await file.close();
    }
  }
}

/** Whether an error is one of the file system with one of these codes. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}

async function publish(built: string, final: string, work: string, isWhole: Building['isWhole']): Promise<void> {
  try {
    await rename(built, final);
  } catch (error) {
    if (!isCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
    // Another process was faster, or what is there has lost a part since.
    if (isWhole(final)) return;
    await rename(final, join(work, 'damaged'));
    await rename(built, final);
  }
}

/** Stops waiting for what cannot itself be stopped. */
function abortable(work: Promise<void>, signal?: AbortSignal): Promise<void> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** A live process is spared: it may have been held up so long that it lost the lock. */
async function removeLeftovers(final: string): Promise<void> {
  const prefix = `${basename(final)}.building-`;
  for (const name of await readdir(dirname(final))) {
    if (!name.startsWith(prefix)) continue;
    const owner = Number.parseInt(name.slice(prefix.length), 10);
    if (owner !== process.pid && isAlive(owner)) continue;
    await rm(join(dirname(final), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}
