/** Data folders with as many corpora as a service has after years, made in seconds: copies of one that the library stored. */
import { linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FileLibrary } from '../src/library/file-library.ts';
import type { Figures } from '../src/library/library.ts';
import { corpusFolderName, folderName, serverFolderName } from '../src/library/safe-names.ts';

export const STARTER = 'belling-the-cat';

/** The folder of starters of a planted data folder. */
export const startersOf = (dataFolder: string): string => path.join(dataFolder, 'corpora');

/** Every corpus is of a server of its own: the worst case for anything that would look at others. */
export const serverOf = (index: number): string => `server ${index}`;
export const nameOf = (index: number): string => `Corpus ${index}`;
export const keyOf = (index: number): string => `channel ${index}`;
const folderOf = (index: number): string =>
  path.join(serverFolderName(serverOf(index)), corpusFolderName(nameOf(index)));

/** A data folder with that many corpora, two versions and one setting each. text: their story; files: of every version. */
export async function plant(
  dataFolder: string,
  corpora: number,
  { text, files }: { readonly text: string; readonly files: Readonly<Record<string, Uint8Array>> },
): Promise<void> {
  await mkdir(startersOf(dataFolder), { recursive: true });
  await writeFile(path.join(startersOf(dataFolder), `${STARTER}.txt`), 'Long ago, the mice had a general council.');
  const library = new FileLibrary({ dataFolder, starterFolder: startersOf(dataFolder) });
  const first = { server: serverOf(0), name: nameOf(0) };
  const story = { fileName: 'mice.txt', by: 'ann', encoding: 'utf-8', bytes: text.length, text };
  const { corpus } = await library.addStories(first, [story], 'append');
  const version = { corpusHash: corpus.hash, stories: [corpus.stories[0]?.hash ?? ''], figures: {} as Figures };
  for (let i = 0; i < 2; i++) await library.addVersion(first, { ...version, keptOut: null, files });
  await library.writeDocument('settings', keyOf(0), { corpus: first.name });
  await library.close();

  const record = await readFile(path.join(dataFolder, 'corpora', folderOf(0), 'corpus.json'), 'utf8');
  for (let index = 1; index < corpora; index++) {
    for (const tree of ['corpora', 'models']) {
      linkAll(path.join(dataFolder, tree, folderOf(0)), path.join(dataFolder, tree, folderOf(index)));
    }
    const own = { ...JSON.parse(record), server: serverOf(index), name: nameOf(index) };
    writeFileSync(path.join(dataFolder, 'corpora', folderOf(index), 'corpus.json'), JSON.stringify(own, null, 2));
    const setting = { key: keyOf(index), value: { corpus: nameOf(index) } };
    const file = `${folderName(keyOf(index), keyOf(index))}.json`;
    writeFileSync(path.join(dataFolder, 'documents', 'settings', file), JSON.stringify(setting));
  }
  // The names of a folder that changed within the last second are read at every look.
  const earlier = new Date(Date.now() - 60_000);
  await utimes(path.join(dataFolder, 'corpora'), earlier, earlier);
}

/** A copy of a folder; nothing writes into the files, so links do, but for the record, which is written anew. */
function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [old, copy] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkAll(old, copy);
    else if (entry.name !== 'corpus.json') linkSync(old, copy);
  }
}
