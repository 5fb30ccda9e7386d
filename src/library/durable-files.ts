import fs from 'node:fs/promises';
import path from 'node:path';
import { FabulistError } from '../errors.ts';

/*
 * Files that are on the disk when a promise says so. Not write-file-atomic: it never syncs the folder, so a rename it
 * acknowledged may be gone after a power cut, and its temporary files stand beside the real ones.
 */

/** Writes a new file and waits until it is on the disk; its name is durable only after `syncFolder`. */
export async function writeNew(file: string, bytes: Uint8Array | string): Promise<void> {
  const handle = await fs.open(file, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for this, and NTFS journals names by itself.
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Times a folder may vanish under its maker. Not for ever: /proc answers ENOENT to whoever makes a folder in it. */
const MAKE_ATTEMPTS = 20;

/**
 * Makes a folder and those above it where they are missing, each durable. Step by step, since Node's own recursive mkdir
 * reports a disk that runs full on the way as ENOENT (seen in Node 20.20).
 */
export async function makeFolder(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await fs.mkdir(folder);
      break;
    } catch (error) {
      if (isCode(error, 'EEXIST')) return;
      if (!isCode(error, 'ENOENT') || path.dirname(folder) === folder || attempt === MAKE_ATTEMPTS) throw error;
    }
    // Again when another process removes the one above meanwhile.
    await makeFolder(path.dirname(folder));
  }
  await syncFolder(path.dirname(folder));
}

/**
 * Syncs a folder and those above it, `levels` in all: another process may have made them a moment ago and not have come
 * to sync them. Costs next to nothing where nothing changed.
 */
export async function syncUpwards(folder: string, levels: number): Promise<void> {
  for (let level = 0, at = folder; level < levels; level++, at = path.dirname(at)) await syncFolder(at);
}

/** Removes a file or a whole folder, whatever another process is removing from it at the same time. */
export async function removeAll(target: string): Promise<void> {
  await fs.rm(target, { recursive: true, force: true, maxRetries: 5 });
}

/** The names in a folder, none where there is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** The text of a file, or undefined where there is none. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

export async function exists(target: string): Promise<boolean> {
  try {
    await fs.lstat(target);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Whether an error says that what is there is no readable file: a folder in its place, a link in a circle, a disk that fails. */
export function isUnreadable(error: unknown): boolean {
  return isCode(error, 'EISDIR', 'ELOOP', 'EIO', 'EBADMSG', 'EUCLEAN');
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** What a person can be told about an error of the file system; anything else is a defect and is passed on as it is. */
export function storageError(error: unknown): unknown {
  if (error instanceof FabulistError || !(error instanceof Error) || !('syscall' in error)) return error;
  if (isCode(error, 'ENOSPC', 'EDQUOT')) {
    return new FabulistError('disk-full', 'The disk is full, so nothing was stored; free some space and try again.', {
      cause: error,
    });
  }
  const reason = isCode(error, 'EACCES', 'EPERM', 'EROFS')
    ? 'the data folder may not be written or read; check its owner and permissions'
    : isCode(error, 'EMFILE', 'ENFILE')
      ? 'too many files are open; try again in a moment'
      : isCode(error, 'ENOTDIR')
        ? 'the data folder, or one in it, is a file; name another folder'
        : isCode(error, 'EXDEV')
          ? 'a folder in the data folder is a link to another disk; move it back, and link the whole data folder instead'
          : isCode(error, 'ENOENT') && error.syscall === 'mkdir'
            ? 'the data folder cannot be made; name another'
            : `the disk reported ${'code' in error ? String(error.code) : 'an error'}`;
  return new FabulistError('storage', `The library could not do this: ${reason}.`, { cause: error });
}
