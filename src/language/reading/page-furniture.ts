import { setImmediate as turn } from 'node:timers/promises';

/** Lines read at one go: some ten milliseconds. */
const TURN_LINES = 10_000;
/** A number alone in its line: `12`, `- 12 -`, `[Page 12]`, `xiv`. Chapter numbers in Roman capitals are none. */
const NUMBER =
  /^(?:[-–—[(|•·\s]|pages?|seite|página|pagina|стр\.|p\.)*(\d{1,4}|[ivxlc]{1,8})(?:\s*(?:\/|of|von|de|sur)\s*\d{1,4})?[-–—\])|•·\s]*$/iu;
/** A number at either end of a line that holds a title: `12 THE GOLDEN DOOR`, `THE GOLDEN DOOR 13`. */
const NUMBER_FIRST = /^(\d{1,4})\s+(\S.{0,70})$/u;
const NUMBER_LAST = /^(\S.{0,70}?)\s+(\d{1,4})$/u;

/** So many pages at least: two numbers in a row prove nothing. */
const FEWEST = 3;
/** A page number interrupts a sentence on most pages; a chapter number, a verse number or a table never does. */
const INTERRUPTING_SHARE = 1 / 3;
/** Lines between two pages, at least. */
const PAGE = 5;
/** A sentence does not go on behind a gap of so many lines; looking farther, each of many numbers would look at the whole text. */
const GAP = 1_000;
/** A running head stands so near to its page number, in lines that are not empty. */
const NEAR = 2;
/** And in this many lines, empty ones counted. */
const FAR = 8;
const LONGEST_HEAD = 80;
const PAGE_BREAK = '\f';

interface Mark {
  readonly line: number;
  readonly value: number;
  /** The title beside the number; empty where it stands alone. */
  readonly head: string;
}

export interface WithoutFurniture {
  readonly lines: readonly string[];
  readonly pageNumbers: boolean;
  readonly runningHeads: boolean;
}

/**
 * Takes page numbers and the titles repeated on every page out of a text. A sentence that a page interrupts goes on in the next line.
 * Only what rises from page to page and interrupts sentences is taken for a page number, so that nothing of a story is lost.
 */
export async function withoutFurniture(lines: readonly string[]): Promise<WithoutFurniture> {
  const breaks = new Set<number>();
  const marks: Mark[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.startsWith(PAGE_BREAK)) breaks.add(at);
    const mark = markOf(line, at);
    if (mark) marks.push(mark);
    if (at % TURN_LINES === 0) await turn();
  }
  const numbers = pageNumbersOf(lines, marks, breaks);
  await turn();
  const gone = new Set(numbers.map(({ line }) => line));
  const heads = runningHeadsOf(lines, gone, breaks);
  for (const head of heads) gone.add(head);
  const plain = (line: string) => line.replaceAll(PAGE_BREAK, '');
  if (gone.size === 0 && breaks.size === 0) {
    return { lines: lines.map(plain), pageNumbers: false, runningHeads: false };
  }
  return {
    lines: closeUp(
      lines.map((line, at) => (gone.has(at) ? null : plain(line))),
      breaks,
    ),
    pageNumbers: numbers.length > 0,
    runningHeads: heads.length > 0 || numbers.some(({ head }) => head !== ''),
  };
}

function pageNumbersOf(lines: readonly string[], marks: readonly Mark[], breaks: ReadonlySet<number>): Mark[] {
  const repeats = new Map<string, number>();
  for (const { head } of marks) repeats.set(head, (repeats.get(head) ?? 0) + 1);
  const rising = longestRise(marks.filter(({ head }) => head === '' || (repeats.get(head) ?? 0) >= FEWEST));
  if (rising.length < FEWEST) return [];
  const prose = withoutRepeated(lines);
  const interrupting = rising.filter(
    ({ line }) => breaks.has(line) || breaks.has(line + 1) || interrupts(prose, line, line),
  );
  return interrupting.length >= rising.length * INTERRUPTING_SHARE ? rising : [];
}

/** The lines with those emptied that may be running heads: a page number beside one of them interrupts a sentence all the same. */
function withoutRepeated(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.map((line) => ((counts.get(line) ?? 0) >= FEWEST && line.length <= LONGEST_HEAD ? '' : line));
}

