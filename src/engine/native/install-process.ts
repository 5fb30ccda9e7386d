/**
 * Installs the native engine in a process of its own, at low priority, so that a chat goes on beside it.
 * Forked by `installInBackground`: reports over IPC, and stops, leaving nothing, when its parent disconnects or dies.
 * By hand: `node --import ./scripts/typescript.mjs src/engine/native/install-process.ts`; exits with 0 or 1.
 * Takes half a minute on two cores, and the download of 274 MB.
 */
import os from 'node:os';
import { inspect } from 'node:util';
import { FabulistError, sentenceFor } from '../../errors.ts';
import type { InstallMessage } from './install-in-background.ts';
import { type InstallOptions, installNative } from './install-native.ts';

const stopping = new AbortController();

/** How long the removal of what was made may take once nobody waits for it any more. */
const graceMilliseconds = 3000;

function stop(): void {
  stopping.abort();
  setTimeout(() => process.exit(1), graceMilliseconds).unref();
}

process.on('disconnect', stop);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
// A parent that died while this file was being loaded.
if (process.send && !process.connected) stop();

try {
  os.setPriority(10);
} catch {
  // Not allowed here; then it competes on equal terms.
}

let step = '';
function tell(message: InstallMessage): void {
  // Its callback takes the error of a parent that died this moment; 'disconnect' follows.
  if (process.send) process.send(message, undefined, undefined, () => undefined);
  else if (message.kind === 'failed') console.error(message.sentence);
  else if (message.progress.what !== step) {
    step = message.progress.what;
    console.error(step);
  }
}

// Who starts it by hand asks for it by name.
const options = JSON.parse(process.argv[2] ?? '{ "force": true }') as Pick<InstallOptions, 'place' | 'force'>;
try {
  await installNative({
    ...options,
    signal: stopping.signal,
    onProgress: (progress) => tell({ kind: 'progress', progress }),
  });
} catch (error) {
  process.exitCode = 1;
  const code = error instanceof FabulistError ? error.code : null;
  tell({ kind: 'failed', code, sentence: sentenceFor(error), detail: inspect(error) });
}
// Messages on the way are delivered before the channel closes; then nothing keeps this process.
if (process.connected) process.disconnect();
