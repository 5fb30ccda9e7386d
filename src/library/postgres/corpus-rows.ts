import { type Corpus, type CorpusRef, type CorpusState, STARTERS, type StoryRecord } from '../library.ts';
import { nameKey } from '../safe-names.ts';
import { corpusOf } from '../stories.ts';
import type { Statements } from './database.ts';
import { keyHash, restored, stored } from './stored-text.ts';

/** A corpus as its rows say, without the texts. */
export interface CorpusRows {
  readonly id: string;
  readonly state: CorpusState;
}

interface JoinedRow {
  readonly id: string;
  readonly server: string;
  readonly name: string;
  readonly changed_at: Date;
  readonly hash: string | null;
  readonly replaced: boolean | null;
  readonly file_name: string;
  readonly handed_over_by: string;
  readonly at: Date;
  readonly encoding: string;
  readonly bytes: string;
}

/** Reads corpora with the records of their stories in one statement, so that it sees one moment. `where` is about `c`. */
export async function readCorpora(
  statements: Statements,
  where: string,
  values: readonly unknown[],
): Promise<CorpusRows[]> {
  const rows = await statements.query<JoinedRow>(
    `select c.id, c.server, c.name, c.changed_at, s.hash, s.replaced, s.file_name, s.handed_over_by, s.at,
       s.encoding, s.bytes
     from fabulist.corpora c left join fabulist.stories s on s.corpus = c.id
     where ${where} order by c.id, s.position`,
    values,
  );
  const corpora = new Map<string, JoinedRow[]>();
  for (const row of rows) corpora.set(row.id, [...(corpora.get(row.id) ?? []), row]);
  return [...corpora.values()].map(corpusRows);
}

function corpusRows(rows: readonly JoinedRow[]): CorpusRows {
  const [first] = rows as readonly [JoinedRow];
  const recordsWhere = (replaced: boolean) => rows.filter((row) => row.replaced === replaced).map(recordOf);
  const state = {
    server: restored(first.server),
    name: restored(first.name),
    changedAt: first.changed_at.toISOString(),
    stories: recordsWhere(false),
    replaced: recordsWhere(true),
  };
  return { id: first.id, state };
}

export function recordOf(row: Omit<JoinedRow, 'id' | 'server' | 'name' | 'changed_at' | 'replaced'>): StoryRecord {
  return {
    hash: row.hash ?? '',
    fileName: restored(row.file_name),
    by: restored(row.handed_over_by),
    at: row.at.toISOString(),
    encoding: restored(row.encoding),
    bytes: Number(row.bytes),
  };
}

/** The two values by which a corpus is found: its server and its name as names are compared. */
export function keyOf({ server, name }: CorpusRef): [server: string, nameKey: Buffer] {
  return [stored(server), keyHash(nameKey(name))];
}

/**
 * Takes the right to change a corpus until the end of the transaction; undefined when it is not there. Weaker than what a
 * deletion takes, so that the rows of a new model, written before this is taken, keep nobody waiting.
 */
export async function lockCorpus(statements: Statements, corpus: CorpusRef): Promise<CorpusRows | undefined> {
  const [row] = await statements.query<{ id: string }>(
    'select id from fabulist.corpora where server = $1 and name_key = $2 for no key update',
    keyOf(corpus),
  );
  return row && (await readCorpora(statements, 'c.id = $1', [row.id]))[0];
}

/** Makes the records of a corpus what `state` says; texts are stored apart. */
export async function writeRecords(statements: Statements, id: string, state: CorpusState): Promise<void> {
  const records = [
    ...state.stories.map((story) => ({ story, replaced: false })),
    ...state.replaced.map((story) => ({ story, replaced: true })),
  ];
  const column = <T>(value: (record: (typeof records)[number]) => T) => records.map(value);
  await statements.query('delete from fabulist.stories where corpus = $1 and hash <> all($2::text[])', [
    id,
    column(({ story }) => story.hash),
  ]);
  await statements.query(
    `insert into fabulist.stories as s
       (corpus, position, hash, replaced, file_name, handed_over_by, at, encoding, bytes)
     select $1::bigint, position, hash, replaced, file_name, handed_over_by, at, encoding, bytes
     from unnest($2::text[], $3::boolean[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::bigint[])
       with ordinality as new (hash, replaced, file_name, handed_over_by, at, encoding, bytes, position)
     on conflict (corpus, hash) do update
       set position = excluded.position, replaced = excluded.replaced, file_name = excluded.file_name,
         handed_over_by = excluded.handed_over_by, at = excluded.at, encoding = excluded.encoding, bytes = excluded.bytes
       where (s.position, s.replaced, s.handed_over_by) is distinct from
         (excluded.position, excluded.replaced, excluded.handed_over_by)`,
    [
      id,
      column(({ story }) => story.hash),
      column(({ replaced }) => replaced),
      column(({ story }) => stored(story.fileName)),
      column(({ story }) => stored(story.by)),
      column(({ story }) => story.at),
      column(({ story }) => stored(story.encoding)),
      column(({ story }) => story.bytes),
    ],
  );
  await statements.query(
    `delete from fabulist.story_parts p using fabulist.stories s
     where p.corpus = $1 and s.corpus = p.corpus and s.hash = p.hash and s.replaced`,
    [id],
  );
  await statements.query('update fabulist.corpora set hash = $2, changed_at = $3 where id = $1', [
    id,
    corpusOf(state).hash,
    state.changedAt,
  ]);
}

/** The row of a corpus as `corpus` found it; a starter gets one when it is first needed. Undefined when it is gone. */
export async function rowOf(statements: Statements, corpus: Corpus): Promise<string | undefined> {
  if (corpus.server === STARTERS) {
    await statements.query(
      `insert into fabulist.corpora (server, name_key, name, changed_at) values ($1, $2, $3, $4)
       on conflict (server, name_key) do nothing`,
      [...keyOf(corpus), stored(corpus.name), corpus.changedAt],
    );
  }
  return await existingRowOf(statements, corpus);
}

export async function existingRowOf(statements: Statements, corpus: CorpusRef): Promise<string | undefined> {
  const [row] = await statements.query<{ id: string }>(
    'select id from fabulist.corpora where server = $1 and name_key = $2',
    keyOf(corpus),
  );
  return row?.id;
}
