import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildFolder, isCode, reachDisk } from './build-folder.ts';
import type { RunStep } from './install-progress.ts';
import { type KernelSet, kernelFlags, kernelSets, kernelsFolder, runnableSets } from './kernels-folder.ts';
import { loadElsewhere } from './load-elsewhere.ts';
import type { Obstacle } from './native-obstacle.ts';
import type { NativePlace } from './native-place.ts';
import { compilerFailure, runCompiler } from './run-compiler.ts';
import { ToolFailure } from './tools.ts';

/** A compiler takes some hundred megabytes of memory. */
const atOnce = 2;

/**
 * Compiles the kernels for every set of instructions against an engine, and proves those that run here. Answers null, or why
 * they could not be built. `engine`: its addon, in the folder of its libraries.
 * Throws the signal's reason within a second of its abortion.
 */
export async function buildKernels(
  place: NativePlace,
  engine: string,
  runStep: RunStep,
  signal?: AbortSignal,
): Promise<Obstacle | null> {
  const sets = kernelSets(place);
  const building = {
    final: kernelsFolder(place),
    isWhole: (folder: string) => sets.every(({ file }) => existsSync(join(folder, file))),
    make: async ({ work, built }: { work: string; built: string }) => {
      for (let first = 0; first < sets.length; first += atOnce) {
        const some = sets.slice(first, first + atOnce);
        // All are waited for also where one fails, since the folder that they write to is removed then.
        const ends = await Promise.allSettled(some.map((set) => buildSet(place, set, { engine, work, built }, signal)));
        for (const end of ends) if (end.status === 'rejected') throw end.reason;
      }
      await reachDisk([...sets.map(({ file }) => join(built, file)), built], signal);
    },
    signal,
  };
  try {
    await runStep('compiling its kernels', () => buildFolder(building));
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    return obstacleIn(error, place);
  }
}

async function buildSet(
  place: NativePlace,
  set: KernelSet,
  { engine, work, built }: { readonly engine: string; readonly work: string; readonly built: string },
  signal?: AbortSignal,
): Promise<void> {
  const addon = join(built, set.file);
  const sources = readdirSync(place.kernelSources).filter((name) => name.endsWith('.cc'));
  const instructions = set.instructions.map((name) => `-m${name}`);
  const args = [
    ...kernelFlags,
    ...instructions,
    ...set.flags,
    `-I${place.headersFolder}`,
    ...sources.map((name) => join(place.kernelSources, name)),
    // Named for the linker alone: when the kernels are loaded the engine's addon has loaded it, wherever it is then.
    join(dirname(engine), 'libtensorflow_framework.so.2'),
    '-o',
    addon,
  ];
  await runCompiler(place, args, work, signal);
  if (runnableSets(place).includes(set)) await loadElsewhere(place, [engine, addon], work, signal);
}

/** Throws what is a defect. */
function obstacleIn(error: unknown, place: NativePlace): Obstacle {
  if (error instanceof ToolFailure) {
    if (error.command !== place.node) return compilerFailure(error);
    return { reason: 'they were built but do not load here', remedy: "TensorFlow's own kernels are used instead" };
  }
  if (!isCode(error, 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO')) throw error;
  return {
    reason: 'the cache folder is full or cannot be written',
    remedy: 'free some space, or name another folder in FABULIST_CACHE',
  };
}
