import { posix } from 'node:path';
import { buffer as whole } from 'node:stream/consumers';
import { Parser } from 'htmlparser2';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { FabulistError } from '../../errors.ts';
import { decodeText } from './decode-text.ts';
import { htmlText } from './markup.ts';

/** Files in the archive, at most: a book has hundreds. */
const MOST_FILES = 20_000;
/** Bytes that the chapters may unpack to: thirty times the longest novels. */
const MOST_BYTES = 100 * 1024 * 1024;

const CONTAINER = 'META-INF/container.xml';
const ENCRYPTION = 'META-INF/encryption.xml';
/** Fonts may be scrambled without any of the text being locked. */
const FONT_SCRAMBLING = /idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc/;

interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The text of an EPUB, chapter after chapter in reading order (EPUB 3.3: container, package document, spine). name: for
 * sentences. Throws `bad-file` where it is damaged or locked, `too-large` where it unpacks to more than a book.
 */
export async function epubText(name: string, bytes: Uint8Array): Promise<string> {
  try {
    return await new Epub(name, await open(bytes)).text();
  } catch (error) {
    if (error instanceof FabulistError) throw error;
    throw damaged(name, error);
  }
}

function open(bytes: Uint8Array): Promise<ZipFile> {
  return yauzl.fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
    lazyEntries: true,
    // It then fails where a file unpacks to more than it claims, so claims can be added up.
    validateEntrySizes: true,
  });
}

class Epub {
  readonly #name: string;
  readonly #zip: ZipFile;
  readonly #entries = new Map<string, Entry>();
  #unpacked = 0;

  constructor(name: string, zip: ZipFile) {
    this.#name = name;
    this.#zip = zip;
  }

  async text(): Promise<string> {
    if (this.#zip.entryCount > MOST_FILES) throw tooLarge(this.#name);
    for await (const entry of this.#zip.eachEntry()) this.#entries.set(entry.fileName, entry);
    await this.#refuseIfLocked();
    const container = tagsOf(await this.#read(CONTAINER));
    const path = container.find(({ name }) => name === 'rootfile')?.attributes['full-path'];
    if (!path) throw damaged(this.#name);
    const chapters: string[] = [];
    for (const chapter of spineOf(path, tagsOf(await this.#read(path)))) {
      // A chapter that is listed and missing is overlooked, as reading devices do.
      if (this.#entries.has(chapter)) chapters.push(await htmlText(await this.#read(chapter)));
    }
    if (chapters.length === 0) throw damaged(this.#name);
    return chapters.join('\n\n');
  }

  async #refuseIfLocked(): Promise<void> {
    const methods = this.#entries.has(ENCRYPTION)
      ? tagsOf(await this.#read(ENCRYPTION)).filter(({ name }) => name === 'EncryptionMethod')
      : [];
    const locked = methods.some(({ attributes }) => !FONT_SCRAMBLING.test(attributes.Algorithm ?? ''));
    const encrypted = [...this.#entries.values()].some((entry) => entry.isEncrypted());
    if (!locked && !encrypted) return;
    throw new FabulistError(
      'bad-file',
      `${this.#name} is locked by copy protection (DRM), so I cannot read it: hand me a copy without it.`,
    );
  }

  async #read(path: string): Promise<string> {
    const entry = this.#entries.get(path);
    if (!entry) throw damaged(this.#name);
    this.#unpacked += entry.uncompressedSize;
    if (this.#unpacked > MOST_BYTES) throw tooLarge(this.#name);
    const bytes = await whole(await this.#zip.openReadStreamPromise(entry));
    if (bytes.length === 0) return '';
    const declared = /^[^>]*encoding=["']([\w-]+)["']/.exec(bytes.subarray(0, 200).toString('latin1'))?.[1];
    const text = decodeText(bytes, declared)?.text;
    if (text === undefined) throw damaged(this.#name);
    return text;
  }
}

/** The paths of the chapters in the archive, in reading order, without tables of contents and what stands outside the text. */
function spineOf(packagePath: string, tags: readonly Tag[]): string[] {
  const items = new Map<string, string>();
  for (const { name, attributes } of tags) {
    const { id, href, properties = '' } = attributes;
    if (name !== 'item' || !id || !href || properties.split(' ').includes('nav')) continue;
    items.set(id, posix.join(posix.dirname(packagePath), decoded(href)));
  }
  return tags.flatMap(({ name, attributes }) => {
    const path = items.get(attributes.idref ?? '');
    return name === 'itemref' && path && attributes.linear !== 'no' ? [path] : [];
  });
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/** The tags of an XML document without their prefixes. */
function tagsOf(xml: string): Tag[] {
  const tags: Tag[] = [];
  const parser = new Parser(
    {
      onopentag: (name, attributes) => tags.push({ name: name.replace(/^.*:/, ''), attributes }),
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(xml);
  return tags;
}

function damaged(name: string, cause?: unknown): FabulistError {
  return new FabulistError(
    'bad-file',
    `${name} is damaged, or no EPUB at all: get another copy, or save the story as plain text (.txt).`,
    { cause },
  );
}

function tooLarge(name: string): FabulistError {
  return new FabulistError(
    'too-large',
    `${name} unpacks to far more than a book holds, so I do not open it: save the story as plain text (.txt).`,
  );
}
