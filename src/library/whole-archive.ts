import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { FabulistError } from '../errors.ts';
import {
  type CorpusRef,
  type CorpusState,
  DOCUMENT_KINDS,
  type DocumentKind,
  type Library,
  type Version,
} from './library.ts';

const FORMAT = 'fabulist-library';
/** What archive.ts writes. */
const ONE_CORPUS = 'fabulist-corpus';
/** Bytes of a file in one line of the archive. */
const PART = 4 * 2 ** 20;

/** How much an archive holds. */
export interface Contents {
  corpora: number;
  stories: number;
  versions: number;
  documents: number;
}

type Line =
  | { readonly kind: 'corpus'; readonly state: CorpusState }
  | { readonly kind: 'text'; readonly hash: string; readonly text: string }
  /** The corpus is there with its texts; its versions follow. */
  | { readonly kind: 'versions'; readonly corpus: CorpusRef }
  | { readonly kind: 'version'; readonly version: Version; readonly files: readonly string[] }
  | { readonly kind: 'part'; readonly file: string; readonly data: string }
  | { readonly kind: 'add'; readonly tells: boolean }
  | { readonly kind: 'document'; readonly of: DocumentKind; readonly key: string; readonly value: unknown }
  | { readonly kind: 'end'; readonly contents: Contents; readonly sha256: string };

/**
 * Everything that a library keeps, of all servers, as one archive: gzip over lines of JSON, the last of which has a checksum
 * of all before. Left out: training checkpoints (what was unfinished begins anew), and the starters' stories, which come
 * with the program. Nobody may write meanwhile. Throws what the library throws.
 */
export function exportLibrary(library: Library): { readonly stream: Readable; readonly contents: Contents } {
  const contents: Contents = { corpora: 0, stories: 0, versions: 0, documents: 0 };
  const stream = createGzip({ level: 6 });
  // What goes wrong with a library is the stream's to tell whoever reads it.
  pipeline(Readable.from(archiveOf(library, contents)), stream, () => undefined);
  return { stream, contents };
}

async function* archiveOf(library: Library, contents: Contents): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const line = (value: object) => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  yield line({ format: FORMAT, formatVersion: 1 });
  for await (const { server, name } of library.everyCorpus()) {
    const corpus = { server, name };
    const state = await library.state(corpus);
    if (state !== undefined) {
      contents.corpora++;
      yield line({ kind: 'corpus', state } satisfies Line);
      for (const { hash: of, text } of await library.read(corpus)) {
        contents.stories++;
        yield line({ kind: 'text', hash: of, text } satisfies Line);
      }
    }
    yield line({ kind: 'versions', corpus } satisfies Line);
    const { versions, telling } = await library.versions(corpus);
    for (const version of inOrderOfAdding(versions, telling)) {
      contents.versions++;
      const files = await library.readVersion(corpus, version.id);
      yield line({ kind: 'version', version, files: Object.keys(files) } satisfies Line);
      for (const [file, bytes] of Object.entries(files)) {
        for (let at = 0; at < bytes.byteLength; at += PART) {
          const data = Buffer.from(bytes.subarray(at, at + PART)).toString('base64');
          yield line({ kind: 'part', file, data } satisfies Line);
        }
      }
      yield line({ kind: 'add', tells: version.id === telling } satisfies Line);
    }
  }
  for (const of of DOCUMENT_KINDS) {
    for (const { key, value } of await library.listDocuments(of)) {
      contents.documents++;
      yield line({ kind: 'document', of, key, value } satisfies Line);
    }
  }
  yield `${JSON.stringify({ kind: 'end', contents, sha256: hash.digest('hex') } satisfies Line)}\n`;
}

/** The newest first, then the one that tells: chosen there, it stays the choice whatever older ones follow. */
function inOrderOfAdding(versions: readonly Version[], telling: string | null): Version[] {
  const chosen = versions.filter(({ id }) => id === telling);
  const others = versions.filter(({ id }) => id !== telling);
  return telling === versions[0]?.id ? [...versions] : [...others.slice(0, 1), ...chosen, ...others.slice(1)];
}

