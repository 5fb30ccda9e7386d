import { setImmediate as turn } from 'node:timers/promises';

/** Lines read at one go: some ten milliseconds. */
const TURN_LINES = 10_000;
/** Widths, in characters, at which people and programs break lines. */
const NARROWEST = { spaced: 40, unspaced: 12 };
const WIDEST = 130;
/** Of the lines that are followed by another one, so many are full and end within a sentence where a text was broken at a width. */
const FULL_SHARE = 2 / 5;
/** How far below the width a full line may end, for breakers that are not strict. */
const SLACK = 6;
/** Scripts that put no blank between words, and the marks that go with them. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\u3000-\u303f\uff00-\uffef]/u;

/** Both halves of a word broken at the end of a line: `beau-` and `tiful`. */
const FIRST_HALF = /([\p{L}\p{M}’']{1,40})[-\u2010\u00ad]$/u;
const SECOND_HALF = /^\s*(\p{Ll}[\p{L}\p{M}]{0,40})/u;
const WORDS = /[\p{L}\p{M}]+(?:[-\u2010][\p{L}\p{M}]+)*/gu;

/** What begins words that are written with a hyphen; what ends them. */
const FIRST_PARTS = new Set(
  (
    'all anti arch bare broad by cross deep double dressing drawing easy ever ex far fellow fine first five four free full god good great ' +
    'grey half hard heavy hand head heart high home ill in jet kind left light long looking low many middle mid mother narrow never new ' +
    'nine non north old one open out panic part pale post pre pro quarter quick ready red right self semi seven short six sitting small ' +
    'so soft south strong sub ten thick thin thirty three top tight twenty two up vice warm weather well white wide will young ' +
    'forty fifty sixty seventy eighty ninety peut quelque demi après avant arrière sous vice contre grand petit rendez dit ' +
    'кто что где как когда какой чей по во из'
  ).split(' '),
);
const LAST_PARTS = new Set(
  (
    'aged armed bodied bound bred brained built cheeked class clad coloured colored consciousness covered cut down dressed eared eyed ' +
    'faced fashioned fisted five footed fold four free haired half handed headed hearted in inch known law legged like looking made ' +
    'minded natured nine off old on one out past possessed respect sized seven shaped six skinned spoken stricken tempered three two ' +
    'to up willed worn year years il elle on je tu nous vous ils elles ce moi toi lui leur là ci même mêmes être t то нибудь либо ка'
  ).split(' '),
);

/** Joins words that were broken at the end of a line, and the lines of paragraphs that were broken at a width. */
export async function joinLines(lines: readonly string[]): Promise<string> {
  const width = widthOf(lines);
  const hyphens = await hyphensOf(lines);
  // Piece by piece: a string that grows line by line would be copied again and again.
  const pieces: string[] = [];
  let goesOn = false;
  for (const [at, line] of lines.entries()) {
    const next = lines[at + 1];
    const hyphen = hyphens.get(at);
    const full = width !== null && next !== undefined && isFull(line, next, width);
    const written = goesOn ? line.trimStart() : line;
    if (hyphen !== undefined) pieces.push(written.slice(0, -1), hyphen);
    else if (full) pieces.push(written.trimEnd(), blankBetween(line.trimEnd(), next.trimStart()));
    else pieces.push(written, next === undefined ? '' : '\n');
    goesOn = full || hyphen !== undefined;
    if (at % TURN_LINES === 0) await turn();
  }
  return pieces.join('');
}

interface BrokenWord {
  readonly first: string;
  readonly second: string;
}

/** What is left of the hyphens at the ends of lines that break a word, by line. */
async function hyphensOf(lines: readonly string[]): Promise<ReadonlyMap<number, '-' | ''>> {
  const broken = new Map<number, BrokenWord>();
  for (const [at, line] of lines.entries()) {
    if (at % TURN_LINES === 0) await turn();
    if (!/[-\u2010\u00ad]$/.test(line)) continue;
    const first = FIRST_HALF.exec(line.slice(-42))?.[1];
    const second = SECOND_HALF.exec((lines[at + 1] ?? '').slice(0, 200))?.[1];
    if (first && second) broken.set(at, { first, second });
  }
  if (broken.size === 0) return new Map();
  const counts = await countWords(lines, broken);
  return new Map(
    [...broken].map(([at, word]) => [at, !lines[at]?.endsWith('\u00ad') && keepsHyphen(word, counts) ? '-' : '']),
  );
}

/**
 * A hyphen at the end of a line is taken away where the rest of the text writes the word without, and stays where it
 * writes it with one, or both halves as words. Where the text does not tell, it stays in what looks like a compound.
 */
function keepsHyphen({ first, second }: BrokenWord, counts: ReadonlyMap<string, number>): boolean {
  const count = (word: string) => counts.get(word.toLowerCase()) ?? 0;
  const without = count(first + second);
  const compound = count(`${first}-${second}`);
  if (without !== compound) return compound > without;
  if (FIRST_PARTS.has(first.toLowerCase()) || LAST_PARTS.has(second.toLowerCase())) return true;
  return count(first) > 0 && count(second) > 0;
}

/** How often the words and halves in question stand in the text, where they are not broken themselves. */
async function countWords(
  lines: readonly string[],
  broken: ReadonlyMap<number, BrokenWord>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { first, second } of broken.values()) {
    for (const word of [first, second, first + second, `${first}-${second}`]) counts.set(word.toLowerCase(), 0);
  }
  for (const [at, line] of lines.entries()) {
    const start = broken.has(at - 1) ? line.search(/\S/) + (broken.get(at - 1) as BrokenWord).second.length : 0;
    const end = broken.has(at) ? line.length - (broken.get(at) as BrokenWord).first.length - 1 : line.length;
    for (const [match] of line.slice(start, Math.max(start, end)).matchAll(WORDS)) {
      const word = match.toLowerCase().replaceAll('\u2010', '-');
      const count = counts.get(word);
      if (count !== undefined) counts.set(word, count + 1);
    }
    if (at % TURN_LINES === 0) await turn();
  }
  return counts;
}

/** The width at which the lines of a text were broken, in characters; null where paragraphs are lines, or lines verses. */
function widthOf(lines: readonly string[]): number | null {
  const lengths = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.length)
    .sort((a, b) => a - b);
  // A table or a web address may be longer than the lines of the prose.
  const width = lengths[Math.floor((lengths.length - 1) * 0.98)] ?? 0;
  if (
    lengths.length < 3 ||
    width < NARROWEST[UNSPACED.test(lines.find((line) => line.length === width) ?? '') ? 'unspaced' : 'spaced'] ||
    width > WIDEST
  )
    return null;
  let followed = 0;
  let full = 0;
  for (const [at, line] of lines.entries()) {
    const next = lines[at + 1] ?? '';
    if (line.trim() === '' || next.trim() === '') continue;
    followed++;
    // Where nearly every line ends a sentence, the lines are somebody's own.
    if (isFull(line, next, width) && !/[.!?…。！？؟।:»”"'’」]\s*$/u.test(line)) full++;
  }
  return followed >= 2 && full >= followed * FULL_SHARE ? width : null;
}

/** Whether a line ends because the next word did not fit; then the paragraph goes on in the next line. */
function isFull(line: string, next: string, width: number): boolean {
  // An indented line begins a paragraph.
  if (line.trim() === '' || next.trim() === '' || /^[\s\u3000]{2}|^[\t\u3000]/.test(next)) return false;
  const word = UNSPACED.test(next.charAt(0)) ? 1 : next.search(/\s|$/);
  return line.trimEnd().length + 1 + word > width - SLACK;
}

function blankBetween(end: string, start: string): string {
  const close = /[-\u2010—]$/.test(end) || (UNSPACED.test(end.slice(-1)) && UNSPACED.test(start.charAt(0)));
  return close ? '' : ' ';
}
