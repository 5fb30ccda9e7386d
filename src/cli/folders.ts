import { constants } from 'node:fs';
import { access, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FabulistError } from '../errors.ts';

export interface Folder {
  readonly path: string;
  readonly writable: boolean;
  /** Why it cannot be used and what to do, as a clause; null where it can. */
  readonly problem: string | null;
}

/** Whether files can be kept in a folder, or it could be made. `how`: by what another one is named. */
export async function examineFolder(path: string, how: string): Promise<Folder> {
  const { at, isFolder } = await nearest(path);
  if (!isFolder)
    return {
      path,
      writable: false,
      problem: `${at === path ? 'it' : at} is a file, not a folder: name another with ${how}`,
    };
  if (await canWriteIn(at)) return { path, writable: true, problem: null };
  const problem = at === path ? 'change its permissions, or' : `${at} lets no folder be made in it:`;
  return { path, writable: false, problem: `${problem} name another with ${how}` };
}

/** Throws `storage` where a file stands in the place of the data folder, or of one above it. */
export async function refuseFile(dataFolder: string): Promise<void> {
  const { at, isFolder } = await nearest(dataFolder);
  if (isFolder) return;
  throw new FabulistError(
    'storage',
    `${at} is a file, not a folder: name another folder with --data or FABULIST_DATA.`,
  );
}

/** The folder itself, or the nearest above it that is there. */
async function nearest(path: string): Promise<{ at: string; isFolder: boolean }> {
  try {
    return { at: path, isFolder: (await stat(path)).isDirectory() };
  } catch {
    const parent = dirname(path);
    return parent === path ? { at: path, isFolder: true } : nearest(parent);
  }
}

/** Tries it: permissions alone say nothing to root, or of a file system such as /proc. */
async function canWriteIn(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    await rmdir(await mkdtemp(join(folder, '.fabulist-doctor-')));
    return true;
  } catch {
    return false;
  }
}
