import type { Reader } from '../reader.ts';
import { Turn } from '../turns.ts';
import type { BackOff } from './back-off.ts';
import { RecentSymbols } from './recent-symbols.ts';
import type { WindowTable } from './window-table.ts';

/** Reads symbol after symbol as a `WindowReader` does, and says the same, from a table instead of the network. */
export class TableReader implements Reader {
  readonly memory: number;
  readonly bytes: number;
  readonly #table: WindowTable;
  readonly #backOff: BackOff;
  readonly #recent: RecentSymbols;

  /** window: symbols that predict the next one. */
  constructor(window: number, table: WindowTable, backOff: BackOff) {
    this.memory = window;
    this.bytes = table.bytes;
    this.#table = table;
    this.#backOff = backOff;
    this.#recent = new RecentSymbols(window);
  }

  arrange(from: readonly number[]): void {
    this.#recent.arrange(from);
  }

  read(ids: Int32Array): void {
    this.#recent.read(ids);
  }

  async logits(rows: readonly number[]): Promise<Float32Array> {
    const turn = new Turn();
    const { width } = this.#table;
    const logits = new Float32Array(rows.length * width);
    for (const [k, row] of rows.entries()) {
      const symbols = this.#recent.of(row);
      const told = this.#table.find(symbols) ?? this.#backOff.predict(symbols);
      if (!told) throw new Error('A window of the text is missing in the table.');
      logits.set(told, k * width);
      if (turn.over) await turn.next();
    }
    return logits;
  }

  shorter(row: number): Float32Array | null {
    const symbols = this.#recent.of(row);
    return symbols.length > 1 ? this.#backOff.predict(symbols.slice(1)) : null;
  }

  dispose(): void {
    // The table is the model's own.
  }
}
