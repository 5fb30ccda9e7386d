import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { FabulistError } from '../errors.ts';
import { DOCUMENT_KINDS, type Figures } from './library.ts';
import { isVersionId } from './version-rules.ts';

export const FORMAT = 'fabulist-library';
/** What archive.ts writes. */
const ONE_CORPUS = 'fabulist-corpus';
/** Characters of a line: a book takes a hundredth. Unpacking stops there, whatever the archive claims. */
export const LONGEST_LINE = 256 * 2 ** 20;

const Head = z.object({ format: z.string(), formatVersion: z.number() });
const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Count = z.int().nonnegative();
/** JSON has no other word for a number that is none, such as the perplexity of a training that went wrong. */
const Figure = z.number().nullable();
const Ref = z.object({ server: z.string(), name: z.string() });
const Story = z.object({
  hash: Hash,
  fileName: z.string(),
  by: z.string(),
  at: z.iso.datetime(),
  encoding: z.string(),
  bytes: Count,
});

/** Only looked at: it stays in the order in which it was written, so that what is exported again is the same. */
const Measured = z.object({
  words: Figure,
  vocabulary: Figure,
  steps: Figure,
  seconds: Figure,
  loss: Figure,
  perplexity: Figure,
  accuracy: Figure,
  sample: z.string(),
  sampleText: z.string(),
  language: z.string(),
  recipe: z.string(),
  engine: z.string(),
});

const Line = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('corpus'),
    state: Ref.extend({
      changedAt: z.iso.datetime(),
      stories: z.array(Story).min(1).readonly(),
      replaced: z.array(Story).readonly(),
    }),
  }),
  z.object({ kind: z.literal('text'), hash: Hash, text: z.string() }),
  /** The corpus is there with its texts; its versions follow. */
  z.object({ kind: z.literal('versions'), corpus: Ref }),
  z.object({
    kind: z.literal('version'),
    version: z.object({
      id: z.string().refine(isVersionId),
      createdAt: z.iso.datetime(),
      corpusHash: z.string(),
      stories: z.array(Hash).readonly(),
      figures: z.custom<Figures>((figures) => Measured.safeParse(figures).success),
      keptOut: z.string().nullable(),
    }),
    files: z.array(z.string()),
  }),
  z.object({ kind: z.literal('part'), file: z.string(), data: z.string() }),
  z.object({ kind: z.literal('add'), tells: z.boolean() }),
  z.object({ kind: z.literal('document'), of: z.enum(DOCUMENT_KINDS), key: z.string(), value: z.unknown() }),
  z.object({
    kind: z.literal('end'),
    contents: z.object({ corpora: Count, stories: Count, versions: Count, documents: Count }),
    sha256: Hash,
  }),
]);

/** A line of an archive of a whole library, but for the first. */
export type Line = z.infer<typeof Line>;

/** The lines of an archive as text, the first of which was read as the head of one. Throws `bad-file`. */
export async function* textLinesOf(file: string): AsyncGenerator<string> {
  let first = true;
  for await (const { text, whole } of unpackedLines(file)) {
    // An archive of one corpus is one line without an end.
    if (first) checkHead(text);
    if (!whole) throw badArchive('it was cut short');
    yield text;
    first = false;
  }
}

/** What a line of an archive says. Throws `bad-file` where it is none of those that are written. */
export function lineOf(text: string): Line {
  const line = Line.safeParse(parsed(text));
  if (line.success) return line.data;
  const at = line.error.issues[0]?.path.join('.');
  throw badArchive(`one of its lines is not as expected${at ? ` (${at})` : ''}`, line.error);
}

export function badArchive(problem: string, cause?: unknown): FabulistError {
  return new FabulistError('bad-file', `This is not a whole archive of a library: ${problem}. Export it again.`, {
    cause,
  });
}

export function lineTooLong(): FabulistError {
  const most = `${LONGEST_LINE / 2 ** 20} million`;
  return new FabulistError(
    'too-large',
    `A story of this library is longer than an archive may hold (${most} letters).`,
  );
}

function checkHead(text: string): void {
  const head = Head.safeParse(parsed(text)).data;
  if (head?.format === ONE_CORPUS)
    throw new FabulistError('bad-file', 'This archive holds one corpus: read it back with import, without --all.');
  if (head?.format !== FORMAT || head.formatVersion !== 1)
    throw badArchive('it is not one, or of a later version of Fabulist');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badArchive('one of its lines is not JSON', cause);
  }
}

/** whole: whether it has an end. Not by readline: it gathers a line of any length, and what it throws then no caller can catch. */
async function* unpackedLines(file: string): AsyncGenerator<{ text: string; whole: boolean }> {
  const source = createReadStream(file);
  const unpacked = createGunzip();
  source.once('error', (error) => unpacked.destroy(error));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let begun: string[] = [];
  let length = 0;
  try {
    for await (const chunk of source.pipe(unpacked)) {
      const [rest = '', ...others] = decoder.decode(chunk as Uint8Array, { stream: true }).split('\n');
      begun.push(rest);
      length += rest.length;
      if (length > LONGEST_LINE) throw badArchive('one of its lines is longer than any that is written');
      for (const next of others) {
        yield { text: begun.join(''), whole: true };
        begun = [next];
        length = next.length;
      }
    }
    if (length > 0) yield { text: begun.join(''), whole: false };
  } catch (cause) {
    if (cause instanceof FabulistError) throw cause;
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall === undefined) throw badArchive('it is not gzip of text, or was cut short', cause);
    const problem = code === 'ENOENT' ? 'is not there' : 'cannot be read';
    throw new FabulistError('bad-file', `${file} ${problem}: name an archive that export --all wrote.`, { cause });
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}
