import { accessSync, constants, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findReady } from './find-native.ts';
import { kernelsFolder, runnableSets } from './kernels-folder.ts';
import { type LastFailure, lastFailure } from './last-failure.ts';
import { compilerObstacle, type Obstacle } from './native-obstacle.ts';
import { type NativePlace, nativePlace } from './native-place.ts';

/**
 * The addon with the kernels for this processor, to be loaded after tfjs-node; null where there is none. Builds nothing,
 * takes a millisecond, never throws.
 */
export function findKernels(where?: NativePlace): string | null {
  try {
    const place = where ?? nativePlace();
    const ready = findReady(place);
    const [best] = runnableSets(place);
    if (ready?.how !== 'built' || !best) return null;
    // An engine of another cache brings the kernels beside it.
    const addon = join(basename(kernelsFolder(place)), best.file);
    const paths = [place.cacheFolder, dirname(dirname(ready.path))].map((cache) => join(cache, addon));
    return paths.find((path) => existsSync(path)) ?? null;
  } catch {
    return null;
  }
}

export type KernelsStatus =
  | { readonly state: 'ready'; readonly path: string }
  | { readonly state: 'buildable'; readonly lastFailure: LastFailure | null }
  | ({ readonly state: 'impossible' } & Obstacle);

/** Whether the kernels are there, or could be built, or why not. Starts no process, changes nothing, never throws. */
export function kernelsStatus(where?: NativePlace): KernelsStatus {
  const path = findKernels(where);
  if (path) return { state: 'ready', path };
  try {
    const place = where ?? nativePlace();
    kernelsFolder(place);
    const obstacle = engineObstacle(place) ?? compilerObstacle(place) ?? cacheObstacle(place);
    return obstacle
      ? { state: 'impossible', ...obstacle }
      : { state: 'buildable', lastFailure: lastFailure(place, 'kernels') };
  } catch {
    return { state: 'impossible', reason: 'what they are built from is missing', remedy: 'install Fabulist anew' };
  }
}

/** Whether they are to be built now: missing, possible, and, unless `force` is set, not failed within the last day. */
export function kernelsAreWanted(place?: NativePlace, force = false): boolean {
  const status = kernelsStatus(place);
  if (status.state !== 'buildable') return false;
  return force || !status.lastFailure || Date.now() >= status.lastFailure.retryAt.getTime();
}

function engineObstacle(place: NativePlace): Obstacle | null {
  const ready = findReady(place);
  if (!ready) return { reason: 'they belong to the native engine, which is not installed', remedy: 'install that' };
  if (ready.how === 'built') return null;
  return { reason: 'tfjs-node brought a TensorFlow of its own', remedy: 'the kernels of that are used instead' };
}

function cacheObstacle({ cacheFolder }: NativePlace): Obstacle | null {
  if (canBeWritten(cacheFolder)) return null;
  return { reason: 'the cache folder cannot be written', remedy: 'name one that can in FABULIST_CACHE' };
}

/** A folder that is not there yet is made in the one above it. */
function canBeWritten(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return !existsSync(folder) && dirname(folder) !== folder && canBeWritten(dirname(folder));
  }
}
