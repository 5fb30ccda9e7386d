import type { Interface } from 'node:readline';
import { harmless } from '../harmless.ts';
import { columnsOf } from './training-lines.ts';

export interface ScreenOutput {
  write(text: string): unknown;
  readonly columns?: number | undefined;
}

/**
 * A terminal with a line to type at the bottom and, right above it, lines that are drawn in place while something goes
 * on. Everything else is printed above those and scrolls away. What is being typed stays as it is.
 */
export class Screen {
  readonly #readline: Interface;
  readonly #output: ScreenOutput;
  /** Lines drawn in place, by whatever they belong to. */
  readonly #live = new Map<object, readonly string[]>();
  /** The live lines as they were written last. */
  #drawn: readonly string[] = [];
  #closed = false;

  constructor(readline: Interface, output: ScreenOutput) {
    this.#readline = readline;
    this.#output = output;
  }

  get columns(): number {
    // A terminal that does not know its size says 0.
    return this.#output.columns || 80;
  }

  /** Prints lines for good, and takes the live lines of `owner` away. */
  print(lines: readonly string[], owner?: object): void {
    if (owner) this.#live.delete(owner);
    this.#draw(lines);
  }

  /** Draws lines in place of those that `owner` had. They must fit the terminal's width. */
  show(owner: object, lines: readonly string[]): void {
    this.#live.set(owner, lines);
    this.#draw([]);
  }

  /** A line was entered, and the cursor stands below it: moves the live lines from above it to below it. */
  entered(line: string): void {
    const echo = `${this.#readline.getPrompt()}${harmless(line)}`;
    // Twice its length is the most it can be wide. A line that may have been wrapped is left where it is: how many rows
    // it took is the terminal's secret.
    if (this.#drawn.length > 0 && 2 * echo.length < this.columns) {
      this.#output.write(`\u001b[1A`);
      this.#draw([echo]);
    } else {
      this.#drawn = [];
      this.#draw([]);
    }
  }

  /** Takes the live lines and the prompt away for good; nothing is drawn from then on. */
  close(): void {
    if (this.#closed) return;
    this.#erase();
    this.#closed = true;
  }

  #draw(printed: readonly string[]): void {
    if (this.#closed) return;
    this.#erase();
    const live = [...this.#live.values()].flat();
    for (const line of [...printed, ...live]) this.#output.write(`${line}\n`);
    this.#drawn = live;
    // Readline draws over as many rows as its own line took before, which are gone.
    (this.#readline as { prevRows?: number }).prevRows = 0;
    this.#readline.prompt(true);
  }

  /** Rows that the live lines take now: a terminal that was made narrower since has wrapped them. */
  get #rows(): number {
    return this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / this.columns)), 0);
  }

  /** Leaves the cursor where the live lines began, with nothing below. */
  #erase(): void {
    const up = this.#rows + this.#readline.getCursorPos().rows;
    this.#output.write(`\r${up > 0 ? `\u001b[${up}A` : ''}\u001b[J`);
  }
}
