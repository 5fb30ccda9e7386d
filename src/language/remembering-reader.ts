import type { Reader } from './reader.ts';

/** Bytes of predictions that are remembered, and how many, at most. */
const BYTES = 4 * 1024 * 1024;
const PREDICTIONS = 4_096;

/** Bytes that the memory of a reader takes at most. */
export function memoryBytes(vocabulary: number): number {
  return Math.min(BYTES, PREDICTIONS * 4 * vocabulary);
}

/**
 * What follows the same last symbols is the same, whatever the story, where a model goes by a window: so it is worked out
 * once and remembered. A text learned by heart has about as many windows as symbols, and all its stories go through them.
 * The reader behind reads on only when something is asked that is not remembered.
 */
export class RememberingReader implements Reader {
  readonly memory: number;
  readonly #reader: Reader;
  readonly #width: number;
  readonly #capacity: number;
  /** By the symbols of the window; what was not asked for longest comes first. */
  readonly #predictions = new Map<string, Float32Array>();
  /** The symbols of each story's window, the latest last. */
  #recent: number[][] = [];
  /** What the reader behind has not read yet, if it is that alone that it lacks. */
  #unread: Int32Array | null = null;
  /** Whether it has to read every window anew. */
  #lost = false;

  /** reader: one whose predictions depend on its last `memory` symbols and nothing else. */
  constructor(reader: Reader, vocabulary: number) {
    this.memory = reader.memory;
    this.#reader = reader;
    this.#width = vocabulary;
    this.#capacity = Math.floor(memoryBytes(vocabulary) / (4 * vocabulary));
  }

  arrange(from: readonly number[]): void {
    if (this.#unread) this.#lost = true;
    this.#unread = null;
    if (from.length === 0) this.#lost = false;
    if (!this.#lost) this.#reader.arrange(from);
    this.#recent = from.map((row) => [...(this.#recent[row] ?? [])]);
  }

  read(ids: Int32Array): void {
    for (const [row, id] of ids.entries()) {
      const recent = this.#recent[row] as number[];
      recent.push(id);
      if (recent.length > this.memory) recent.shift();
    }
    if (this.#unread) this.#lost = true;
    this.#unread = ids.slice();
  }

  async logits(rows: readonly number[]): Promise<Float32Array> {
    const keys = rows.map((row) => (this.#recent[row] as number[]).join(' '));
    const found = new Map<string, Float32Array>();
    const missing = new Map<string, number>();
    for (const [k, key] of keys.entries()) {
      const remembered = this.#predictions.get(key);
      if (remembered) {
        found.set(key, remembered);
        this.#remember(key, remembered);
      } else missing.set(key, rows[k] as number);
    }
    if (missing.size > 0) {
      this.#catchUp();
      const values = await this.#reader.logits([...missing.values()]);
      for (const [k, key] of [...missing.keys()].entries()) {
        const prediction = values.slice(k * this.#width, (k + 1) * this.#width);
        found.set(key, prediction);
        this.#remember(key, prediction);
      }
    }
    const logits = new Float32Array(rows.length * this.#width);
    for (const [k, key] of keys.entries()) logits.set(found.get(key) as Float32Array, k * this.#width);
    return logits;
  }

  dispose(): void {
    this.#predictions.clear();
    this.#reader.dispose();
  }

  #remember(key: string, prediction: Float32Array): void {
    this.#predictions.delete(key);
    this.#predictions.set(key, prediction);
    for (const oldest of this.#predictions.keys()) {
      if (this.#predictions.size <= this.#capacity) break;
      this.#predictions.delete(oldest);
    }
  }

  #catchUp(): void {
    if (this.#lost) this.#readWindows();
    else if (this.#unread) this.#reader.read(this.#unread);
    this.#unread = null;
    this.#lost = false;
  }

  /** Stories that have begun less than a window ago come in when the others have read what these lack. */
  #readWindows(): void {
    let seated: number[] = [];
    this.#reader.arrange(seated);
    for (let left = this.memory; left > 0; left--) {
      const rows = [...this.#recent.keys()].filter((row) => (this.#recent[row] as number[]).length >= left);
      if (rows.length > seated.length) this.#reader.arrange(rows.map((row) => seated.indexOf(row)));
      seated = rows;
      const ids = rows.map((row) => (this.#recent[row] as number[]).at(-left) as number);
      if (rows.length > 0) this.#reader.read(Int32Array.from(ids));
    }
  }
}
