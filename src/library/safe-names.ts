import { createHash } from 'node:crypto';
import { FabulistError } from '../errors.ts';
import { type CorpusRef, LOCAL, STARTERS } from './library.ts';

const LONGEST = 200;
/** Code points of the slug: with the hash at most 145 bytes of UTF-8, under every file system's 255. */
const SLUG = 32;

/**
 * Checks a corpus name or a server id: any text of 1 to 200 characters (code points, as a person counts them).
 * Throws `usage`, naming the requirement and what was received.
 */
export function checkName(what: 'corpus name' | 'server id', text: unknown): asserts text is string {
  const length = typeof text === 'string' ? [...text].length : undefined;
  if (length !== undefined && length >= 1 && length <= LONGEST) return;
  const received =
    length === undefined ? `a ${typeof text}` : length === 0 ? 'none' : `${length}: ${quoted(String(text))}`;
  throw new FabulistError('usage', `A ${what} must have 1 to ${LONGEST} characters; received ${received}.`);
}

export function checkRef(corpus: CorpusRef): void {
  checkName('server id', corpus.server);
  checkName('corpus name', corpus.name);
}

/** A name for a sentence: in quotes, shortened to 40 characters, without control characters. */
export function quoted(text: string): string {
  const characters = [...text];
  const short = characters.length > 40 ? `${characters.slice(0, 40).join('')}…` : text;
  return `“${short.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '\ufffd')}”`;
}

/**
 * What two names of one corpus have in common: names that differ only in case or in Unicode normalisation are one.
 * Composed again after lower-casing: `J̌` has no composed capital, but `ǰ` has a composed small letter.
 */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase().normalize('NFC');
}

/** The folder of a corpus: a slug for people, a hash of the key for the machine. */
export function corpusFolderName(name: string): string {
  return folderName(name, nameKey(name));
}

/**
 * The folder of a server. Ids compare exactly, unlike names: they come from the platform, and two servers must never
 * become one. Our own two servers keep their plain words, which no other id can get, having no hash at its end.
 */
export function serverFolderName(server: string): string {
  return server === LOCAL || server === STARTERS ? server : folderName(server, server);
}

/**
 * A name that is safe on every disk, for any text: letters and digits of any script, the rest as hyphens, then 64 bits of
 * the key's SHA-256. The hash also keeps Windows' reserved words (`con`), the dots of `..` and letter case harmless.
 */
export function folderName(text: string, key: string): string {
  const letters = nameKey(text).replace(/[^\p{L}\p{N}\p{M}]+/gu, '-');
  const slug = [...letters.replace(/^-/, '')].slice(0, SLUG).join('').replace(/-$/, '');
  // Over UTF-16, since UTF-8 would fold all lone surrogates into one replacement character.
  const hash = createHash('sha256').update(key, 'utf16le').digest('hex').slice(0, 16);
  return slug === '' ? hash : `${slug}-${hash}`;
}
