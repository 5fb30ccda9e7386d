import { setImmediate as turn } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import chardet from 'chardet';
import { FabulistError } from '../../errors.ts';
import { detectLanguage } from '../detect-language.ts';
import { tokenize } from '../tokenizer.ts';

/** A file read as a story. */
export interface StoryFile {
  readonly text: string;
  /** An IANA name: `utf-8`, `windows-1252`, `utf-16le`. */
  readonly encoding: string;
  /** ISO 639-1, or `und`. */
  readonly language: string;
  /** Symbols: words and punctuation marks. */
  readonly words: number;
}

export interface StoryFileLimits {
  /** Bytes at most. */
  readonly bytes: number;
  /** Symbols at least: one more than the window of the model that learns from it. */
  readonly symbols: number;
}

const MEGABYTE = 1024 * 1024;
/** Bytes looked at to tell an encoding: a file of many megabytes says no more about it. */
const SAMPLE = 256 * 1024;
/** Control characters and wrong bytes, as a share of all characters, that a text may have. */
const WRONG_SHARE = 1 / 200;
/** Characters counted at one go: some ten milliseconds. */
const STRETCH = 100_000;

/** What files begin with that people take for texts, and what to call them. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['\x89PNG', 'a picture'],
  ['\xff\xd8\xff', 'a picture'],
  ['GIF8', 'a picture'],
  ['PK\x03\x04', 'a zip archive or an office document'],
  ['PK\x05\x06', 'a zip archive'],
  ['\xd0\xcf\x11\xe0', 'an office document'],
  ['{\\rtf', 'an office document'],
  ['%PDF-', 'a PDF'],
  ['\x1f\x8b', 'a compressed archive'],
  ["7z\xbc\xaf'\x1c", 'a compressed archive'],
  ['Rar!\x1a', 'a compressed archive'],
  ['BZh', 'a compressed archive'],
  ['\xfd7zXZ\x00', 'a compressed archive'],
  ['ID3', 'a sound'],
  ['OggS', 'a sound'],
  ['RIFF', 'a sound, a film or a picture'],
  ['\x7fELF', 'a program'],
  ['MZ\x90\x00', 'a program'],
];

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
  if (bytes.byteLength === 0) throw new FabulistError('bad-file', `${name} is empty.`);
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  const kind = SIGNATURES.find(([signature]) => start.startsWith(signature))?.[1];
  if (kind)
    throw new FabulistError('bad-file', `${name} is ${kind}, not a text: save the story as plain text (.txt) first.`);
  const { text, encoding } = decode(name, bytes);
  const words = await countSymbols(text);
  if (words < limits.symbols) {
    const has = words === 0 ? 'no words' : `only ${words} ${words === 1 ? 'word' : 'words'}`;
    throw new FabulistError(
      'too-short',
      `${name} is too short: it has ${has}, and at least ${limits.symbols} are needed.`,
    );
  }
  return { text, encoding, language: detectLanguage(text), words };
}

/** Counts a stretch at a time, so that a long book does not hold up everybody else in the process. */
async function countSymbols(text: string): Promise<number> {
  let count = 0;
  for (let from = 0; from < text.length; ) {
    // A stretch ends at white space, which no symbol crosses; where there is none for so long, it ends somewhere.
    const space = text.slice(from + STRETCH, from + 2 * STRETCH).search(/\s/u);
    const to = from + STRETCH + Math.max(0, space);
    count += tokenize(text.slice(from, to)).length;
    from = to;
    await turn();
  }
  return count;
}

interface Encoding {
  readonly label: string;
  /** Whether a few wrong bytes are overlooked. */
  readonly lenient?: boolean;
}

function decode(name: string, bytes: Uint8Array): { text: string; encoding: string } {
  for (const { label, lenient = false } of encodings(bytes)) {
    try {
      const decoder = new TextDecoder(label, { fatal: !lenient });
      const text = decoder.decode(bytes);
      if (isText(text)) return { text: clean(text), encoding: decoder.encoding };
    } catch {
      // Not in this encoding, or one that the platform does not know: the next one may fit.
    }
  }
  throw new FabulistError(
    'bad-file',
    `${name} is not a text file, or is damaged: save the story as plain text in UTF-8.`,
  );
}

/** The encodings that a file may be in, the likeliest first. */
function* encodings(bytes: Uint8Array): Iterable<Encoding> {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) yield { label: 'utf-16le' };
  if (a === 0xfe && b === 0xff) yield { label: 'utf-16be' };
  const sample = bytes.subarray(0, SAMPLE);
  const zeros = zeroBytes(sample);
  if (zeros.even + zeros.odd > 0) {
    // Without a mark at its start UTF-16 shows by the empty halves of its spaces and Latin letters, all on one side.
    if (zeros.even === 0) yield { label: 'utf-16le' };
    if (zeros.odd === 0) yield { label: 'utf-16be' };
    return;
  }
  // Escape sequences are what the seven-bit encodings of Japanese are made of, and they are valid UTF-8 as well.
  if (!sample.includes(0x1b)) yield { label: 'utf-8' };
  for (const { name: label } of chardet.analyse(sample)) yield { label, lenient: label === 'UTF-8' };
}

function zeroBytes(bytes: Uint8Array): { even: number; odd: number } {
  let even = 0;
  let odd = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte !== 0) continue;
    if (at % 2 === 0) even++;
    else odd++;
  }
  return { even, odd };
}

function isText(text: string): boolean {
  if (text.includes('\0')) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is counted
  const wrong = text.match(/[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]/g)?.length ?? 0;
  return wrong <= text.length * WRONG_SHARE;
}

/** Control characters tell no story; the few that old text files hold (page breaks, an end mark) become blanks. */
function clean(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]/gu, ' ');
}

/** A file name for a sentence. */
function shown(fileName: string): string {
  const name = fileName.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ').trim() || 'The file';
  return name.length > 80 ? `${name.slice(0, 79)}…` : name;
}
