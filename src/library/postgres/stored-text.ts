import { createHash } from 'node:crypto';

/**
 * How names, ids and keys stand in a column. PostgreSQL's text holds neither U+0000 nor half a surrogate pair; the text
 * of a JSON string, without its quotes, holds both, and reads like the text itself in nearly every case.
 */
export function stored(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

export function restored(column: string): string {
  return JSON.parse(`"${column}"`) as string;
}

/** SHA-256 over UTF-16: UTF-8 would fold all lone surrogates into one replacement character. */
export function keyHash(key: string): Buffer {
  return createHash('sha256').update(key, 'utf16le').digest();
}
