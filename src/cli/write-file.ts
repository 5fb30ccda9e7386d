import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FabulistError } from '../errors.ts';

/**
 * Writes a new file; `shown` is its path as typed, relative to `folder`. Never over something else: what is written here
 * is handed out only once, and what it would replace may be the only copy. Throws `storage`.
 */
export async function writeNewFile(shown: string, folder: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(resolve(folder, shown), bytes, { flag: 'wx' });
  } catch (error) {
    throw new FabulistError('storage', `${shown} ${whyUnwritable(error)}.`, { cause: error });
  }
}

function whyUnwritable(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EEXIST':
      return 'is there already: move it away, or name another file';
    case 'ENOSPC':
      return 'does not fit on the disk: free some space';
    default:
      return 'cannot be written: name another place';
  }
}
