import path from 'node:path';
import { FabulistError } from '../errors.ts';
import {
  isCode,
  isUnreadable,
  makeFolder,
  namesIn,
  syncFolder,
  syncUpwards,
  textOf,
  writeNew,
} from './durable-files.ts';
import type { CorpusState, StoryRecord, StoryText } from './library.ts';
import type { Lock } from './lock.ts';
import { corpusFolderName, quoted, serverFolderName } from './safe-names.ts';
import { storyHash } from './stories.ts';

const RECORD = 'corpus.json';
const STORIES = 'stories';
const STORY = /^[0-9a-f]{64}\.txt$/;

/** What `corpus.json` holds. A corpus without stories is on its way out and counts as gone. */
export interface CorpusFile extends CorpusState {
  readonly format: 1;
  /**
   * A removal that is decided but perhaps not finished: the hashes of stories whose versions are to go, or everything of
   * this corpus. Written in the one rename that removes the stories, so that a kill leaves nothing half-forgotten.
   */
  readonly forgetting: readonly string[] | 'everything' | null;
}

/** One corpus on disk: `corpus.json` and `stories/<hash>.txt`. Renaming a new `corpus.json` into place is the change. */
export class CorpusFolder {
  readonly path: string;
  readonly #record: string;
  readonly #stories: string;

  constructor(folder: string) {
    this.path = folder;
    this.#record = path.join(folder, RECORD);
    this.#stories = path.join(folder, STORIES);
  }

  /**
   * Undefined when there is no such corpus. Throws `storage` when its record is damaged or may not be read, or is not of
   * this folder: a folder copied to another server's must not show there.
   */
  async load(): Promise<CorpusFile | undefined> {
    const text = await textOf(this.#record).catch((error: unknown) => {
      throw unreadableRecord(error);
    });
    if (text === undefined) return undefined;
    const file = parse(text);
    if (file !== undefined && this.#isOf(file)) return file;
    throw damagedRecord();
  }

  /**
   * The texts of these stories, or the record of the first whose file is not there: the corpus may just have changed.
   * Throws `storage` when a text differs from its hash.
   */
  async texts(records: readonly StoryRecord[]): Promise<StoryText[] | StoryRecord> {
    const stories: StoryText[] = [];
    for (const record of records) {
      const text = await textOf(this.#file(record.hash));
      if (text === undefined) return record;
      if (storyHash(text) !== record.hash) throw damagedStory(record);
      stories.push({ ...record, text });
    }
    return stories;
  }

  /** Whether the text of a story is there and whole. */
  async isWhole(hash: string): Promise<boolean> {
    const text = await textOf(this.#file(hash));
    return text !== undefined && storyHash(text) === hash;
  }

  /** Makes `next` the state of the corpus, with the texts (by hash) that are new in it. */
  async store(next: CorpusFile, texts: ReadonlyMap<string, string>, lock: Lock): Promise<void> {
    await makeFolder(this.#stories);
    const files: string[] = [];
    try {
      for (const [hash, text] of texts) {
        const staged = lock.stage();
        await writeNew(staged, text);
        files.push(this.#file(hash));
        await lock.publish(staged, this.#file(hash));
      }
      await syncFolder(this.#stories);
      const staged = lock.stage();
      await writeNew(staged, `${JSON.stringify(next, null, 2)}\n`);
      await lock.publish(staged, this.#record);
    } catch (error) {
      await lock.discard(files).catch(() => undefined);
      throw error;
    }
    await syncUpwards(this.path, 4);
  }

  /** Story files that no record lists: left by a killed writer, or of stories just removed. A person's files are not. */
  async unlisted(file: CorpusFile | undefined): Promise<string[]> {
    const listed = new Set(file?.stories.map(({ hash }) => `${hash}.txt`));
    const names = await namesIn(this.#stories);
    const stray = names.filter((name) => STORY.test(name) && !listed.has(name));
    return stray.map((name) => path.join(this.#stories, name));
  }

  /** True for the folder a killed writer made for a corpus that never came to be. */
  async isBare(): Promise<boolean> {
    const names = await namesIn(this.path);
    return names.length === 1 && names[0] === STORIES && (await namesIn(this.#stories)).length === 0;
  }

  #isOf({ server, name }: CorpusFile): boolean {
    return this.path.endsWith(path.join(path.sep, serverFolderName(server), corpusFolderName(name)));
  }

  #file(hash: string): string {
    return path.join(this.#stories, `${hash}.txt`);
  }
}

export function damagedStory({ fileName }: StoryRecord): FabulistError {
  return new FabulistError(
    'storage',
    `The stored text of ${quoted(fileName)} is damaged or missing; hand that story over again.`,
  );
}

function damagedRecord(cause?: unknown): FabulistError {
  const sentence =
    'The record of a corpus (its corpus.json) is damaged or of another folder; restore it from a backup.';
  return new FabulistError('storage', sentence, { cause });
}

/** What concerns one corpus is said of that one, so that it keeps none of the others from being listed, learned or forgotten. */
function unreadableRecord(error: unknown): unknown {
  if (isUnreadable(error)) return damagedRecord(error);
  if (!isCode(error, 'EACCES', 'EPERM')) return error;
  const sentence = 'The record of a corpus (its corpus.json) may not be read; check its owner and permissions.';
  return new FabulistError('storage', sentence, { cause: error });
}

function parse(text: string): CorpusFile | undefined {
  try {
    const file = JSON.parse(text) as CorpusFile;
    const { format, server, name, changedAt, stories, replaced, forgetting = null } = file;
    const whole =
      format === 1 &&
      [server, name, changedAt].every((value) => typeof value === 'string') &&
      [stories, replaced].every((records) => Array.isArray(records) && records.every(isRecord)) &&
      (forgetting === null ||
        forgetting === 'everything' ||
        (Array.isArray(forgetting) && forgetting.every((hash) => typeof hash === 'string')));
    return whole ? { ...file, forgetting } : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(story: Partial<StoryRecord> | null): boolean {
  const { hash, fileName, by } = story ?? {};
  return [hash, fileName, by].every((value) => typeof value === 'string') && /^[0-9a-f]{64}$/.test(hash ?? '');
}
