import pc from 'picocolors';
import { harmless } from './for-people.ts';

/** A stream to write to: standard output or standard error, or a fake of them. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Lines longer than this are tiring to read, however wide the terminal. */
const WIDEST_LINE = 100;

/** What a command says: its result on standard output, as JSON or for a person, and everything else on standard error. */
export class Output {
  readonly json: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly #out: Sink;
  readonly #err: Sink;

  constructor(out: Sink, err: Sink, options: { readonly json: boolean; readonly color: boolean }) {
    this.json = options.json;
    this.#out = out;
    this.#err = err;
    const colors = pc.createColors(options.color && out.isTTY === true);
    this.bold = colors.bold;
    this.dim = colors.dim;
  }

  /** The result: one JSON object with `--json`, else the lines that `lines` makes of it. */
  result(object: object, lines: () => readonly string[]): void {
    this.#out.write(this.json ? `${safeJson(object)}\n` : `${lines().join('\n')}\n`);
  }

  /** Something a person should know that is not the result. */
  note(line: string): void {
    this.#err.write(`${harmless(line)}\n`);
  }

  /** Breaks prose between words, on a terminal only: a file or another program gets it in one piece. */
  wrap(text: string): string {
    if (!this.#out.isTTY) return text;
    return wrapAt(text, Math.min(this.#out.columns ?? 80, WIDEST_LINE));
  }
}

/** JSON that a terminal can only print: what JSON itself leaves as it is, and a terminal might obey, is written as an escape. */
function safeJson(object: object): string {
  return JSON.stringify(object).replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Turns blanks into line ends; what comes out is as long as what went in. */
function wrapAt(text: string, width: number): string {
  let column = 0;
  return text
    .split(' ')
    .map((word, at) => {
      const breaks = at > 0 && column + 1 + word.length > width;
      column = breaks || at === 0 ? word.length : column + 1 + word.length;
      return at === 0 ? word : (breaks ? '\n' : ' ') + word;
    })
    .join('');
}

/** 0.9851 -> `98.5 %`; `unknown` for what was not measured. */
export function percent(share: number | null): string {
  return share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`;
}

/** 75.3 -> `1 min 15 s`; below ten seconds with a tenth. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** `1 word`, `2 words`, `1,200 words`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** Rows as columns of equal width, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What a whole library holds: `2 corpora with 3 stories, 1 model version, 5 settings`. */
export function amounts(contents: { corpora: number; stories: number; versions: number; documents: number }): string {
  const { corpora, stories, versions, documents } = contents;
  const models = count(versions, 'model version');
  return `${count(corpora, 'corpus', 'corpora')} with ${count(stories, 'story', 'stories')}, ${models}, ${count(documents, 'note')}`;
}
