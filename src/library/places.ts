import path from 'node:path';
import { CorpusFolder } from './corpus-folder.ts';
import { namesIn } from './durable-files.ts';
import type { CorpusRef, ServerId } from './library.ts';
import { ModelFolder } from './model-folder.ts';
import { corpusFolderName, serverFolderName } from './safe-names.ts';

/** Where one corpus and its models are, and the slots of its three locks. */
export interface Place {
  readonly stories: CorpusFolder;
  readonly models: ModelFolder;
  /** Held while the stories change. Taken before `modelsSlot` where both are needed. */
  readonly storiesSlot: string;
  /** Held for the moment in which versions change; never during a training. */
  readonly modelsSlot: string;
  /** Held during a training. */
  readonly trainingSlot: string;
}

/** A server's folder of locks, beside its corpora or models: they outlive a corpus, and are on the same disk. */
const LOCKS = '.locks';

/**
 * The layout: `<data>/corpora/<server>/<corpus>/` and `<data>/models/<server>/<corpus>/`. Each has locks of its own, as
 * the two may be mounted from different disks, and a lock fences by renaming within one.
 */
export class Places {
  readonly #corpora: string;
  readonly #models: string;
  readonly #found = new Map<string, string>();

  constructor(dataFolder: string) {
    this.#corpora = path.join(dataFolder, 'corpora');
    this.#models = path.join(dataFolder, 'models');
  }

  of({ server, name }: CorpusRef): Place {
    return this.#at(serverFolderName(server), corpusFolderName(name));
  }

  async ofServer(server: ServerId): Promise<Place[]> {
    return await this.inServerFolder(serverFolderName(server));
  }

  async inServerFolder(folder: string): Promise<Place[]> {
    const names = await namesIn(path.join(this.#corpora, folder));
    return names.filter((name) => !name.startsWith('.')).map((name) => this.#at(folder, name));
  }

  /** The folder names of all servers that ever had a corpus or a model. For sweeps only. */
  async serverFolders(): Promise<string[]> {
    const names = new Set([...(await namesIn(this.#corpora)), ...(await namesIn(this.#models))]);
    return [...names].filter((name) => !name.startsWith('.') && !name.endsWith('.txt')).sort();
  }

  /** The folders of a server's slots: those of its stories, and those of its models and trainings. */
  slots(serverFolder: string): { stories: string; models: string } {
    return {
      stories: path.join(this.#corpora, serverFolder, LOCKS),
      models: path.join(this.#models, serverFolder, LOCKS),
    };
  }

  #at(server: string, corpus: string): Place {
    const slots = this.slots(server);
    return {
      stories: new CorpusFolder(path.join(this.#corpora, server, corpus)),
      models: new ModelFolder(path.join(this.#models, server, corpus), this.#found),
      storiesSlot: path.join(slots.stories, corpus),
      modelsSlot: path.join(slots.models, corpus),
      trainingSlot: path.join(slots.models, `${corpus}${TRAINING}`),
    };
  }
}

const TRAINING = '.training';

export function isTrainingSlot(slot: string): boolean {
  return slot.endsWith(TRAINING);
}
