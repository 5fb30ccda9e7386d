import { createHash } from 'node:crypto';
import { FabulistError } from '../../errors.ts';
import type { Statements } from './database.ts';

/** A row holds about this much, bytes: large enough to be quick, small enough for the server's memory and for the way there. */
const PART = 512 * 1024;

/** Pieces of equal size, none larger than PART; one for what is empty. */
export function partsOf(bytes: Uint8Array): Buffer[] {
  const count = Math.max(1, Math.ceil(bytes.byteLength / PART));
  const size = Math.ceil(bytes.byteLength / count);
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, index) => whole.subarray(index * size, (index + 1) * size));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Stores files as a new bundle of a corpus; resolves to its id. */
export async function writeBundle(
  statements: Statements,
  corpus: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string> {
  const [made] = await statements.query<{ id: string }>(
    'insert into fabulist.bundles (corpus) values ($1) returning id',
    [corpus],
  );
  const bundle = made?.id ?? '';
  for (const [name, bytes] of Object.entries(files)) {
    await statements.query('insert into fabulist.files (bundle, name, bytes, hash) values ($1, $2, $3, $4)', [
      bundle,
      name,
      bytes.byteLength,
      sha256(bytes),
    ]);
    for (const [part, piece] of partsOf(bytes).entries()) {
      await statements.query('insert into fabulist.file_parts (bundle, name, part, bytes) values ($1, $2, $3, $4)', [
        bundle,
        name,
        part,
        piece,
      ]);
    }
  }
  return bundle;
}

export interface FileRow {
  readonly name: string;
  readonly bytes: number;
  readonly hash: string;
}

export async function filesOf(statements: Statements, bundle: string): Promise<FileRow[]> {
  const rows = await statements.query<{ name: string; bytes: string; hash: string }>(
    'select name, bytes, hash from fabulist.files where bundle = $1 order by name',
    [bundle],
  );
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

/**
 * The content of a file, row by row, so that no answer of the database is larger than a row, and nobody waits while more than a
 * row is copied and hashed. Throws `storage`.
 */
export async function readFileRows(statements: Statements, bundle: string, file: FileRow): Promise<Uint8Array> {
  const whole = new Uint8Array(file.bytes);
  const hash = createHash('sha256');
  let size = 0;
  for (let part = 0; size < file.bytes || part === 0; part++) {
    const [row] = await statements.query<{ bytes: Buffer }>(
      'select bytes from fabulist.file_parts where bundle = $1 and name = $2 and part = $3',
      [bundle, file.name, part],
    );
    if (row === undefined) throw new FabulistError('storage', `${file.name} is missing in part`);
    const from = size;
    size += row.bytes.byteLength;
    if (size > file.bytes) break;
    whole.set(row.bytes, from);
    hash.update(row.bytes);
  }
  if (size === file.bytes && hash.digest('hex') === file.hash) return whole;
  throw new FabulistError('storage', `${file.name} differs from its checksum`);
}
