import { type ErrorCode, FabulistError } from '../../errors.ts';
import { forkEntry } from '../../fork-entry.ts';
import type { InstallOptions } from './install-native.ts';
import type { InstallProgress } from './install-progress.ts';

/** What the installing process sends to the one that forked it. */
export type InstallMessage =
  | { readonly kind: 'progress'; readonly progress: InstallProgress }
  /** `code` is null for a defect, which `detail` describes for the log. */
  | { readonly kind: 'failed'; readonly code: ErrorCode | null; readonly sentence: string; readonly detail: string };

export interface BackgroundInstall {
  /**
   * Settles when the installing process has ended: as `installNative` does, and with `engine` if that process was
   * killed. A rejection that nobody looks at ends nothing.
   */
  readonly done: Promise<void>;
  /**
   * Stops the installation and waits until what it made is removed; `done` then rejects with `cancelled`, unless it had
   * come to its end before. Safe to repeat.
   */
  stop(): Promise<void>;
}

/**
 * Installs the native engine in another process, which ends with this one however this one ends. The caller links and
 * loads the engine itself when `done` resolves. An installation that runs keeps this process alive; `stop` it to leave.
 */
export function installInBackground(options: Omit<InstallOptions, 'signal'> = {}): BackgroundInstall {
  const { onProgress, ...rest } = options;
  const child = forkEntry('install-process', import.meta.url, [JSON.stringify(rest)]);

  let failure: FabulistError | Error | null = null;
  let stopped = false;
  child.on('message', (message: InstallMessage) => {
    if (message.kind === 'progress') onProgress?.(message.progress);
    else failure = errorFrom(message);
  });
  const done = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) => {
      failure ??= new FabulistError('engine', 'The installation of the native engine did not start; try again.', {
        cause,
      });
      // No process, no 'close'.
      if (child.pid === undefined) reject(failure);
    });
    child.on('close', (code, killedBy) => {
      if (code === 0) resolve();
      else if (stopped) reject(new FabulistError('cancelled', 'The installation of the native engine was stopped.'));
      else reject(failure ?? interrupted(killedBy ?? `exit code ${code}`));
    });
  });
  const ended = done.catch(() => undefined);

  return {
    done,
    async stop() {
      stopped = true;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function errorFrom(message: InstallMessage & { kind: 'failed' }): Error {
  if (message.code === null) return new Error(message.sentence, { cause: message.detail });
  return new FabulistError(message.code, message.sentence, { cause: message.detail });
}

function interrupted(how: string): FabulistError {
  const sentence = `The installation of the native engine was interrupted (${how}); it is repeated at the next start.`;
  return new FabulistError('engine', sentence);
}