function markOf(line: string, at: number): Mark | null {
  const text = line.replaceAll(PAGE_BREAK, '').trim();
  if (text === '' || text.length > LONGEST_HEAD) return null;
  const alone = NUMBER.exec(text)?.[1];
  if (alone !== undefined) {
    if (/^\d/.test(alone)) return { line: at, value: Number(alone), head: '' };
    // Front matter is numbered in small Roman numerals; capitals number chapters.
    return alone === alone.toLowerCase() ? { line: at, value: romanValue(alone) - 10_000, head: '' } : null;
  }
  const first = NUMBER_FIRST.exec(text);
  if (first) return { line: at, value: Number(first[1]), head: (first[2] as string).trim() };
  const last = NUMBER_LAST.exec(text);
  return last && { line: at, value: Number(last[2]), head: (last[1] as string).trim() };
}

/** The longest run of marks that rise, page by page (patience sorting, n log n), with some text between each and the next. */
function longestRise(marks: readonly Mark[]): Mark[] {
  const tails: number[] = [];
  const before: number[] = [];
  for (const [at, mark] of marks.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((marks[tails[middle] as number] as Mark).value < mark.value) low = middle + 1;
      else high = middle;
    }
    before[at] = low > 0 ? (tails[low - 1] as number) : -1;
    tails[low] = at;
  }
  const rise: Mark[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = before[at] as number) rise.push(marks[at] as Mark);
  rise.reverse();
  return rise.filter(({ line }, k) => k === 0 || line - (rise[k - 1] as Mark).line >= PAGE);
}

/** Lines that are the same on many pages and stand beside a page number or a page break. */
function runningHeadsOf(lines: readonly string[], numbers: ReadonlySet<number>, breaks: ReadonlySet<number>): number[] {
  const places = new Map<string, Set<number>>();
  const empty = (at: number) => numbers.has(at) || !lines[at]?.trim();
  const alone = (at: number) => empty(at - 1) && empty(at + 1);
  const consider = (at: number) => {
    const text = (lines[at] ?? '').replaceAll(PAGE_BREAK, '').trim();
    if (text === '' || text.length > LONGEST_HEAD || numbers.has(at) || !(breaks.has(at) || alone(at))) return;
    const known = places.get(text);
    if (known) known.add(at);
    else places.set(text, new Set([at]));
  };
  for (const edge of new Set([...numbers, ...breaks])) {
    if (breaks.has(edge)) consider(edge);
    for (const step of [-1, 1]) {
      let seen = 0;
      for (
        let at = edge + step;
        seen < NEAR && at >= 0 && at < lines.length && Math.abs(at - edge) <= FAR;
        at += step
      ) {
        if ((lines[at] as string).replaceAll(PAGE_BREAK, '').trim() === '') continue;
        seen++;
        consider(at);
      }
    }
  }
  return [...places.values()].flatMap((at) => (at.size >= FEWEST ? [...at] : []));
}

/** Whether the text is in the middle of a sentence where the lines from..to stand. */
function interrupts(lines: readonly (string | null)[], from: number, to: number): boolean {
  let above = from - 1;
  while (above >= 0 && from - above < GAP && !lines[above]?.trim()) above--;
  let below = to + 1;
  while (below < lines.length && below - to < GAP && !lines[below]?.trim()) below++;
  const last = lines[above]?.trim() ?? '';
  const next = lines[below]?.trim() ?? '';
  return /[\p{L}\p{M},;‐-]$/u.test(last) && /^["'“‘«„(]?\p{Ll}/u.test(next);
}

/** Closes the gaps where lines were taken out (null): a sentence that was interrupted goes on in the next line. */
function closeUp(lines: readonly (string | null)[], breaks: ReadonlySet<number>): string[] {
  const closed: string[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    let gap = false;
    while (end < lines.length && !lines[end]?.trim()) {
      gap ||= lines[end] === null || breaks.has(end);
      end++;
    }
    gap ||= end > at && breaks.has(end);
    if (end === at) closed.push(lines[end++] as string);
    else if (!gap) for (let k = at; k < end; k++) closed.push('');
    else if (!interrupts(lines, at, end - 1)) closed.push('');
    at = end;
  }
  return closed;
}

function romanValue(numeral: string): number {
  const values: Record<string, number> = { i: 1, v: 5, x: 10, l: 50, c: 100 };
  return [...numeral].reduce((sum, letter, at) => {
    const value = values[letter] as number;
    return sum + ((values[numeral[at + 1] ?? ''] ?? 0) > value ? -value : value);
  }, 0);
}
