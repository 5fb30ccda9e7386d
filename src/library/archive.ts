import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { FabulistError } from '../errors.ts';
import type { Corpus, CorpusRef, Library, ServerId } from './library.ts';
import { checkName, quoted } from './safe-names.ts';
import { storyHash, unknownCorpus } from './stories.ts';

const FORMAT = 'fabulist-corpus';
/** How the lines begin that whole-archive.ts writes. */
const WHOLE = '{"format":"fabulist-library"';
/** Bytes of an archive, packed and unpacked: some hundred books. Unpacking stops there, whatever the archive claims. */
const LARGEST = 64 * 2 ** 20;
const LARGEST_UNPACKED = 4 * LARGEST;

const Document = z.object({
  format: z.literal(FORMAT),
  formatVersion: z.literal(1),
  name: z.string(),
  stories: z
    .array(
      z.object({
        hash: z.string(),
        fileName: z.string().max(1_000),
        by: z.string().max(1_000),
        at: z.iso.datetime(),
        encoding: z.string().max(100),
        bytes: z.int().nonnegative(),
        text: z.string(),
      }),
    )
    .min(1),
  /** For people and their tools; models are not in the archive, so an import cannot keep figures. */
  versions: z.array(z.object({ id: z.string(), createdAt: z.string(), figures: z.record(z.string(), z.unknown()) })),
});

/**
 * One corpus as one file: its stories with their records, and the figures of its model versions.
 *
 * The container is gzip over one JSON document: two formats every language reads, in Node without a package, with
 * records and texts in one place. A tar was rejected: it would show the stories as files, but adds a package to keep (or a
 * parser of our own) and the questions of paths, links and sizes that importing a stranger's tar raises.
 *
 * Throws `unknown-corpus`, and `too-large` above 64 MiB packed or 256 MiB unpacked, so what is exported can be imported.
 */
export async function exportCorpus(library: Library, corpus: CorpusRef): Promise<Uint8Array> {
  const found = await library.corpus(corpus.server, corpus.name);
  if (found === undefined || found.server !== corpus.server) throw unknownCorpus(corpus);
  const stories = await library.read(corpus);
  const { versions } = await library.versions(corpus);
  const document: z.infer<typeof Document> = {
    format: FORMAT,
    formatVersion: 1,
    name: found.name,
    stories,
    versions: versions.map(({ id, createdAt, figures }) => ({ id, createdAt, figures: { ...figures } })),
  };
  const json = Buffer.from(JSON.stringify(document));
  if (json.byteLength > LARGEST_UNPACKED) throw tooLarge('corpus');
  const bytes = await promisify(gzip)(json);
  if (bytes.byteLength > LARGEST) throw tooLarge('corpus');
  return bytes;
}

/**
 * Stores the stories of an archive in the server's corpus of the same name, behind those already there, in one change.
 * nameFor: another name for what the archive calls its corpus, default that one.
 * The records keep who handed each story over, so that `forget` still finds it; the time is that of the import.
 * Throws `too-large` and `bad-file` (not an archive, cut short, a story that differs from its hash) before anything is
 * stored, and what `addStories` throws.
 */
export async function importCorpus(
  library: Library,
  server: ServerId,
  bytes: Uint8Array,
  nameFor: (name: string) => Promise<string> = async (name) => name,
): Promise<Corpus> {
  checkName('server id', server);
  if (bytes.byteLength > LARGEST) throw tooLarge('archive');
  const { name: given, stories } = parse(await unpack(bytes));
  checkName('corpus name', given);
  for (const { hash, fileName, text } of stories) {
    if (storyHash(text) !== hash) throw badFile(`its story ${quoted(fileName)} differs from its checksum`);
  }
  const name = await nameFor(given);
  const { corpus } = await library.addStories({ server, name }, stories, 'append');
  return corpus;
}

async function unpack(bytes: Uint8Array): Promise<string> {
  try {
    const json = await promisify(gunzip)(bytes, { maxOutputLength: LARGEST_UNPACKED });
    return new TextDecoder('utf-8', { fatal: true }).decode(json);
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('archive');
    throw badFile('it is not a gzip file of text, or was cut short', error);
  }
}

function parse(text: string): z.infer<typeof Document> {
  if (text.startsWith(WHOLE))
    throw new FabulistError('bad-file', 'This archive holds a whole library: read it back with import --all.');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw badFile('its content is not JSON', error);
  }
  const checked = Document.safeParse(json);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw badFile(`${issue?.path.join('.') || 'its content'} is not as expected`, checked.error);
}

function badFile(problem: string, cause?: unknown): FabulistError {
  return new FabulistError('bad-file', `This is not a whole archive of a corpus: ${problem}. Export it again.`, {
    cause,
  });
}

function tooLarge(what: 'corpus' | 'archive'): FabulistError {
  const most = `${LARGEST / 2 ** 20} MiB packed and ${LARGEST_UNPACKED / 2 ** 20} MiB unpacked`;
  return new FabulistError('too-large', `This ${what} is larger than an archive may be (${most}); split it up.`);
}
