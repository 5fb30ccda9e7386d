import { TextDecoder } from 'node:util';
import chardet from 'chardet';

export interface DecodedText {
  readonly text: string;
  /** An IANA name in lower case: `utf-8`, `windows-1252`, `utf-16le`. */
  readonly encoding: string;
}

/** Bytes looked at to tell an encoding: a file of many megabytes says no more about it. */
const SAMPLE = 256 * 1024;
/** Control characters and wrong bytes, as a share of all characters, that a text may have. */
const WRONG_SHARE = 1 / 200;
/** Share of characters that are blanks, letters or marks of scripts that go together, in anything that people write. */
const SENSIBLE_SHARE = 0.9;

/**
 * Windows-1252 where it differs from Latin-1, 0x80 to 0x9f. Written out because TextDecoder takes the one for the other
 * in some versions of Node.
 */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/**
 * Finds out how a text was written down and reads it; null for what is no text in any encoding. Line ends and control
 * characters are left as they are. declared: what the file itself claims, as HTML does; believed unless the bytes belie it.
 */
export function decodeText(bytes: Uint8Array, declared?: string): DecodedText | null {
  for (const { label, leniently } of encodings(bytes, declared)) {
    const text = decode(bytes, label, leniently);
    if (text !== null && isText(text)) return { text, encoding: nameOf(label) };
  }
  return null;
}

interface Encoding {
  readonly label: string;
  /** A few wrong bytes are overlooked. */
  readonly leniently?: boolean;
}

/** The encodings that a file may be in, the likeliest first. */
function* encodings(bytes: Uint8Array, declared: string | undefined): Iterable<Encoding> {
  const [a, b] = bytes;
  const sample = bytes.subarray(0, SAMPLE);
  const marked = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
  if (marked) {
    yield { label: marked };
    // Half a character, as an editor leaves that cut an emoji in two, does not make the file one of swapped bytes.
    yield { label: marked, leniently: true };
    if (sample.includes(0)) return;
  }
  if (sample.includes(0)) {
    // No other encoding has any use for zeros: here they are the empty halves of blanks and Latin letters.
    for (const label of byZeros(sample)) if (isSensible(decode(sample, label))) yield { label };
    return;
  }
  // Escape sequences are what the seven-bit encodings of Japanese are made of, and they are valid UTF-8 as well.
  if (!sample.includes(0x1b)) yield { label: 'utf-8' };
  if (declared) yield { label: declared };
  const likely = chardet.analyse(sample).map(({ name }) => name);
  if (isDamagedUtf8(sample)) yield { label: 'utf-8', leniently: true };
  for (const label of likely) yield { label };
  // Chinese without a single Latin letter, blank or line end has no zeros in UTF-16 either.
  for (const label of byZeros(sample)) if (isSensible(decode(sample, label))) yield { label };
  for (const label of likely) yield { label, leniently: true };
}

/** A damaged UTF-8 is still known by its other characters, which hardly any text in another encoding has by chance. */
function isDamagedUtf8(sample: Uint8Array): boolean {
  const text = new TextDecoder().decode(sample);
  const wrong = text.match(/\ufffd/g)?.length ?? 0;
  return (text.match(/[^\0-\x7f\ufffd]/g)?.length ?? 0) > 4 * wrong;
}

/** Both ways of UTF-16, the likelier first. */
function byZeros(sample: Uint8Array): string[] {
  let odd = 0;
  for (const [at, byte] of sample.entries()) if (byte === 0) odd += at % 2 === 1 ? 1 : -1;
  return odd >= 0 ? ['utf-16le', 'utf-16be'] : ['utf-16be', 'utf-16le'];
}

/** The text, or null where the bytes are not of that encoding. A character cut off at the very end is left out. */
function decode(bytes: Uint8Array, label: string, leniently = false): string | null {
  if (nameOf(label) === 'windows-1252') {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    return text.replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252[c.charCodeAt(0) - 0x80] as string);
  }
  try {
    const decoder = new TextDecoder(label, { fatal: !leniently });
    const text = decoder.decode(bytes, { stream: true });
    // One odd byte at the end of plain ASCII is no cut-off UTF-8: it is a letter of another encoding.
    if (decoder.encoding === 'utf-8' && /^[\0-\x7f]*$/.test(text))
      return new TextDecoder(label, { fatal: !leniently }).decode(bytes);
    return text;
  } catch {
    // Wrong bytes, or an encoding that the platform does not know.
    return null;
  }
}

function nameOf(label: string): string {
  if (/^(?:iso-8859-1|windows-1252|latin1|us-ascii|ascii)$/i.test(label)) return 'windows-1252';
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return label.toLowerCase();
  }
}

function isText(text: string): boolean {
  if (text.includes('\0')) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is counted
  const wrong = text.match(/[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]/g)?.length ?? 0;
  return wrong <= text.length * WRONG_SHARE;
}

const NEUTRAL = /[\p{P}\p{S}\p{Z}\p{M}\p{N}\s]/gu;
/** Scripts that stand together in one text; Han without its rare extensions, which swapped bytes make many of. */
const SCRIPTS: readonly RegExp[] = [
  /[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}]/gu,
  /[\p{sc=Latin}\p{sc=Hiragana}\p{sc=Katakana}ー\u4e00-\u9fff]/gu,
  /[\p{sc=Latin}\p{sc=Hangul}]/gu,
  /[\p{sc=Latin}\p{sc=Arabic}\p{sc=Hebrew}]/gu,
  /[\p{sc=Latin}\p{sc=Devanagari}]/gu,
  /[\p{sc=Latin}\p{sc=Thai}]/gu,
];

/** Whether a text is what somebody would write, rather than the characters that swapped bytes happen to make. */
function isSensible(text: string | null): boolean {
  if (!text || text.includes('\0')) return false;
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(NEUTRAL) + Math.max(...SCRIPTS.map(count)) >= [...text].length * SENSIBLE_SHARE;
}
