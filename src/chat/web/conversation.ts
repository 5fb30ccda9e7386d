import { randomBytes } from 'node:crypto';
import type { Library } from '../../library/library.ts';
import { type Entry, NOTHING_SAID } from './entry.ts';

type Documents = Pick<Library, 'listDocuments' | 'writeDocument' | 'deleteDocument'>;

export interface ConversationLog {
  warn(details: object, message: string): void;
}

/** As long as the stories in it are kept: what is told is forgotten after a day, ms. */
const KEPT = 24 * 60 * 60 * 1000;
/** Entries at most; older ones go. */
const MOST = 200;
/** Milliseconds between two times that a changing entry is written. */
const WRITE_EVERY = 1_000;

/** What lies in the library, one document an entry. `about` and `server` are looked at by who forgets a corpus. */
export interface KeptEntry {
  readonly server: string;
  readonly channel: string;
  readonly about?: string;
  readonly entry: Entry;
}

/**
 * The one conversation of the page. Every change has a number, so that a tab that lost touch asks for what came after the
 * last one it saw. Each entry is a document of its own in the library: a restart finds them again, and who forgets a
 * corpus deletes those that hold its text.
 */
export class Conversation {
  readonly #documents: Documents;
  readonly #place: { readonly server: string; readonly channel: string };
  readonly #log: ConversationLog;
  readonly #entries = new Map<number, Entry>();
  /** The number of the change that made each entry what it is. */
  readonly #changedAt = new Map<number, number>();
  readonly #listeners = new Set<() => void>();
  readonly #dirty = new Set<number>();
  /** When entries were taken away last, as the number of that change. */
  #shrunkAt = 0;
  #revision = 0;
  #next = 1;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /** The library refused the last write. */
  #unkept = false;
  /** Tells the numbers of this process from those of one before. */
  readonly epoch = randomBytes(6).toString('hex');

  constructor(documents: Documents, { server, channel }: { server: string; channel: string }, log: ConversationLog) {
    this.#documents = documents;
    this.#place = { server, channel };
    this.#log = log;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Whether the last write reached the library. */
  get kept(): boolean {
    return !this.#unkept;
  }

  get entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  entry(id: number): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Takes up what an earlier process left; answers that it never gave are broken off. */
  async load(): Promise<void> {
    for (const { entry } of await this.#listed()) {
      const waits = entry.state === 'waiting' || (entry.message.card && entry.message.card.state !== 'ended');
      this.#entries.set(entry.id, waits ? { ...entry, state: 'broken' } : entry);
      this.#changedAt.set(entry.id, 0);
      this.#next = Math.max(this.#next, entry.id + 1);
    }
    await this.tidy();
  }

  /** Lets go of what is over a day old, and of what was deleted from the library by who forgot its corpus. */
  async tidy(): Promise<void> {
    const asOf = this.#revision;
    await this.#writing;
    const kept = new Set((await this.#listed()).map(({ entry }) => entry.id));
    const oldest = Date.now() - KEPT;
    for (const { id, at } of this.entries) {
      const old = Date.parse(at) < oldest;
      // What was said while we looked is not in the list, and yet not deleted.
      const settled = (this.#changedAt.get(id) ?? 0) <= asOf && !this.#dirty.has(id) && !this.#unkept;
      const deleted = settled && !kept.has(id);
      if (old || deleted) await this.#remove(id);
    }
  }

  add(entry: Pick<Entry, 'from' | 'state'> & Partial<Entry>): Entry {
    const whole: Entry = {
      message: NOTHING_SAID,
      points: [],
      ...entry,
      id: this.#next++,
      at: new Date().toISOString(),
    };
    this.#put(whole, true);
    const [first] = this.#entries.keys();
    if (this.#entries.size > MOST && first !== undefined) void this.#remove(first);
    return whole;
  }

  /** Changes an entry; one that was forgotten meanwhile stays so. lasting: written at once, else within a second. */
  change(id: number, change: (entry: Entry) => Entry, lasting: boolean): void {
    const entry = this.#entries.get(id);
    if (entry) this.#put(change(entry), lasting);
  }

  /** The entries that changed after a change of this process; all of them for undefined, or where some are gone since. */
  since(revision: number | undefined): { readonly all: boolean; readonly entries: readonly Entry[] } {
    if (revision === undefined || revision < this.#shrunkAt || revision > this.#revision)
      return { all: true, entries: this.entries };
    return { all: false, entries: this.entries.filter(({ id }) => (this.#changedAt.get(id) ?? 0) > revision) };
  }

  /** Calls the listener at every change; returns how to stop listening. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#write();
    await this.#writing;
  }

  #put(entry: Entry, lasting: boolean): void {
    this.#entries.set(entry.id, entry);
    this.#changedAt.set(entry.id, ++this.#revision);
    this.#dirty.add(entry.id);
    if (lasting) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), WRITE_EVERY);
    for (const listener of this.#listeners) listener();
  }

  async #remove(id: number): Promise<void> {
    this.#entries.delete(id);
    this.#changedAt.delete(id);
    this.#dirty.delete(id);
    this.#shrunkAt = ++this.#revision;
    for (const listener of this.#listeners) listener();
    await this.#documents
      .deleteDocument('conversations', this.#key(id))
      .catch((error: unknown) => this.#refused(error));
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(async () => {
      for (const id of [...this.#dirty]) {
        this.#dirty.delete(id);
        await this.#writeEntry(id);
      }
    });
  }

  async #writeEntry(id: number): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const { about } = entry.message;
    const kept: KeptEntry = { ...this.#place, ...(about !== undefined && { about }), entry };
    try {
      await this.#documents.writeDocument('conversations', this.#key(id), kept);
      this.#unkept = false;
      // Forgotten while it was being written.
      if (!this.#entries.has(id)) await this.#documents.deleteDocument('conversations', this.#key(id));
    } catch (error) {
      this.#refused(error);
    }
  }

  /** A conversation that cannot be kept goes on all the same; it is said in the log once. */
  #refused(error: unknown): void {
    if (!this.#unkept) this.#log.warn({ err: error }, 'The conversation of the page could not be kept');
    this.#unkept = true;
  }

  async #listed(): Promise<KeptEntry[]> {
    const { server, channel } = this.#place;
    const listed = await this.#documents.listDocuments<KeptEntry>('conversations');
    return listed
      .map(({ value }) => value)
      .filter((kept) => kept.server === server && kept.channel === channel && isEntry(kept.entry))
      .sort((one, other) => one.entry.id - other.entry.id);
  }

  #key(id: number): string {
    return `${this.#place.server} ${this.#place.channel} ${String(id).padStart(9, '0')}`;
  }
}

/** Documents are plain files that a person may have edited. */
function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | undefined;
  return Number.isSafeInteger(entry?.id) && Array.isArray(entry?.message?.paragraphs) && Array.isArray(entry?.points);
}
