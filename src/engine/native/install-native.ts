import { FabulistError } from '../../errors.ts';
import { buildEngine } from './build-engine.ts';
import { findNative } from './find-native.ts';
import { installKernels } from './install-kernels.ts';
import { takeInstallLock } from './install-lock.ts';
import { type OnProgress, type RunStep, stepReporter } from './install-progress.ts';
import { forgetFailure, rememberFailure } from './last-failure.ts';
import { linkNative } from './link-native.ts';
import { type NativePlace, nativePlace } from './native-place.ts';

export interface InstallOptions {
  readonly onProgress?: OnProgress;
  /** Aborting it kills what runs and removes what was made, within a second. */
  readonly signal?: AbortSignal;
  /** Try even if a try failed within the last day. Default false. For an installation that a person asks for. */
  readonly force?: boolean;
  /** Default: this user's cache and this checkout's packages. */
  readonly place?: NativePlace;
}

/**
 * Installs the native engine into the user's cache and links it into tfjs-node's package, then its kernels; builds only
 * what is not there already. Of two processes that call it at once, the second waits and then links what the first built.
 * Without its kernels the engine works, only slower: why they could not be built is remembered (`kernelsStatus`), not thrown.
 * Throws `engine` if the machine cannot have it, if a step failed, or if one failed within the last day and `force` is
 * not set, with a sentence about which and what to do; and `cancelled` if it was aborted.
 */
export async function installNative(options: InstallOptions = {}): Promise<void> {
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    const place = options.place ?? nativePlace();
    const runStep = stepReporter(options.onProgress);
    if (await isWanted(place, options)) {
      const lock = await takeInstallLock(place, runStep, signal);
      try {
        // Another process may have installed it, or failed to, while this one waited.
        if (await isWanted(place, options)) await buildAndRemember(place, runStep, signal);
      } finally {
        await lock.release();
      }
    }
    linkNative(place);
    await installKernels(place, runStep, options);
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new FabulistError('cancelled', 'The installation of the native engine was stopped.', { cause: error });
  }
}

/** Whether there is something to install. Throws if it cannot be, or should not be tried yet. */
async function isWanted(place: NativePlace, options: InstallOptions): Promise<boolean> {
  const status = await findNative(place);
  if (status.state === 'ready') return false;
  if (status.state === 'impossible') {
    const { reason, remedy } = status;
    throw new FabulistError('engine', `The native engine cannot be installed because ${reason}; ${remedy}.`);
  }
  const failure = status.lastFailure;
  if (failure && !options.force && Date.now() < failure.retryAt.getTime()) {
    throw new FabulistError('engine', failure.reason);
  }
  return true;
}

async function buildAndRemember(place: NativePlace, runStep: RunStep, signal?: AbortSignal): Promise<void> {
  if (!place.wheel) return;
  try {
    await buildEngine(place, place.wheel, runStep, signal);
  } catch (error) {
    if (error instanceof FabulistError && !signal?.aborted) await rememberFailure(place, 'engine', error.message);
    throw error;
  }
  await forgetFailure(place, 'engine');
}
