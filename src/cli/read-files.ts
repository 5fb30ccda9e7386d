import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { FabulistError } from '../errors.ts';

const MEGABYTE = 1024 * 1024;

/**
 * Reads the files named on the command line, all of them or none. Their size is asked first, so that a file that is too
 * large costs neither time nor memory. Whether they hold a story is for the storyteller to say.
 */
export async function readFiles(
  paths: readonly string[],
  folder: string,
  maxBytes: number,
): Promise<{ fileName: string; bytes: Uint8Array }[]> {
  const files: { fileName: string; bytes: Uint8Array }[] = [];
  for (const path of paths) {
    files.push({ fileName: basename(path), bytes: await readFileOf(path, folder, maxBytes) });
  }
  return files;
}

/** Reads one file; `shown` is its path as typed, relative to `folder`. Throws `bad-file` and `too-large`. */
export async function readFileOf(shown: string, folder: string, maxBytes: number): Promise<Uint8Array> {
  if (shown === '') throw new FabulistError('bad-file', 'The name of a file is missing: name a text file.');
  const path = resolve(folder, shown);
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      throw new FabulistError('bad-file', `${shown} is a folder: name the files in it.`);
    }
    if (!found.isFile()) throw new FabulistError('bad-file', `${shown} is not a file: name a text file.`);
    if (found.size > maxBytes) {
      const size = `${Math.ceil(found.size / MEGABYTE)} MB`;
      const most = `${Math.floor(maxBytes / MEGABYTE)} MB`;
      throw new FabulistError(
        'too-large',
        `${shown} has ${size} and at most ${most} are taken: hand over a part of it, or raise FABULIST_MAX_UPLOAD.`,
      );
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof FabulistError) throw error;
    throw new FabulistError('bad-file', `${shown} ${whyUnreadable(error)}.`, { cause: error });
  }
}

function whyUnreadable(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist: check the path';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read: change its permissions';
    default:
      return 'cannot be read: copy it to another place and try again';
  }
}
