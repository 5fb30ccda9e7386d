import { rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FabulistError } from '../../errors.ts';
import { buildFolder, isCode, reachDisk } from './build-folder.ts';
import { compileAddon, proveAddon } from './compile-addon.ts';
import { downloadWheel, unpackWheel } from './fetch-tensorflow.ts';
import { isWhole } from './find-native.ts';
import { folderSize, type RunStep } from './install-progress.ts';
import { addonName, engineFolder, type NativePlace } from './native-place.ts';
import { type TensorFlowWheel, tensorFlowVersion } from './tensorflow-wheel.ts';

/**
 * Downloads, unpacks, compiles and proves an engine in a folder of its own, then moves it into the cache in one step.
 * Throws `engine` with a sentence about the step that failed, and the signal's reason within a second of its abortion.
 */
export async function buildEngine(
  place: NativePlace,
  wheel: TensorFlowWheel,
  runStep: RunStep,
  signal?: AbortSignal,
): Promise<void> {
  const need = spaceNeeded(wheel);
  await buildFolder({
    final: engineFolder(place),
    isWhole: (folder) => isWhole(folder, place),
    make: async ({ work, built }) => {
      const free = await freeBytes(place.cacheFolder);
      if (free < need) throw diskFull(need);
      try {
        await build(place, wheel, { work, engine: built }, runStep, signal);
      } catch (error) {
        signal?.throwIfAborted();
        // Tools report a full disk in ways of their own, or not at all; the disk is asked instead.
        const stillFree = (await freeBytes(place.cacheFolder)) + (await folderSize(work));
        throw stillFree < need || isCode(error, 'ENOSPC', 'EDQUOT') ? diskFull(need, error) : error;
      }
    },
    signal,
  });
}

async function build(
  place: NativePlace,
  wheel: TensorFlowWheel,
  { work, engine }: { readonly work: string; readonly engine: string },
  runStep: RunStep,
  signal?: AbortSignal,
): Promise<void> {
  const headers = join(work, 'include');
  const download = join(work, 'download');

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
