import type { LoadedModel } from './loaded-model.ts';

interface Entry {
  readonly key: string;
  readonly model: Promise<LoadedModel>;
  /** Known once it is loaded. */
  loaded: LoadedModel | undefined;
  /** Stories that are being told from it. */
  users: number;
  onShelf: boolean;
}

/** The right to use a model: it stays in memory until `release`. */
export interface Lease {
  readonly model: LoadedModel;
  /** Whether the model was taken off the shelf meanwhile, because what it learned from was deleted. */
  withdrawn(): boolean;
  release(): void;
}

/**
 * Holds models in memory up to a bound, and lets the one go that was not used for longest. A model that is told from is
 * never taken away: it goes when its last story is done.
 */
export class ModelShelf {
  readonly #bound: number;
  /** In the order of use, the longest unused first. */
  readonly #entries = new Map<string, Entry>();
  readonly #inUse = new Set<Entry>();
  #whenIdle: (() => void) | undefined;

  /** bound: bytes of models held while nobody uses them, at most. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Takes a model, loading it unless it is there or being loaded for another. Rejects as `load` does. */
  async take(key: string, load: () => Promise<LoadedModel>): Promise<Lease> {
    const entry = this.#entries.get(key) ?? this.#load(key, load);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    this.#inUse.add(entry);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      this.#release(entry);
    };
    try {
      return { model: await entry.model, withdrawn: () => !entry.onShelf, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Takes models off the shelf, now or when their last story is done. */
  withdraw(which: (key: string) => boolean): void {
    for (const entry of [...this.#entries.values()]) if (which(entry.key)) this.#remove(entry);
  }

  /** Lets all models go; resolves when the last story that is being told is done. */
  async close(): Promise<void> {
    this.withdraw(() => true);
    if (this.#inUse.size > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }

  #load(key: string, load: () => Promise<LoadedModel>): Entry {
    const entry: Entry = { key, model: load(), loaded: undefined, users: 0, onShelf: true };
    entry.model.then(
      (model) => {
        entry.loaded = model;
        this.#makeRoom();
      },
      () => this.#remove(entry),
    );
    return entry;
  }

  #release(entry: Entry): void {
    entry.users--;
    if (entry.users > 0) return;
    this.#inUse.delete(entry);
    if (!entry.onShelf) entry.loaded?.teller.dispose();
    this.#makeRoom();
    if (this.#inUse.size === 0) this.#whenIdle?.();
  }

  #makeRoom(): void {
    const loaded = [...this.#entries.values()].filter((entry) => entry.loaded);
    let bytes = loaded.reduce((sum, { loaded: model }) => sum + (model?.bytes ?? 0), 0);
    for (const entry of loaded) {
      if (bytes <= this.#bound) return;
      if (entry.users > 0) continue;
      bytes -= entry.loaded?.bytes ?? 0;
      this.#remove(entry);
    }
  }

  #remove(entry: Entry): void {
    if (!entry.onShelf) return;
    entry.onShelf = false;
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
    if (entry.users === 0) entry.loaded?.teller.dispose();
  }
}
