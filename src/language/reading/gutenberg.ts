/** The lines between which a Project Gutenberg book stands; a long title makes them run over more than one. */
const START = /^[^\S\n]*\*{3}[^\S\n]*START OF (?:THIS|THE) PROJECT GUTENBERG[^*]{0,400}\*{3}[^\n]*\n?/im;
const END = /^[^\S\n]*\*{3}[^\S\n]*END OF (?:THIS|THE) PROJECT GUTENBERG/im;
/** How books of the nineties had it. */
const OLD_START = /^\*END\*?\s?THE SMALL PRINT!?[^\n]*\*END\*[^\n]*\n?/im;
/** Said once more above the last line. */
const FAREWELL = /\n[^\S\n]*(?:End of (?:the |this )?Project Gutenberg\b|End of this Etext of)[^\n]*(?:\n[^\n]+)*\s*$/i;
/** What those who made the file put before the book. */
const CREDITS =
  /^\s*(?:\[?(?:Transcriber['’]s? note|Note:)|(?:This )?(?:e-?text|e-?book|file|text) (?:was )?(?:prepared|produced|scanned)|(?:Scanned|Produced|Prepared|Transcribed|Digitized|HTML version) (?:and [a-z]+ )?by\b)[^\n]*(?:\n[^\n]+)*\n\s*\n/i;

/** A text without the header, the licence and the credits of Project Gutenberg, where it has them. Line ends must be `\n`. */
export function withoutLicence(text: string): { text: string; removed: boolean } {
  const start = START.exec(text) ?? OLD_START.exec(text);
  let book = start ? text.slice(start.index + start[0].length) : text;
  const end = END.exec(book);
  if (end) book = book.slice(0, end.index);
  if (!start && !end) return { text, removed: false };
  if (start) {
    for (let credits = CREDITS.exec(book); credits; credits = CREDITS.exec(book)) book = book.slice(credits[0].length);
  }
  // Looked for near the end alone: a pattern anchored there would be tried at every line of the book.
  const tail = Math.max(0, book.length - 2000);
  book = book.slice(0, tail) + book.slice(tail).replace(FAREWELL, '\n');
  return { text: `${book.trim()}\n`, removed: true };
}
