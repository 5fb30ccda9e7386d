import { randomBytes } from 'node:crypto';
import { FabulistError } from '../errors.ts';
import type { CorpusRef, Library } from '../library/library.ts';
import type { Asker, Originality, Replacement } from './storyteller.ts';

const DAY = 24 * 60 * 60 * 1000;
const HOUR = 60 * 60 * 1000;

/** What was told at one go: at first, and at every Continue. */
export interface Part {
  readonly symbols: readonly string[];
  /** As it was told, with the white space before it: what stands in a chat is never set anew. */
  readonly prose: string;
  readonly version: string;
  readonly engine: string;
  /** Of the story up to and with this part. */
  readonly originality: Originality;
  /** What is known of each symbol; missing in parts that were told before it was kept. */
  readonly words?: readonly KeptWord[];
  /** Of the continuation up to and with this part: from where to before where it stands in the corpus, stretch by stretch. */
  readonly copied?: readonly (readonly [from: number, to: number])[];
}

/** How many characters of the prose a symbol takes, and what else was likely in its place. */
export type KeptWord = readonly [length: number, ...candidates: KeptCandidate[]];

/** text: as it would have been set, where that is not the symbol with a blank before it. */
export type KeptCandidate = readonly [symbol: string, probability: number, text?: string];

/** A story in the telling, as it is kept. */
export interface StorySession {
  readonly server: string;
  readonly corpus: CorpusRef;
  /** ISO 8601, when it was begun. */
  readonly at: string;
  readonly opening: string;
  readonly replaced: readonly Replacement[];
  readonly words: number;
  readonly temperature: number;
  /** Missing in stories that were told before it was kept: all of the probability. */
  readonly topP?: number;
  readonly maxCopy?: number;
  readonly seed: number;
  readonly parts: readonly Part[];
  /** The story that this one branched off from, and where. */
  readonly parent?: { readonly id: string; readonly at: number };
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** Keeps stories for a day, so that they can be continued, told anew and shortened, also after a restart. */
export class StorySessions {
  readonly #library: Library;
  readonly #clock: Clock;
  /** The latest change of each story; the next one waits for it. */
  readonly #changes = new Map<string, Promise<unknown>>();
  readonly #writes = new Set<Promise<void>>();
  /** The corpora that are being forgotten: no story of theirs may be written any more. */
  readonly #forgetting = new Set<(corpus: CorpusRef) => boolean>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(library: Library, clock: Clock) {
    this.#library = library;
    this.#clock = clock;
  }

  /** Keeps a new story and returns its id: 32 hexadecimal digits that nobody can guess. */
  async begin(session: StorySession): Promise<string> {
    const id = randomBytes(16).toString('hex');
    await this.#write(id, session);
    return id;
  }

  /**
   * Changes a story, one change after the other: two who press Continue at once both get their part. Within this process,
   * that is; a chat message, and so its story, belongs to one. Throws `usage` where there is no such story for the asker.
   */
  async change(
    asker: Asker,
    id: string,
    change: (session: StorySession) => Promise<StorySession>,
  ): Promise<StorySession> {
    const before = this.#changes.get(id) ?? Promise.resolve();
    const changed = before.then(async () => {
      const session = await change(await this.find(asker, id));
      await this.#write(id, session);
      return session;
    });
    // The next one waits for this one, whether it worked out or not.
    const settled = changed.catch(() => undefined);
    this.#changes.set(id, settled);
    try {
      return await changed;
    } finally {
      if (this.#changes.get(id) === settled) this.#changes.delete(id);
    }
  }

  /** Deletes the stories told from some corpora: a model that knows a text by heart tells that text. */
  async forget(corpora: (corpus: CorpusRef) => boolean): Promise<void> {
    this.#forgetting.add(corpora);
    try {
      await Promise.allSettled(this.#writes);
      await this.#delete((session) => corpora(session.corpus));
    } finally {
      this.#forgetting.delete(corpora);
    }
  }

  /** Deletes the stories that are over a day old; at most once an hour. */
  async sweep(): Promise<void> {
    if (this.#clock.now() - this.#sweptAt < HOUR) return;
    this.#sweptAt = this.#clock.now();
    await this.#delete((session) => this.#isOver(session));
  }

  async #write(id: string, session: StorySession): Promise<void> {
    if ([...this.#forgetting].some((corpora) => corpora(session.corpus))) throw notKept();
    const write = this.#library.writeDocument('sessions', id, session);
    this.#writes.add(write);
    try {
      await write;
    } finally {
      this.#writes.delete(write);
    }
  }

  async #delete(which: (session: StorySession) => boolean): Promise<void> {
    for (const { key, value } of await this.#library.listDocuments<StorySession>('sessions')) {
      // One that is damaged nobody can go on with, and nobody can say what it was told from.
      if (!isWhole(value) || which(value)) await this.#library.deleteDocument('sessions', key);
    }
  }

  /** A story as it is kept. Throws `usage` where it is not, or no longer. */
  async find({ server }: Asker, id: string): Promise<StorySession> {
    const session = /^[0-9a-f]{32}$/.test(id)
      ? await this.#library.readDocument<StorySession>('sessions', id)
      : undefined;
    // Of a story of another server not even its existence is told.
    if (isWhole(session) && session.server === server && !this.#isOver(session)) return session;
    throw notKept();
  }

  #isOver(session: StorySession): boolean {
    return this.#clock.now() - Date.parse(session.at) > DAY;
  }
}

function isWhole(session: StorySession | null | undefined): session is StorySession {
  return typeof session?.corpus?.name === 'string' && typeof session.at === 'string' && Array.isArray(session.parts);
}

function notKept(): FabulistError {
  return new FabulistError(
    'usage',
    'This story is no longer kept: a story can be continued for a day, then ask for a new one.',
  );
}
