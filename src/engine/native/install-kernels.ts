import { buildKernels } from './build-kernels.ts';
import { kernelsAreWanted } from './find-kernels.ts';
import { findReady } from './find-native.ts';
import { takeInstallLock } from './install-lock.ts';
import type { RunStep } from './install-progress.ts';
import { forgetFailure, rememberFailure } from './last-failure.ts';
import type { NativePlace } from './native-place.ts';

/**
 * Builds the kernels of an engine that is there, where they are missing and can be built. A failure is remembered.
 * Throws the signal's reason if it is aborted.
 */
export async function installKernels(
  place: NativePlace,
  runStep: RunStep,
  { force, signal }: { readonly force?: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  if (!kernelsAreWanted(place, force)) return;
  const lock = await takeInstallLock(place, runStep, signal);
  try {
    // Another process may have built them, or failed to, while this one waited.
    const engine = kernelsAreWanted(place, force) && findReady(place);
    if (!engine) return;
    const obstacle = await buildKernels(place, engine.path, runStep, signal);
    if (obstacle) await rememberFailure(place, 'kernels', `${obstacle.reason}; ${obstacle.remedy}`);
    else await forgetFailure(place, 'kernels');
  } finally {
    await lock.release();
  }
}
