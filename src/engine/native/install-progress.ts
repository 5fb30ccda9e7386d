import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface InstallProgress {
  /** The step, for a person: `downloading TensorFlow 2.21.0`, `unpacking`, `compiling its kernels`. */
  readonly what: string;
  readonly doneBytes?: number;
  readonly totalBytes?: number;
  /** Since the installation began. */
  readonly seconds: number;
}

/** Called four times a second, and once at the beginning and end of each step. It must not throw. */
export type OnProgress = (progress: InstallProgress) => void;

/** A step whose progress shows in the size of the files that it writes. */
interface GrowingFolder {
  readonly folder: string;
  readonly totalBytes: number;
}

/** Runs one step of an installation and reports it while it runs. */
export type RunStep = <T>(what: string, work: () => Promise<T>, growing?: GrowingFolder) => Promise<T>;

const pollMilliseconds = 250;

/** A `RunStep` that reports to a callback, with the seconds since this call. */
export function stepReporter(onProgress: OnProgress | undefined): RunStep {
  const began = performance.now();
  return async (what, work, growing) => {
    if (!onProgress) return work();
    let running = true;
    let most = 0;
    const report = (bytes: number) => {
      // Files shrink when a tool moves or restarts them; a bar that runs backwards would only worry people.
      most = Math.max(most, Math.min(bytes, growing?.totalBytes ?? 0));
      const size = growing ? { doneBytes: most, totalBytes: growing.totalBytes } : {};
      onProgress({ what, ...size, seconds: (performance.now() - began) / 1000 });
    };
    let measuring = false;
    const timer = setInterval(async () => {
      if (measuring) return;
      measuring = true;
      const bytes = growing ? await folderSize(growing.folder) : 0;
      measuring = false;
      if (running) report(bytes);
    }, pollMilliseconds);
    report(0);
    try {
      const result = await work();
      report(growing?.totalBytes ?? 0);
      return result;
    } finally {
      running = false;
      clearInterval(timer);
    }
  };
}

/** Bytes in all files under a folder; what vanishes while it is looked at, or cannot be read, counts as nothing. */
export async function folderSize(folder: string): Promise<number> {
  let sum = 0;
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) sum += await folderSize(path);
      else
        sum += await lstat(path).then(
          (file) => file.size,
          () => 0,
        );
    }
  } catch {
    // Gone, or not made yet.
  }
  return sum;
}
