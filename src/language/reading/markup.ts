import { setImmediate as turn } from 'node:timers/promises';
import { Parser } from 'htmlparser2';
import { marked } from 'marked';
import { FabulistError } from '../../errors.ts';

/** Characters parsed at one go: some ten milliseconds. */
const SLICE = 500_000;
/** Characters after which the parser may be begun anew. */
const PIECE = 20_000;
/**
 * Elements that may be open when a piece ends: ten times what browsers draw. htmlparser2 moves all that are open for every
 * one that begins, so that half a million of them, in a file of 2 MB, took five minutes.
 */
const DEEPEST = 5_000;
/**
 * Characters of Markdown without an empty line that are still read as such. marked looks for the end of every emphasis in
 * all that follows: 400 kB of nothing else took 45 seconds.
 */
const LONGEST_BLOCK = 50_000;
/** An indentation by which nobody means a list within fifty others, which takes marked seconds. */
const FAR_IN = /^[ \t]{100,}/gm;

/** Elements whose text is no part of the story. `rt` and `rp` hold how a word is read aloud, beside the word. */
const SILENT = new Set(
  'script style head template noscript nav svg math object iframe button select textarea rt rp audio video canvas'.split(
    ' ',
  ),
);
/** Elements that stand in a line of their own, with an empty line around them. */
const BLOCKS = new Set(
  'p div h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table section article aside main header footer figure figcaption hr form fieldset address body'.split(
    ' ',
  ),
);
/** Elements that begin a new line. */
const LINES = new Set('br li dt dd tr caption'.split(' '));

/** The text of an HTML or XHTML page: paragraphs with an empty line between them. Whatever is broken in it is overlooked. */
export async function htmlText(page: string): Promise<string> {
  const reader = new PageReader();
  const begin = () => new Parser(reader, { decodeEntities: true, lowerCaseTags: true, recognizeSelfClosing: true });
  let parser = begin();
  let turned = 0;
  for (let from = 0; from < page.length; ) {
    // At a tag, so that none is cut where the parser begins anew.
    const tag = page.indexOf('<', from + PIECE);
    const to = tag < 0 || tag > from + SLICE ? from + SLICE : tag;
    parser.write(page.slice(from, to));
    if (reader.depth > DEEPEST) {
      // Closes all that is open.
      parser.end();
      parser = begin();
    }
    from = to;
    if (from - turned < SLICE) continue;
    turned = from;
    await turn();
  }
  parser.end();
  return reader.text();
}

/** The text of a Markdown file, without its front matter. Throws `bad-file` for quotations or lists without end. */
export async function markdownText(source: string): Promise<string> {
  const lines = source.replace(/\r\n?/g, '\n').replace(/^[ \t]+$/gm, '');
  const body = lines.replace(/^\s*---\n[\s\S]{0,10000}?\n(?:---|\.\.\.)\n/, '').replace(FAR_IN, '');
  const pages: string[] = [];
  for (const part of partsOf(body)) {
    pages.push(part.length > LONGEST_BLOCK && !part.trim().includes('\n\n') ? asItStands(part) : await htmlOf(part));
    await turn();
  }
  return htmlText(pages.join('\n'));
}

async function htmlOf(markdown: string): Promise<string> {
  try {
    return await marked.parse(markdown, { gfm: true });
  } catch (error) {
    // The stack ran out: marked reads what is within something by calling itself.
    if (!(error instanceof RangeError)) throw error;
    const sentence =
      'This file has parts within parts deeper than anybody writes: save the story as plain text (.txt).';
    throw new FabulistError('bad-file', sentence, { cause: error });
  }
}

/** A paragraph as one of HTML, with every mark in it. */
function asItStands(paragraph: string): string {
  return `<p>${paragraph.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>\n`;
}

/** A long file is parsed in parts, which end where a paragraph does; a paragraph that is too long is one by itself. */
function* partsOf(source: string): Iterable<string> {
  let from = 0;
  for (let at = 0; at < source.length; ) {
    const found = source.indexOf('\n\n', at);
    const end = found < 0 ? source.length : found + 2;
    const long = end - at > LONGEST_BLOCK;
    if (long && at > from) yield source.slice(from, at);
    if (long || end - from > SLICE || end === source.length) {
      yield source.slice(long ? at : from, end);
      from = end;
    }
    at = end;
  }
}

/** Collects what the parser finds. Keeps a count instead of a stack, so that no depth of nesting can exhaust it. */
class PageReader {
  /** Elements that are open. */
  depth = 0;
  readonly #parts: string[] = [];
  #silent = 0;
  #preformatted = 0;
  /** Line ends that are due before the next text. */
  #due = 0;
  #blank = false;

  ontext(data: string): void {
    if (this.#silent > 0) return;
    const text = this.#preformatted > 0 ? data : data.replace(/[^\S\u00a0\u202f\u3000]+/g, ' ');
    const kept = this.#blank || this.#due > 0 || this.#parts.length === 0 ? text.replace(/^ +/, '') : text;
    if (kept === '') return;
    if (this.#due > 0 && this.#parts.length > 0) this.#parts.push('\n'.repeat(this.#due));
    this.#due = 0;
    this.#blank = kept.endsWith(' ');
    this.#parts.push(kept);
  }

  onopentag(name: string, attributes: Readonly<Record<string, string>>): void {
    this.depth++;
    if (SILENT.has(name)) this.#silent++;
    if (name === 'pre') this.#preformatted++;
    this.#breakFor(name);
    if (name === 'img' && attributes.alt?.length === 1) this.ontext(attributes.alt);
  }

  onclosetag(name: string): void {
    this.depth--;
    if (SILENT.has(name)) this.#silent = Math.max(0, this.#silent - 1);
    if (name === 'pre') this.#preformatted = Math.max(0, this.#preformatted - 1);
    if (name === 'td' || name === 'th') this.ontext(' ');
    this.#breakFor(name);
  }

  text(): string {
    return this.#parts.join('').replace(/ +$/gm, '');
  }

  #breakFor(name: string): void {
    if (BLOCKS.has(name)) this.#due = 2;
    else if (LINES.has(name)) this.#due = Math.max(this.#due, 1);
  }
}
