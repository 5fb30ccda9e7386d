import { linkSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { FABLE } from './fixtures.ts';

/** A folder of its own for one test, removed after it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fabulist-library-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with one starter corpus, `fable`. */
export async function starterFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'fable.txt'), FABLE);
  return folder;
}

/** Every file below a folder, as a path relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
}

/** The files below a folder that contain the text. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of await filesBelow(folder)) {
    if ((await readFile(path.join(folder, file))).includes(text)) found.push(file);
  }
  return found;
}

/** A copy of a folder whose files are links, for a library, which never writes into a file that is there. */
export function linkedCopy(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [old, copy] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkedCopy(old, copy);
    else linkSync(old, copy);
  }
}
