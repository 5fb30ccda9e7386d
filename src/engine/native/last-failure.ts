import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { engineFolder, type NativePlace } from './native-place.ts';

/** The last installation that was tried and failed, of this very engine. */
export interface LastFailure {
  /** The sentence that the person was shown. */
  readonly reason: string;
  readonly at: Date;
  /** Before this time an installation that nobody asked for by name is not tried again. */
  readonly retryAt: Date;
}

const dayInMilliseconds = 24 * 60 * 60 * 1000;

/** Reads the remembered failure; null if there is none, if it was of another version, or if the note is unreadable. */
export function lastFailure(place: NativePlace): LastFailure | null {
  try {
    const note: unknown = JSON.parse(readFileSync(notePath(place), 'utf8'));
    if (typeof note !== 'object' || note === null) return null;
    const { engine, time, reason } = note as Record<string, unknown>;
    if (engine !== basename(engineFolder(place)) || typeof time !== 'string' || typeof reason !== 'string') return null;
    const at = new Date(time);
    if (Number.isNaN(at.getTime())) return null;
    return { reason, at, retryAt: new Date(at.getTime() + dayInMilliseconds) };
  } catch {
    return null;
  }
}

/** Notes a failure. Never throws: a note that cannot be written only means that the next start tries again. */
export async function rememberFailure(place: NativePlace, reason: string): Promise<void> {
  const note = { engine: basename(engineFolder(place)), time: new Date().toISOString(), reason };
  try {
    await writeFileAtomic(notePath(place), `${JSON.stringify(note, null, 2)}\n`);
  } catch {
    // A full or read-only disk: the failure that is being noted says so itself.
  }
}

export async function forgetFailure(place: NativePlace): Promise<void> {
  await rm(notePath(place), { force: true });
}

function notePath(place: NativePlace): string {
  return join(place.cacheFolder, 'last-failure.json');
}
