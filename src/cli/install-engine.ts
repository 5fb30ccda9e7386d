import type { InstallProgress } from '../engine/native/install-progress.ts';
import { sentenceFor } from '../errors.ts';
import type { Session } from './session.ts';
import type { TrainingDisplay } from './training-display.ts';

/**
 * Installs the native engine, with a bar that says what, how large and how far. force: also where a try failed within the
 * last day. Throws `engine`, and `cancelled` when the session ends.
 */
export async function installEngine({ display, signal }: Session, force: boolean): Promise<void> {
  const { installNative } = await import('../engine/native/install-native.ts');
  try {
    await installNative({ force, signal, onProgress: (progress) => showProgress(display, progress) });
  } finally {
    display.stop();
  }
}

/**
 * After the first use on a machine that could have the native engine and has it not, or not its kernels: installs what is
 * missing, so that the next use is faster. Whoever waits has what was asked for already, and loses nothing by Ctrl-C.
 * A failure is a note, not an error.
 */
export async function installAfterFirstUse(session: Session): Promise<void> {
  if (session.config.engine !== 'auto') return;
  const { kernelsAreWanted } = await import('../engine/native/find-kernels.ts');
  const onlyKernels = kernelsAreWanted();
  if (!onlyKernels) {
    const { findNative } = await import('../engine/native/find-native.ts');
    const status = await findNative();
    if (status.state !== 'installable') return;
    if (status.lastFailure && Date.now() < status.lastFailure.retryAt.getTime()) return;
    session.output.note('Installing the faster engine, once for all (274 MB). Ctrl-C leaves it for the next time.');
  }
  try {
    await installEngine(session, false);
    if (!onlyKernels) session.output.note('The faster engine is there and is used from now on.');
  } catch (error) {
    if (session.signal.aborted) throw error;
    session.output.note(sentenceFor(error));
  }
}

function showProgress(display: TrainingDisplay, { what, doneBytes, totalBytes, seconds }: InstallProgress): void {
  const step = `Installing the native engine: ${what}, ${Math.round(seconds)} s`;
  if (doneBytes === undefined || !totalBytes) display.work(step, null);
  else display.work(`${step} (${megabytes(doneBytes)} of ${megabytes(totalBytes)} MB)`, doneBytes / totalBytes);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
