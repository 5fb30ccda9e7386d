import { mkdir, mkdtemp, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FabulistError } from '../../errors.ts';
import { compileAddon, proveAddon } from './compile-addon.ts';
import { downloadWheel, unpackWheel } from './fetch-tensorflow.ts';
import { isWhole } from './find-native.ts';
import { folderSize, type RunStep } from './install-progress.ts';
import { addonName, engineFolder, type NativePlace } from './native-place.ts';
import { type TensorFlowWheel, tensorFlowVersion } from './tensorflow-wheel.ts';

/**
 * Downloads, unpacks, compiles and proves an engine in a folder of its own, then moves it into the cache in one step.
 * However it ends, nothing else is left; what a process that was killed left behind is removed first.
 * Throws `engine` with a sentence about the step that failed, and the signal's reason within a second of its abortion.
 */
export async function buildEngine(
  place: NativePlace,
  wheel: TensorFlowWheel,
  runStep: RunStep,
  signal?: AbortSignal,
): Promise<void> {
  const final = engineFolder(place);
  await removeLeftovers(final);
  const need = spaceNeeded(wheel);
  const free = await freeBytes(place.cacheFolder);
  if (free < need) throw diskFull(need);
  const work = await mkdtemp(`${final}.building-${process.pid}-`);
  try {
    await build(place, wheel, work, runStep, signal);
    signal?.throwIfAborted();
    await publish(join(work, 'engine'), final, work, place);
  } catch (error) {
    signal?.throwIfAborted();
    // Tools report a full disk in ways of their own, or not at all; the disk is asked instead.
    const stillFree = (await freeBytes(place.cacheFolder)) + (await folderSize(work));
    throw stillFree < need || isCode(error, 'ENOSPC', 'EDQUOT') ? diskFull(need, error) : error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function build(
  place: NativePlace,
  wheel: TensorFlowWheel,
  work: string,
  runStep: RunStep,
  signal?: AbortSignal,
): Promise<void> {
  const engine = join(work, 'engine');
  const headers = join(work, 'include');
  const download = join(work, 'download');
  await mkdir(engine);

  const path = await runStep(
    `downloading TensorFlow ${tensorFlowVersion}`,
    () => downloadWheel(place, wheel, { work, download }, signal),
    { folder: download, totalBytes: wheel.bytes },
  );
  await runStep(
    'unpacking',
    async () => {
      await unpackWheel(place, { pin: wheel, path }, { work, libraries: engine, headers }, signal);
      await rm(dirname(path), { recursive: true });
      await reachDisk([engine, ...wheel.libraries.map(({ name }) => join(engine, name))], signal);
    },
    { folder: engine, totalBytes: unpackedBytes(wheel) },
  );
  await runStep('building the addon', async () => {
    await compileAddon(place, wheel, { work, headers, engine }, signal);
    await proveAddon(place, { work, headers, engine }, signal);
    await reachDisk([join(engine, addonName), engine], signal);
  });
}

/** Throws if the engine can neither be moved into place nor is there already. */
async function publish(built: string, final: string, work: string, place: NativePlace): Promise<void> {
  try {
    await rename(built, final);
  } catch (error) {
    if (!isCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
    // Another process was faster, or what is there has lost a part since.
    if (isWhole(final, place)) return;
    await rename(final, join(work, 'damaged'));
    await rename(built, final);
  }
}

/** A power cut after the move must not leave a library with holes: using one ends the process without a word. */
async function reachDisk(paths: readonly string[], signal?: AbortSignal): Promise<void> {
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

/** Stops waiting for what cannot itself be stopped. */
function abortable(work: Promise<void>, signal?: AbortSignal): Promise<void> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Only under the install lock. A live process is spared: it may have been held up so long that it lost the lock. */
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

function unpackedBytes(wheel: TensorFlowWheel): number {
  return wheel.libraries.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** At the fullest: the wheel twice while pip hands it over, or the wheel and what is taken out of it. */
function spaceNeeded(wheel: TensorFlowWheel): number {
  return wheel.bytes + Math.max(wheel.bytes, unpackedBytes(wheel));
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function diskFull(need: number, cause?: unknown): FabulistError {
  const gigabytes = (need / 1e9).toFixed(1);
  const remedy = 'free some, or name a folder on another disk in FABULIST_CACHE';
  const sentence = `The disk is too full for the native engine, which needs ${gigabytes} GB to install; ${remedy}.`;
  return new FabulistError('engine', sentence, { cause });
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}
