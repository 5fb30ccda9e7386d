import { PassThrough, Writable } from 'node:stream';

/** What is typed at a terminal: a stream that can be put into raw mode. */
export class Keyboard extends PassThrough {
  readonly isTTY = true;
  raw = false;

  setRawMode(raw: boolean): this {
    this.raw = raw;
    return this;
  }
}

/**
 * What a terminal shows for what is written to it, with all that has scrolled away. Knows the sequences that our screen
 * and Node's readline use, and refuses any other.
 */
export class Display extends Writable {
  readonly isTTY = true;
  columns: number;
  /** All that was written. */
  raw = '';
  readonly #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns = 80) {
    super();
    this.columns = columns;
  }

  /** The lines as they stand now. */
  get lines(): string[] {
    return this.#rows.map((row) =>
      Array.from(row, (character) => character ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  /** Made narrower, with the lines wrapped anew as most terminals do it. */
  narrow(columns: number): void {
    const rows = this.#rows.splice(0);
    for (const [at, row] of rows.entries()) {
      if (at === this.#row) this.#row = this.#rows.length;
      do this.#rows.push(row.splice(0, columns));
      while (row.length > 0);
    }
    this.columns = columns;
    this.emit('resize');
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const text = chunk.toString();
    this.raw += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is made of them
    for (const [piece] of text.matchAll(/\x1b\[[\d;?]*[A-Za-z]|./gsu)) this.#show(piece);
    done();
  }

  #show(piece: string): void {
    if (piece.startsWith('\u001b[')) this.#control(piece.slice(2, -1), piece.at(-1) as string);
    else if (piece === '\r') this.#column = 0;
    else if (piece === '\n') this.#down();
    else if (piece < ' ') throw new Error(`The terminal got ${JSON.stringify(piece)}`);
    else this.#print(piece);
  }

  #control(given: string, kind: string): void {
    const count = given === '' ? 1 : Number(given);
    if (kind === 'A') this.#row = Math.max(0, this.#row - count);
    else if (kind === 'C') this.#column += count;
    else if (kind === 'D') this.#column = Math.max(0, this.#column - count);
    else if (kind === 'G') this.#column = count - 1;
    else if (kind === 'J' && Number(given) === 0) {
      this.#rows.length = this.#row + 1;
      this.#current.length = Math.min(this.#current.length, this.#column);
    } else if (kind === 'K' && Number(given) === 0) this.#current.length = Math.min(this.#current.length, this.#column);
    else if (kind !== 'm') throw new Error(`The terminal got ESC[${given}${kind}`);
  }

  #print(character: string): void {
    if (this.#column >= this.columns) {
      this.#down();
    }
    this.#current[this.#column] = character;
    this.#column++;
  }

  /** As a terminal driver does it, also in the raw mode that Node sets: to the start of the next line. */
  #down(): void {
    this.#column = 0;
    this.#row++;
    if (this.#row === this.#rows.length) this.#rows.push([]);
  }

  get #current(): string[] {
    return this.#rows[this.#row] as string[];
  }
}
