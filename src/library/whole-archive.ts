import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { FabulistError } from '../errors.ts';
import { badArchive, FORMAT, type Line, LONGEST_LINE, lineOf, lineTooLong, textLinesOf } from './archive-lines.ts';
import { type CorpusRef, type CorpusState, DOCUMENT_KINDS, type Library, type Version } from './library.ts';
import { checkRef } from './safe-names.ts';
import { checkNotStarter, storyHash } from './stories.ts';
import { checkFileNames } from './version-rules.ts';

/** Bytes of a file in one line of the archive. */
const PART = 4 * 2 ** 20;

/** How much an archive holds. */
export interface Contents {
  corpora: number;
  stories: number;
  versions: number;
  documents: number;
}

/**
 * Everything that a library keeps, of all servers, as one archive: gzip over lines of JSON, the last of which has a checksum
 * of all before. Left out: training checkpoints (what was unfinished begins anew), and the starters' stories, which come
 * with the program. Nobody may write meanwhile. Throws what the library throws, and `too-large` for a text of 256 MiB.
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
    if (text.length > LONGEST_LINE) throw lineTooLong();
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
 * Throws `bad-file` before anything is stored, also for an archive whose checksum is right and whose content is not; `usage`
 * where something else of the same name is there; `disk-full` with what came before stored.
 */
export async function importLibrary(library: Library, file: string): Promise<Contents> {
  const expected = await checked(file);
  try {
    await store(library, file);
  } catch (error) {
    if (!(error instanceof FabulistError && error.code === 'disk-full')) throw error;
    const sentence =
      'The disk ran full in the middle of the archive; free some space and import it again: what is stored already stays.';
    throw new FabulistError('disk-full', sentence, { cause: error });
  }
  return expected;
}

/** Puts what an archive holds into a library. */
async function store(library: Library, file: string): Promise<void> {
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
}

/** Reads the archive to its end. Throws `bad-file`, and what is wrong with a name. */
async function checked(file: string): Promise<Contents> {
  const hash = createHash('sha256');
  const order = new Order();
  let end: Extract<Line, { kind: 'end' }> | undefined;
  let first = true;
  for await (const text of textLinesOf(file)) {
    if (end !== undefined) throw badArchive('something follows its end');
    const line = first ? undefined : lineOf(text);
    first = false;
    if (line?.kind === 'end') end = line;
    else hash.update(`${text}\n`);
    if (line !== undefined) order.next(line);
  }
  if (end === undefined) throw badArchive('it was cut short');
  if (end.sha256 !== hash.digest('hex')) throw badArchive('it differs from its checksum');
  return end.contents;
}

/** What must be true from line to line: every story has its text, and every name is one that may be stored. */
class Order {
  /** Hashes of the stories whose texts are still to come. */
  #awaited = new Set<string>();

  next(line: Line): void {
    if (line.kind === 'text') {
      if (!this.#awaited.delete(line.hash)) throw badArchive('it has a text that belongs to no story');
      if (storyHash(line.text) !== line.hash) throw badArchive('a story differs from its checksum');
      return;
    }
    if (this.#awaited.size > 0) throw badArchive('the text of a story is missing');
    if (line.kind === 'corpus') {
      checkRef(line.state);
      checkNotStarter(line.state);
      this.#awaited = new Set(line.state.stories.map(({ hash }) => hash));
    }
    if (line.kind === 'versions') checkRef(line.corpus);
    if (line.kind === 'version') checkFileNames(Object.fromEntries(line.files.map((name) => [name, new Uint8Array()])));
  }
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  let first = true;
  for await (const text of textLinesOf(file)) {
    if (!first) yield lineOf(text);
    first = false;
  }
}
