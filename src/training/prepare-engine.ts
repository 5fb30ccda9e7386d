import type { EngineChoice } from '../engine/engine.ts';
import { kernelsAreWanted } from '../engine/native/find-kernels.ts';
import { findNative } from '../engine/native/find-native.ts';
import { installInBackground } from '../engine/native/install-in-background.ts';
import { FabulistError } from '../errors.ts';

export interface Preparing {
  readonly what: string;
  /** 0 to 1, or null where it cannot be told. */
  readonly share: number | null;
}

/**
 * Waits for the native engine where it is wanted and not there yet: `native` always, `auto` where `wait` says so; and, some
 * seconds, for its kernels where only those are missing, as after an update. With `auto` a failed installation is no failure:
 * WebAssembly trains instead, and the reason is kept for `doctor`.
 * Throws `engine` where `native` cannot be had, `cancelled` when the signal is aborted.
 */
export async function prepareEngine(
  choice: EngineChoice,
  wait: boolean,
  onPreparing: (preparing: Preparing) => void,
  signal: AbortSignal,
): Promise<void> {
  if (choice === 'wasm') return;
  const onlyKernels = kernelsAreWanted();
  if (!onlyKernels) {
    if (choice === 'auto' && !wait) return;
    const status = await findNative();
    if (status.state === 'ready') return;
    if (status.state === 'impossible') {
      if (choice === 'auto') return;
      const sentence = `The native engine cannot be installed because ${status.reason}; ${status.remedy}.`;
      throw new FabulistError('engine', sentence);
    }
  }
  const install = installInBackground({
    force: choice === 'native',
    onProgress: ({ what, doneBytes, totalBytes, seconds }) => {
      const size = totalBytes ? ` (${megabytes(doneBytes ?? 0)} of ${megabytes(totalBytes)} MB)` : '';
      onPreparing({
        what: `Native engine, once for all: ${what}${size}, ${Math.round(seconds)} s`,
        share: totalBytes ? (doneBytes ?? 0) / totalBytes : null,
      });
    },
  });
  const stop = () => void install.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await install.done;
  } catch (error) {
    if (signal.aborted) throw new FabulistError('cancelled', 'The training was cancelled.', { cause: error });
    if (choice === 'native' && !onlyKernels) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
