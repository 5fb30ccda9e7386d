import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FabulistError } from '../../errors.ts';
import { type LastFailure, lastFailure } from './last-failure.ts';
import { nativeObstacle } from './native-obstacle.ts';
import {
  addonName,
  addonPathInPackage,
  engineFolder,
  isEngineFolder,
  type NativePlace,
  nativePlace,
} from './native-place.ts';
import { quietLogName } from './quiet-log.ts';

export interface ReadyNative {
  readonly state: 'ready';
  /** `ordinary`: tfjs-node's own, or an addon that the person put there; `built`: made by `installNative`. */
  readonly how: 'ordinary' | 'built';
  /** The addon. */
  readonly path: string;
}

export type NativeStatus =
  | ReadyNative
  | { readonly state: 'installable'; readonly lastFailure: LastFailure | null }
  | { readonly state: 'impossible'; readonly reason: string; readonly remedy: string };

/**
 * Whether the native engine is there, or could be installed, or why not. Installs, links and downloads nothing. Takes
 * about a millisecond where it is ready, else a tenth of a second: python3 is asked for its pip.
 */
export async function findNative(where?: NativePlace): Promise<NativeStatus> {
  let place: NativePlace;
  try {
    place = where ?? nativePlace();
  } catch (error) {
    if (!(error instanceof FabulistError)) throw error;
    return { state: 'impossible', reason: 'the packages it is built from are not installed', remedy: 'run npm ci' };
  }
  const ready = findReady(place);
  if (ready) return ready;
  const obstacle = await nativeObstacle(place);
  return obstacle ? { state: 'impossible', ...obstacle } : { state: 'installable', lastFailure: lastFailure(place) };
}

/** The part of `findNative` that needs no other process: the addon to use, or null. */
export function findReady(place: NativePlace): ReadyNative | null {
  const inPackage = addonPathInPackage(place);
  if (isOrdinary(place, inPackage)) return { state: 'ready', how: 'ordinary', path: inPackage };
  const folder = engineFolder(place);
  if (isWhole(folder, place)) return { state: 'ready', how: 'built', path: join(folder, addonName) };
  // The same engine in another cache, linked when FABULIST_CACHE was another, need not be built again.
  const linked = attempt(() => realpathSync(inPackage));
  if (!linked || basename(dirname(linked)) !== basename(folder) || !isWhole(dirname(linked), place)) return null;
  return { state: 'ready', how: 'built', path: linked };
}

/** Whether an engine folder holds all it should: a person or a tidying program may have removed some of it. */
export function isWhole(folder: string, place: NativePlace): boolean {
  const isFile = (name: string) => attempt(() => statSync(join(folder, name)))?.isFile() === true;
  if (!place.wheel || !isFile(addonName) || !isFile(quietLogName)) return false;
  return place.wheel.libraries.every(({ name, bytes }) => attempt(() => statSync(join(folder, name)))?.size === bytes);
}

function isOrdinary(place: NativePlace, inPackage: string): boolean {
  const found: Stats | null = attempt(() => lstatSync(inPackage));
  if (found?.isSymbolicLink()) {
    // A dangling link has no target; a link to an engine folder is this code's own, and may be of an older version.
    const target = attempt(() => realpathSync(inPackage));
    return target !== null && !isEngineFolder(dirname(target));
  }
  // Where the package's download failed half-way, the addon can be there without the library.
  const libraries = attempt(() => readdirSync(join(place.packageFolder, 'deps', 'lib'))) ?? [];
  return found?.isFile() === true && libraries.some((name) => name.includes('tensorflow'));
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
