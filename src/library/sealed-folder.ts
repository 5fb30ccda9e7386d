import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { exists, isCode, isUnreadable, syncFolder, textOf, writeNew } from './durable-files.ts';
import { sha256InTurns } from './sha256-in-turns.ts';

/*
 * A folder of opaque files with a manifest written last: sizes and SHA-256 of every file, and of the manifest itself.
 * Versions and checkpoints are such folders. A folder is prepared elsewhere and renamed to its place, so a whole
 * manifest without its files means a damaged disk or a careless copy, never an interrupted write.
 */

interface Manifest {
  readonly format: 1;
  readonly about: unknown;
  readonly files: Record<string, { bytes: number; sha256: string }>;
  /** SHA-256 over the JSON of the fields above. */
  readonly seal: string;
}

/**
 * `gone`: there is no such folder (any more). `damaged`: `problem` says in a few words what is wrong; `about` is there
 * where the manifest itself is whole.
 */
export type Sealed<T> =
  | { readonly state: 'whole'; readonly about: unknown; readonly value: T }
  | { readonly state: 'damaged'; readonly problem: string; readonly about?: unknown }
  | { readonly state: 'gone' };

/** A note beside the files once a full check failed: the cheap check of a listing would not see it. */
const NOTE = 'damaged.txt';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** Makes the folder and writes all, durably but for the folder's own name. about: any JSON value. */
export async function writeSealed(
  folder: string,
  manifestName: string,
  files: Readonly<Record<string, Uint8Array>>,
  about: unknown,
): Promise<void> {
  await fs.mkdir(folder);
  const listed: Manifest['files'] = {};
  for (const [name, bytes] of Object.entries(files)) {
    await writeNew(path.join(folder, name), bytes);
    listed[name] = { bytes: bytes.byteLength, sha256: sha256(bytes) };
  }
  const content = { format: 1, about, files: listed } as const;
  const manifest: Manifest = { ...content, seal: sha256(JSON.stringify(content)) };
  await writeNew(path.join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  await syncFolder(folder);
}

/** The cheap check: a whole manifest, every file there and of its size, no note of an earlier failure. */
export async function inspectSealed(folder: string, manifestName: string): Promise<Sealed<Manifest['files']>> {
  let about: unknown;
  try {
    const text = await textOf(path.join(folder, manifestName));
    if (text === undefined) return await damagedOrGone(folder, `${manifestName} is missing`, about);
    const manifest = parse(text);
    if (manifest === undefined) return { state: 'damaged', problem: `${manifestName} cannot be read` };
    about = manifest.about;
    const note = await textOf(path.join(folder, NOTE));
    if (note !== undefined) return { state: 'damaged', problem: note.trim() || 'an earlier check failed', about };
    for (const [name, { bytes }] of Object.entries(manifest.files)) {
      const { size } = await fs.stat(path.join(folder, name));
      if (size !== bytes) return { state: 'damaged', problem: `${name} has ${size} bytes instead of ${bytes}`, about };
    }
    return { state: 'whole', about, value: manifest.files };
  } catch (error) {
    return await damagedOrGone(folder, problemOf(error), about);
  }
}

/**
 * The full check of the wanted files, returning them. Failing leaves a note, so that every listing reports the folder from then
 * on. names: of those that are wanted, default all; one that is not in the folder is left out.
 */
export async function readSealed(
  folder: string,
  manifestName: string,
  names?: readonly string[],
): Promise<Sealed<Record<string, Uint8Array>>> {
  const cheap = await inspectSealed(folder, manifestName);
  if (cheap.state !== 'whole') return cheap;
  const wanted = Object.entries(cheap.value).filter(([name]) => names?.includes(name) ?? true);
  const full = await readFiles(folder, Object.fromEntries(wanted), cheap.about);
  if (full.state === 'damaged') {
    // Where this cannot be written (a full disk), the caller remembers it for its own process.
    await fs.writeFile(path.join(folder, NOTE), `${full.problem}\n`, { flag: 'wx' }).catch(() => undefined);
  }
  return full;
}

async function readFiles(
  folder: string,
  listed: Manifest['files'],
  about: unknown,
): Promise<Sealed<Record<string, Uint8Array>>> {
  try {
    const read = await Promise.all(
      Object.entries(listed).map(async ([name, { sha256: expected }]) => {
        const bytes = await fs.readFile(path.join(folder, name));
        const whole = (await sha256InTurns(bytes)) === expected;
        return { name, whole, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
      }),
    );
    const damaged = read.find(({ whole }) => !whole);
    if (damaged) return { state: 'damaged', problem: `${damaged.name} differs from its checksum`, about };
    return { state: 'whole', about, value: Object.fromEntries(read.map(({ name, bytes }) => [name, bytes])) };
  } catch (error) {
    return await damagedOrGone(folder, problemOf(error), about);
  }
}

/** A missing part of a folder that was removed meanwhile is no damage. */
async function damagedOrGone(folder: string, problem: string, about: unknown): Promise<Sealed<never>> {
  return (await exists(folder)) ? { state: 'damaged', problem, about } : { state: 'gone' };
}

/** Throws the error on when it says nothing about the folder itself, such as too many open files. */
function problemOf(error: unknown): string {
  if (isCode(error, 'ENOENT', 'ENOTDIR'))
    return `${path.basename(String((error as NodeJS.ErrnoException).path))} is missing`;
  if (isUnreadable(error)) return 'the disk cannot read it';
  throw error;
}

function parse(text: string): Manifest | undefined {
  try {
    const { format, about, files, seal } = JSON.parse(text) as Manifest;
    return seal === sha256(JSON.stringify({ format, about, files })) ? { format, about, files, seal } : undefined;
  } catch {
    return undefined;
  }
}
