import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';
import type { Corpus } from '../../src/library/library.ts';
import { story } from './fixtures.ts';
import { starterFolder, temporaryFolder } from './folders.ts';

export const mice = { server: 'guild', name: 'Mice' };

/** A library of files, new for each test of the file that asks for it. */
export class OnDisk {
  dataFolder = '';
  starters = '';
  library!: FileLibrary;

  constructor() {
    beforeEach(async () => {
      this.dataFolder = await temporaryFolder();
      this.starters = await starterFolder();
      this.library = this.open();
    });
  }

  /** As another process would. lease: ms. */
  open(lease?: number): FileLibrary {
    const folders = { dataFolder: this.dataFolder, starterFolder: this.starters };
    return new FileLibrary(lease === undefined ? folders : { ...folders, lease });
  }

  /** Adds these texts, as handed over by ann, to guild/Mice. */
  async stored(...texts: string[]): Promise<Corpus> {
    const stories = texts.map((text) => story(text));
    return (await this.library.addStories(mice, stories, 'append')).corpus;
  }

  /** The one folder below `corpora` or `models` that is a corpus's. */
  async folderOf(tree: 'corpora' | 'models'): Promise<string> {
    const [server] = await readdir(path.join(this.dataFolder, tree));
    const names = await readdir(path.join(this.dataFolder, tree, server ?? ''));
    return path.join(this.dataFolder, tree, server ?? '', names.find((name) => !name.startsWith('.')) ?? '');
  }
}
