import { STRIDE, type Work } from './turns.ts';

/** From this length on, a part that is cut from a string keeps the whole of it in memory. */
const CUT = 13;

/**
 * `JSON.parse` of an object as `JSON.stringify` writes it, most of which is the list of strings called `list`: a large
 * vocabulary, which takes longer to parse than others should wait. Throws a `SyntaxError` for what is
 * cut short or no list of strings; it does not look at the commas.
 */
export function* parsingJson(json: string, list: string): Work<unknown> {
  const opening = `${JSON.stringify(list)}:[`;
  const found = json.indexOf(opening);
  if (found < 0) return JSON.parse(json);
  const from = found + opening.length;
  const strings: string[] = [];
  let at = from;
  while (json[at] !== ']') {
    if (strings.length % STRIDE === 0) yield;
    const end = endOfString(json, at);
    const written = json.slice(at, end);
    const own = written.length - 2 < CUT && !written.includes('\\');
    strings.push(own ? written.slice(1, -1) : JSON.parse(written));
    at = json[end] === ',' ? end + 1 : end;
  }
  return { ...JSON.parse(json.slice(0, from) + json.slice(at)), [list]: strings };
}

/** The place behind the closing quotation mark of the string that begins at a place. */
function endOfString(json: string, start: number): number {
  if (json[start] !== '"') throw new SyntaxError(`No string at position ${start}`);
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
  throw new SyntaxError(`A string without an end at position ${start}`);
}
