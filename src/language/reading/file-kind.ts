/** What a file is by its first bytes, or by its name where they do not tell. */
export type FileKind =
  | { readonly kind: 'text' | 'markdown' | 'html' | 'epub' }
  /** what: for a sentence, as in `story.txt is a picture`. */
  | { readonly kind: 'other'; readonly what: string };

/** What files begin with that people take for texts, and what to call them. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['\x89PNG', 'a picture'],
  ['\xff\xd8\xff', 'a picture'],
  ['GIF8', 'a picture'],
  ['II*\0', 'a picture'],
  ['MM\0*', 'a picture'],
  ['\xd0\xcf\x11\xe0', 'an office document'],
  ['{\\rtf', 'an office document'],
  ['%PDF-', 'a PDF'],
  ['%!PS', 'a PostScript document'],
  ['AT&TFORM', 'a DjVu document'],
  ['\x1f\x8b', 'a compressed archive'],
  ["7z\xbc\xaf'\x1c", 'a compressed archive'],
  ['Rar!\x1a', 'a compressed archive'],
  ['BZh', 'a compressed archive'],
  ['\xfd7zXZ\x00', 'a compressed archive'],
  ['\x28\xb5\x2f\xfd', 'a compressed archive'],
  ['ID3', 'a sound'],
  ['OggS', 'a sound'],
  ['fLaC', 'a sound'],
  ['RIFF', 'a sound, a film or a picture'],
  ['\x1aE\xdf\xa3', 'a film'],
  ['\x7fELF', 'a program'],
  ['MZ\x90\x00', 'a program'],
  ['\xca\xfe\xba\xbe', 'a program'],
  ['SQLite format 3\0', 'a database'],
  ['wOF2', 'a font'],
];

/** What else stands at a place of its own: offset, signature, name. */
const LATER_SIGNATURES: readonly (readonly [number, string, string])[] = [
  [4, 'ftyp', 'a film or a picture'],
  [60, 'BOOKMOBI', 'a Kindle book'],
  [257, 'ustar', 'an archive'],
];

/** Names inside a zip archive that say what it really is; a directory of names stands at its end. */
const ZIPPED: readonly (readonly [string, string])[] = [
  ['word/', 'a Word document'],
  ['xl/', 'an Excel table'],
  ['ppt/', 'a PowerPoint presentation'],
  ['application/vnd.oasis.opendocument.text', 'an OpenDocument text'],
  ['Index/Document.iwa', 'a Pages document'],
];
const ZIP = 'PK\x03\x04';
const EMPTY_ZIP = 'PK\x05\x06';
/** An EPUB says so in its first entry, which is stored uncompressed: the rule of its specification (OCF 3.3, 4.3). */
const EPUB = 'mimetypeapplication/epub+zip';
const DIRECTORY = 64 * 1024;

/** A page that begins so is HTML whatever its name; a story that merely mentions a tag does not. */
const HTML_START = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*)*<(?:!doctype\s+html|html)[\s>]/i;

/** Tells what a file is. fileName: its ending decides between kinds of text that look alike. */
export function fileKindOf(fileName: string, bytes: Uint8Array): FileKind {
  const start = latin1(bytes.subarray(0, 300));
  if (start.startsWith(ZIP) || start.startsWith(EMPTY_ZIP)) return zipKindOf(fileName, start, bytes);
  const what =
    SIGNATURES.find(([signature]) => start.startsWith(signature))?.[1] ??
    LATER_SIGNATURES.find(([at, signature]) => start.startsWith(signature, at))?.[2];
  if (what) return { kind: 'other', what };
  if (/\.(?:x?html?|xht)$/i.test(fileName)) return { kind: 'html' };
  if (/\.(?:md|markdown)$/i.test(fileName)) return { kind: 'markdown' };
  // Without its zeros and marks, a page in UTF-16 begins in the same way.
  const page = latin1(bytes.subarray(0, 4096)).replace(/\0|^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/g, '');
  if (HTML_START.test(page)) return { kind: 'html' };
  return { kind: /\.epub$/i.test(fileName) ? 'epub' : 'text' };
}

function zipKindOf(fileName: string, start: string, bytes: Uint8Array): FileKind {
  if (start.slice(30).startsWith(EPUB) || /\.epub$/i.test(fileName)) return { kind: 'epub' };
  const names = start + latin1(bytes.subarray(-DIRECTORY));
  const what = ZIPPED.find(([name]) => names.includes(name))?.[1] ?? 'a zip archive';
  return { kind: 'other', what };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
