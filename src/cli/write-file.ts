import { type FileHandle, open, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { FabulistError } from '../errors.ts';

/**
 * Writes a new file; `shown` is its path as typed, relative to `folder`. Never over something else: what is written here
 * is handed out only once, and what it would replace may be the only copy. Throws `storage`.
 */
export async function writeNewFile(shown: string, folder: string, bytes: Uint8Array): Promise<void> {
  const path = resolve(folder, shown);
  try {
    await writeFile(path, bytes, { flag: 'wx' });
  } catch (error) {
    const why = (await isFolder(path)) ? 'is a folder: name a file in it' : whyUnwritable(error);
    throw new FabulistError('storage', `${shown} ${why}.`, { cause: error });
  }
}

/** The same for what is too large to be held at once. What could not be written whole is removed again. */
export async function writeNewStream(shown: string, folder: string, stream: Readable): Promise<void> {
  const path = resolve(folder, shown);
  let file: FileHandle;
  try {
    file = await open(path, 'wx');
  } catch (error) {
    const why = (await isFolder(path)) ? 'is a folder: name a file in it' : whyUnwritable(error);
    throw new FabulistError('storage', `${shown} ${why}.`, { cause: error });
  }
  try {
    // Not by a write stream that leaves the file open: on Node 20, pipeline waits for ever for its end.
    await writeFile(file, stream);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof FabulistError) throw error;
    throw new FabulistError('storage', `${shown} ${whyUnwritable(error)}.`, { cause: error });
  } finally {
    await file.close();
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

function whyUnwritable(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EEXIST':
      return 'is there already: move it away, or name another file';
    case 'ENOENT':
    case 'ENOTDIR':
      return 'would be in a folder that is not there: make the folder, or name another';
    case 'ENOSPC':
      return 'does not fit on the disk: free some space';
    default:
      return 'cannot be written: name another place';
  }
}