/**
 * Puts everything of an archive into a library that has none of it, after the whole archive was checked. What is there
 * already as it is in the archive stays, so that an import that broke off can be done again.
 * Throws `bad-file` before anything is stored, `usage` where something else of the same name is there.
 */
export async function importLibrary(library: Library, file: string): Promise<Contents> {
  const expected = await checked(file);
  let state: CorpusState | undefined;
  let texts = new Map<string, string>();
  let corpus: CorpusRef | undefined;
  let there = new Set<string>();
  let version: Version | undefined;
  let files = new Map<string, Buffer[]>();
  for await (const line of linesOf(file)) {
    switch (line.kind) {
      case 'corpus':
        state = line.state;
        texts = new Map();
        break;
      case 'text':
        texts.set(line.hash, line.text);
        break;
      case 'versions': {
        if (state !== undefined) await library.restore(state, texts);
        state = undefined;
        // A starter that this program does not have keeps its models to itself.
        const found = await library.corpus(line.corpus.server, line.corpus.name);
        corpus = found?.server === line.corpus.server ? line.corpus : undefined;
        there = new Set(corpus && (await library.versions(corpus)).versions.map(({ id }) => id));
        break;
      }
      case 'version':
        version = line.version;
        files = new Map(line.files.map((name) => [name, []]));
        break;
      case 'part':
        files.get(line.file)?.push(Buffer.from(line.data, 'base64'));
        break;
      case 'add':
        if (corpus === undefined || version === undefined) break;
        if (!there.has(version.id)) {
          const whole = [...files].map(([name, parts]) => [name, new Uint8Array(Buffer.concat(parts))] as const);
          await library.addVersion(corpus, { ...version, as: version, files: Object.fromEntries(whole) });
        }
        if (line.tells && (await library.versions(corpus)).telling !== version.id)
          await library.tellFrom(corpus, version.id);
        break;
      case 'document':
        await library.writeDocument(line.of, line.key, line.value);
        break;
      case 'end':
        break;
    }
  }
  return expected;
}

/** Reads the archive to its end. Throws `bad-file`. */
async function checked(file: string): Promise<Contents> {
  const hash = createHash('sha256');
  let end: Extract<Line, { kind: 'end' }> | undefined;
  let first = true;
  for await (const text of rawLines(file)) {
    if (end !== undefined) throw badArchive('something follows its end');
    const line = parsed(text);
    if (first && line.format === ONE_CORPUS)
      throw new FabulistError('bad-file', 'This archive holds one corpus: read it back with import, without --all.');
    if (first && !('format' in line && line.format === FORMAT && line.formatVersion === 1))
      throw badArchive('it is not one, or of a later version of Fabulist');
    first = false;
    if ('kind' in line && line.kind === 'end') end = line as unknown as Extract<Line, { kind: 'end' }>;
    else hash.update(`${text}\n`);
  }
  if (end === undefined) throw badArchive('it was cut short');
  if (end.sha256 !== hash.digest('hex')) throw badArchive('it differs from its checksum');
  return end.contents;
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  for await (const text of rawLines(file)) {
    const line = parsed(text);
    if ('kind' in line) yield line as unknown as Line;
  }
}

async function* rawLines(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const unpacked = source.pipe(createGunzip());
  const failed = new Promise<never>((_, reject) => {
    source.once('error', (cause) => reject(unreadable(file, cause)));
    unpacked.once('error', (cause) => reject(badArchive('it is not gzip, or was cut short', cause)));
  });
  failed.catch(() => undefined);
  const lines = createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([lines.next(), failed]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw badArchive('one of its lines is not JSON', cause);
  }
}

function unreadable(file: string, cause: Error): FabulistError {
  const problem = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be read';
  return new FabulistError('bad-file', `${file} ${problem}: name an archive that export --all wrote.`, { cause });
}

function badArchive(problem: string, cause?: unknown): FabulistError {
  return new FabulistError('bad-file', `This is not a whole archive of a library: ${problem}. Export it again.`, {
    cause,
  });
}
