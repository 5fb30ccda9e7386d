import { FabulistError } from '../errors.ts';
import { type Corpus, type CorpusRef, type Library, STARTERS } from '../library/library.ts';
import { nameKey, quoted } from '../library/safe-names.ts';
import { meant } from './nearest.ts';
import type { Asker } from './storyteller.ts';

/** Told from where nobody has chosen anything. */
const DEFAULT_CORPUS = 'belling-the-cat';
/** More names than these make no sentence. */
const NAMES_LISTED = 12;

interface Setting {
  readonly corpus: string;
}

/** Finds the corpus that somebody means, named or not. Choices are kept as documents of kind `settings`. */
export class CorpusChoice {
  readonly #library: Library;

  constructor(library: Library) {
    this.#library = library;
  }

  /** The named corpus, else the channel's, else the server's, else the default. Throws `unknown-corpus`. */
  async find(asker: Asker, name: string | undefined): Promise<Corpus> {
    if (name !== undefined) {
      const found = await this.#library.corpus(asker.server, name.trim());
      if (found) return found;
      throw await this.#unknown(asker, name.trim());
    }
    for (const key of [channelKey(asker), serverKey(asker)]) {
      const setting = await this.#library.readDocument<Setting>('settings', key);
      // A chosen corpus may have been deleted since; then the next best is told from.
      const found = setting && (await this.#library.corpus(asker.server, setting.corpus));
      if (found) return found;
    }
    const found = await this.#library.corpus(asker.server, DEFAULT_CORPUS);
    if (found) return found;
    throw await this.#unknown(asker, DEFAULT_CORPUS);
  }

  /** The named corpus where it is the server's own. Throws `unknown-corpus`, and `not-allowed` for a starter. */
  async findOwn(asker: Asker, name: string, doing: string): Promise<Corpus> {
    const corpus = await this.find(asker, name);
    if (corpus.server !== STARTERS) return corpus;
    throw new FabulistError(
      'not-allowed',
      `${quoted(corpus.name)} is a starter corpus, which everybody shares: it cannot be ${doing}.`,
    );
  }

  /**
   * What a corpus of the server is called that is about to be added to: as it was first typed, where there is one. A corpus
   * called like a starter would hide it: such a name is refused where it was given, and numbered where it is only the
   * file's. Throws `usage`.
   */
  async nameFor({ server }: Asker, given: string | undefined, ofFile: () => string): Promise<string> {
    const wanted = (given ?? ofFile()).trim();
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted} ${number}`;
      const found = await this.#library.corpus(server, name);
      if (found?.server !== STARTERS) return found?.name ?? name;
      if (given !== undefined)
        throw new FabulistError('usage', `${quoted(found.name)} is a starter's name: choose another.`);
    }
  }

  async choose(asker: Asker, name: string, scope: 'channel' | 'server'): Promise<void> {
    const { name: corpus } = await this.find(asker, name);
    const key = scope === 'channel' ? channelKey(asker) : serverKey(asker);
    await this.#library.writeDocument('settings', key, { corpus } satisfies Setting);
  }

  /** Takes back every choice of a corpus that is gone. */
  async forget(corpus: CorpusRef): Promise<void> {
    for (const { key, value } of await this.#library.listDocuments<Partial<Setting>>('settings')) {
      if (!isKeyOf(corpus.server, key) || typeof value?.corpus !== 'string') continue;
      if (nameKey(value.corpus) === nameKey(corpus.name)) await this.#library.deleteDocument('settings', key);
    }
  }

  async #unknown({ server }: Asker, name: string): Promise<FabulistError> {
    const names = (await this.#library.corpora(server)).map((corpus) => corpus.name);
    const nearest = meant(name, names);
    const hint = nearest === undefined ? '' : ` (did you mean ${quoted(nearest)}?)`;
    const listed = names.slice(0, NAMES_LISTED).map(quoted).join(', ');
    const more = names.length > NAMES_LISTED ? ` and ${names.length - NAMES_LISTED} more` : '';
    const what = names.length === 0 ? 'hand over a story first' : `there are ${listed}${more}`;
    return new FabulistError('unknown-corpus', `There is no corpus ${quoted(name)} here${hint}; ${what}.`);
  }
}

// Encoded, so that no id of a platform can spell the key of another place.
function channelKey({ server, channel }: Asker): string {
  return `${channelsKey({ server })} ${encodeURIComponent(channel)}`;
}

function channelsKey({ server }: Pick<Asker, 'server'>): string {
  return `channel ${encodeURIComponent(server)}`;
}

function serverKey({ server }: Pick<Asker, 'server'>): string {
  return `server ${encodeURIComponent(server)}`;
}

/** Whether a document is a choice of a place on that server. */
function isKeyOf(server: string, key: string): boolean {
  return key === serverKey({ server }) || key.startsWith(`${channelsKey({ server })} `);
}
