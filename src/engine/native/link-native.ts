import { lstatSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FabulistError } from '../../errors.ts';
import { findReady } from './find-native.ts';
import { addonPathInPackage, type NativePlace, nativePlace } from './native-place.ts';

/**
 * `untouched`: the package's own addon is used as it is. `linked`: the package has a symbolic link to the built addon.
 * `redirected`: the package could not be written, and its lookup answers with the built addon, in this process only.
 */
export type LinkOutcome = 'untouched' | 'linked' | 'redirected';

/**
 * Makes tfjs-node find the addon that `findNative` calls ready. Call it in every process before the package is loaded,
 * and load the package with `require` (`createRequire`), whose modules the redirection reaches. Repeating it is cheap;
 * a link that dangles or leads to an engine of another version is replaced.
 * Throws `engine` if no engine is ready.
 */
export function linkNative(place: NativePlace = nativePlace()): LinkOutcome {
  const ready = findReady(place);
  if (!ready) throw new FabulistError('engine', 'The native engine is not installed.');
  if (ready.how === 'ordinary') return 'untouched';
  const link = addonPathInPackage(place);
  switch (whatIsAt(link, ready.path)) {
    case 'right link':
      return 'linked';
    case 'file':
      // An addon whose library is missing. It is the person's own, so it is passed by, not replaced.
      return redirect(place, ready.path);
    default:
      return replaceLink(link, ready.path) ? 'linked' : redirect(place, ready.path);
  }
}

function whatIsAt(link: string, addon: string): 'right link' | 'other link' | 'file' | 'nothing' {
  try {
    if (!lstatSync(link).isSymbolicLink()) return 'file';
  } catch {
    return 'nothing';
  }
  try {
    return realpathSync(link) === realpathSync(addon) ? 'right link' : 'other link';
  } catch {
    return 'other link';
  }
}

/** Replaces in one step, so that a process that loads the package meanwhile finds the old link or the new one. */
function replaceLink(link: string, addon: string): boolean {
  const temporary = `${link}.${process.pid}`;
  try {
    mkdirSync(dirname(link), { recursive: true });
    rmSync(temporary, { force: true });
    symlinkSync(addon, temporary);
    renameSync(temporary, link);
    return true;
  } catch {
    // A read-only installation, one of another user, or a file system without links. Which of them makes no difference.
    return false;
  }
}

/** The module that tfjs-node asks for the path of its addon. */
interface PreBinding {
  find(packageJson: string, ...rest: unknown[]): string;
}

function redirect(place: NativePlace, addon: string): LinkOutcome {
  let packageJson: string;
  let lookup: PreBinding;
  try {
    packageJson = realpathSync(join(place.packageFolder, 'package.json'));
    lookup = createRequire(packageJson)('@mapbox/node-pre-gyp/lib/pre-binding.js') as PreBinding;
  } catch (cause) {
    throw new FabulistError('engine', 'The native engine could not be linked into its package; make it writable.', {
      cause,
    });
  }
  const find = lookup.find;
  lookup.find = (asked, ...rest) => (asked === packageJson ? addon : find.call(lookup, asked, ...rest));
  return 'redirected';
}
