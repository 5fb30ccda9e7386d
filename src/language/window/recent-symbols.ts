/** The last symbols of stories that are read side by side, a row each, at most a window of each. */
export class RecentSymbols {
  readonly #window: number;
  #rows: number[][] = [];

  /** window: symbols kept of each story. */
  constructor(window: number) {
    this.#window = window;
  }

  /** As `Reader.arrange`. */
  arrange(from: readonly number[]): void {
    this.#rows = from.map((row) => [...(this.#rows[row] ?? [])]);
  }

  /** As `Reader.read`. */
  read(ids: Int32Array): void {
    for (const [row, id] of ids.entries()) {
      const recent = this.of(row) as number[];
      recent.push(id);
      if (recent.length > this.#window) recent.shift();
    }
  }

  /** Those of a row, the latest last. They change as the story is read on. */
  of(row: number): readonly number[] {
    return this.#rows[row] as number[];
  }
}
