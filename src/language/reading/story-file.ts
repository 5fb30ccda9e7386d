import { FabulistError } from '../../errors.ts';
import { detectLanguage } from '../text/detect-language.ts';
import { tokenizeFormsInTurns } from '../text/tokenizer.ts';
import { cleanText, type Removed } from './clean-text.ts';
import { type DecodedText, decodeText } from './decode-text.ts';
import { epubText } from './epub.ts';
import { fileKindOf } from './file-kind.ts';
import { htmlText, markdownText } from './markup.ts';

/** A file read as a story. */
export interface StoryFile {
  /** Without what is no part of the story; a paragraph is a line. */
  readonly text: string;
  readonly format: Format;
  /** An IANA name: `utf-8`, `windows-1252`, `utf-16le`. */
  readonly encoding: string;
  /** ISO 639-1, or `und`. */
  readonly language: string;
  /** Symbols: words and punctuation marks. */
  readonly words: number;
  readonly removed: readonly Removed[];
}

export type Format = 'text' | 'markdown' | 'html' | 'epub';

export interface StoryFileLimits {
  /** Bytes at most. */
  readonly bytes: number;
  /** Symbols at least: one more than the window of the model that learns from it. */
  readonly symbols: number;
}

const MEGABYTE = 1024 * 1024;

/**
 * Reads an uploaded file: finds its encoding and its language. Throws `bad-file`, `too-large` and `too-short` with one
 * sentence each. fileName: for the sentences alone.
 */
export async function readStoryFile(fileName: string, bytes: Uint8Array, limits: StoryFileLimits): Promise<StoryFile> {
  const name = shown(fileName);
  // The size is checked before anything else, so that a huge file costs nothing.
  if (bytes.byteLength > limits.bytes) {
    const size = (bytes.byteLength / MEGABYTE).toFixed(1);
    throw new FabulistError(
      'too-large',
      `${name} has ${size} MB, and at most ${Math.floor(limits.bytes / MEGABYTE)} MB are taken.`,
    );
  }
  if (bytes.byteLength === 0)
    throw new FabulistError('bad-file', `${name} is empty: hand over a file with a story in it.`);
  const { text: written, encoding, format } = await textOf(name, fileName, bytes);
  const { text, removed } = await cleanText(written);
  const words = (await tokenizeFormsInTurns(text)).length;
  if (words < limits.symbols) {
    const has = words === 0 ? 'no words' : `only ${words} ${words === 1 ? 'word' : 'words'}`;
    throw new FabulistError(
      'too-short',
      `${name} is too short: it has ${has}, and at least ${limits.symbols} are needed.`,
    );
  }
  return { text, format, encoding, language: detectLanguage(text), words, removed };
}

/** The text of a file of any kind that is read, as it stands there. */
async function textOf(name: string, fileName: string, bytes: Uint8Array): Promise<DecodedText & { format: Format }> {
  const found = fileKindOf(fileName, bytes);
  if (found.kind === 'other') {
    throw new FabulistError(
      'bad-file',
      `${name} is ${found.what}, not a text: save the story as plain text (.txt) first.`,
    );
  }
  const { kind } = found;
  if (kind === 'epub') return { text: await epubText(name, bytes), encoding: 'utf-8', format: kind };
  const decoded = decodeText(bytes, kind === 'html' ? declaredIn(bytes) : undefined);
  if (!decoded) {
    throw new FabulistError(
      'bad-file',
      `${name} is not a text file, or is damaged: save the story as plain text in UTF-8.`,
    );
  }
  if (kind === 'html') return { ...decoded, text: await htmlText(decoded.text), format: kind };
  if (kind === 'markdown') return { ...decoded, text: await markdownText(decoded.text), format: kind };
  return { ...decoded, format: kind };
}

/** What an HTML page says its encoding is. */
function declaredIn(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 2048)).toString('latin1');
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(start)?.[1];
}

/** A file name for a sentence. */
function shown(fileName: string): string {
  const name = fileName.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ').trim() || 'The file';
  return name.length > 80 ? `${name.slice(0, 79)}…` : name;
}
