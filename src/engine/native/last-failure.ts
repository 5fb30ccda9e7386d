import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { kernelsFolder } from './kernels-folder.ts';
import { engineFolder, type NativePlace } from './native-place.ts';

/** What is built by itself, and may fail by itself. */
export type Part = 'engine' | 'kernels';

/** The last time that this very engine, or these very kernels, were to be built and were not. */
export interface LastFailure {
  /** What the person was told: of the engine a sentence, of the kernels its end, a reason and a remedy. */
  readonly reason: string;
  readonly at: Date;
  /** Before this time an installation that nobody asked for by name is not tried again. */
  readonly retryAt: Date;
}

const dayInMilliseconds = 24 * 60 * 60 * 1000;

/** Reads the remembered failure; null if there is none, if it was of another version, or if the note is unreadable. */
export function lastFailure(place: NativePlace, part: Part = 'engine'): LastFailure | null {
  try {
    const note: unknown = JSON.parse(readFileSync(notePath(place, part), 'utf8'));
    if (typeof note !== 'object' || note === null) return null;
    const { folder, time, reason } = note as Record<string, unknown>;
    if (folder !== nameOf(place, part) || typeof time !== 'string' || typeof reason !== 'string') return null;
    const at = new Date(time);
    if (Number.isNaN(at.getTime())) return null;
    return { reason, at, retryAt: new Date(at.getTime() + dayInMilliseconds) };
  } catch {
    return null;
  }
}

/** Notes a failure. Never throws: a note that cannot be written only means that the next start tries again. */
export async function rememberFailure(place: NativePlace, part: Part, reason: string): Promise<void> {
  try {
    const note = { folder: nameOf(place, part), time: new Date().toISOString(), reason };
    await writeFileAtomic(notePath(place, part), `${JSON.stringify(note, null, 2)}\n`);
  } catch {
    // A full or read-only disk: the failure that is being noted says so itself.
  }
}

export async function forgetFailure(place: NativePlace, part: Part): Promise<void> {
  await rm(notePath(place, part), { force: true });
}

function nameOf(place: NativePlace, part: Part): string {
  return basename(part === 'engine' ? engineFolder(place) : kernelsFolder(place));
}

function notePath(place: NativePlace, part: Part): string {
  return join(place.cacheFolder, part === 'engine' ? 'last-failure.json' : 'last-kernels-failure.json');
}
