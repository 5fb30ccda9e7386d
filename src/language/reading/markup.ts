import { setImmediate as turn } from 'node:timers/promises';
import { Parser } from 'htmlparser2';
import { marked } from 'marked';

/** Characters parsed at one go: some ten milliseconds. */
const SLICE = 500_000;

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
  const parser = new Parser(reader, { decodeEntities: true, lowerCaseTags: true, recognizeSelfClosing: true });
  for (let from = 0; from < page.length; from += SLICE) {
    parser.write(page.slice(from, from + SLICE));
    if (page.length > SLICE) await turn();
  }
  parser.end();
  return reader.text();
}

/** The text of a Markdown file, without its front matter. */
export async function markdownText(source: string): Promise<string> {
  const body = source.replace(/^\s*---\n[\s\S]{0,10000}?\n(?:---|\.\.\.)\n/, '');
  const pages: string[] = [];
  for (const part of partsOf(body)) {
    pages.push(await marked.parse(part, { gfm: true }));
    await turn();
  }
  return htmlText(pages.join('\n'));
}

/** A long file is parsed in parts, which end where a paragraph does. */
function* partsOf(source: string): Iterable<string> {
  for (let from = 0; from < source.length; ) {
    const end = source.indexOf('\n\n', from + SLICE);
    const to = end < 0 ? source.length : end + 2;
    yield source.slice(from, to);
    from = to;
  }
}

/** Collects what the parser finds. Keeps a count instead of a stack, so that no depth of nesting can exhaust it. */
class PageReader {
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
    if (SILENT.has(name)) this.#silent++;
    if (name === 'pre') this.#preformatted++;
    this.#breakFor(name);
    if (name === 'img' && attributes.alt?.length === 1) this.ontext(attributes.alt);
  }

  onclosetag(name: string): void {
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
