import { FabulistError } from '../../errors.ts';
import {
  type Corpus,
  type CorpusRef,
  type CorpusState,
  type NewStory,
  type ServerId,
  STARTERS,
  type StoryRecord,
  type StoryText,
} from '../library.ts';
import { checkName, checkRef, nameKey, quoted } from '../safe-names.ts';
import type { Starters } from '../starters.ts';
import {
  addition,
  byName,
  checkNotStarter,
  checkTexts,
  corpusOf,
  isRestored,
  stillReplaced,
  storyHash,
  unknownCorpus,
  withoutStoriesOf,
} from '../stories.ts';
import type { Claims } from './claims.ts';
import { keyOf, lockCorpus, readCorpora, recordOf, writeRecords } from './corpus-rows.ts';
import type { Database, Statements } from './database.ts';
import { partsOf } from './parts.ts';
import { stored } from './stored-text.ts';

/** Corpora that a round over all of them reads at a time. */
const PAGE = 200;

export interface Removed {
  corpus: CorpusRef;
  stories: StoryRecord[];
  versions: number;
  left: number;
}

/** The half of the PostgreSQL library that keeps stories. The starters' own come from the package's folder. */
export class PostgresCorpora {
  readonly #database: Database;
  readonly #starters: Starters;
  readonly #claims: Claims;
  readonly #clock: () => Date;

  constructor(database: Database, starters: Starters, claims: Claims, clock: () => Date) {
    this.#database = database;
    this.#starters = starters;
    this.#claims = claims;
    this.#clock = clock;
  }

  async corpora(server: ServerId): Promise<Corpus[]> {
    checkName('server id', server);
    const own = server === STARTERS ? [] : await readCorpora(this.#database, 'c.server = $1', [stored(server)]);
    return [...own.map(({ state }) => corpusOf(state)).sort(byName), ...(await this.#starters.list())];
  }

  async corpus(server: ServerId, name: string): Promise<Corpus | undefined> {
    checkRef({ server, name });
    const found = server === STARTERS ? undefined : await this.#find({ server, name });
    return found ? corpusOf(found.state) : await this.#starters.find(name);
  }

  async *everyCorpus(): AsyncGenerator<Corpus> {
    yield* await this.#starters.list();
    for (let after = '0'; ; ) {
      const page = await readCorpora(
        this.#database,
        `c.id in (select id from fabulist.corpora where id > $1 and server <> $2 order by id limit ${PAGE})`,
        [after, STARTERS],
      );
      for (const { state } of page) yield corpusOf(state);
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  }

  async addStories(
    corpus: CorpusRef,
    stories: readonly NewStory[],
    mode: 'append' | 'clean',
  ): Promise<{ corpus: Corpus; added: StoryRecord[]; already: StoryRecord[] }> {
    checkRef(corpus);
    checkNotStarter(corpus);
    const at = this.#clock().toISOString();
    return await this.#database.transaction(async (statements) => {
      const { id, before: state } = await lockOrMake(statements, corpus, at);
      const change = addition(state.stories, stories, mode, at);
      const whole = new Set(await wholeTexts(statements, id, [...change.texts.keys()]));
      const next = {
        ...state,
        changedAt: state.stories.length === 0 || change.changes ? at : state.changedAt,
        stories: change.stories,
        replaced: stillReplaced(state.replaced, change, await this.#learnedFrom(statements, id, mode)),
      };
      if (change.changes) await writeRecords(statements, id, next);
      for (const [hash, text] of change.texts) if (!whole.has(hash)) await writeText(statements, id, hash, text);
      return { corpus: corpusOf(next), added: change.added, already: change.already };
    });
  }

  async read(corpus: CorpusRef): Promise<StoryText[]> {
    checkRef(corpus);
    if (corpus.server === STARTERS) {
      const story = await this.#starters.text(corpus.name);
      if (story === undefined) throw unknownCorpus(corpus);
      return [story];
    }
    // One statement, which sees one moment.
    const rows = await this.#database.query<Parameters<typeof recordOf>[0] & { text: Buffer | null }>(
      `select s.hash, s.file_name, s.handed_over_by, s.at, s.encoding, s.bytes,
         (select string_agg(p.bytes, ''::bytea order by p.part) from fabulist.story_parts p
          where p.corpus = s.corpus and p.hash = s.hash) as text
       from fabulist.stories s join fabulist.corpora c on c.id = s.corpus
       where c.server = $1 and c.name_key = $2 and not s.replaced order by s.position`,
      keyOf(corpus),
    );
    if (rows.length === 0) throw unknownCorpus(corpus);
    return rows.map((row) => {
      const record = recordOf(row);
      const text = row.text?.toString('utf8');
      if (text !== undefined && storyHash(text) === record.hash) return { ...record, text };
      throw new FabulistError(
        'storage',
        `The story ${quoted(record.fileName)} is damaged in the database: hand it over again.`,
      );
    });
  }

  async forget(server: ServerId, by: string, name?: string): Promise<Removed[]> {
    checkName('server id', server);
    if (name !== undefined) checkName('corpus name', name);
    checkNotStarter({ server });
    const removed = await this.#database.transaction(async (statements) => {
      const rows = await statements.query<{ id: string }>(
        `select c.id from fabulist.corpora c where c.server = $1 and exists
           (select from fabulist.stories s where s.corpus = c.id and s.handed_over_by = $2)
         order by c.id for no key update`,
        [stored(server), stored(by)],
      );
      const removed: (Removed & { id: string })[] = [];
      for (const { id } of rows) {
        const one = await this.#forget(statements, id, by, name);
        if (one !== undefined) removed.push(one);
      }
      return removed;
    });
    for (const { id } of removed) this.#claims.takenFrom(id);
    const plain = removed.map(({ id: _, ...rest }) => rest);
    return plain.sort((one, other) => byName(one.corpus, other.corpus));
  }

  async deleteCorpus(corpus: CorpusRef): Promise<void> {
    checkRef(corpus);
    checkNotStarter(corpus);
    const [row] = await this.#database.transaction((statements) =>
      statements.query<{ id: string }>(
        'delete from fabulist.corpora where server = $1 and name_key = $2 returning id',
        keyOf(corpus),
      ),
    );
    if (row === undefined) throw unknownCorpus(corpus);
    this.#claims.takenFrom(row.id);
  }

  async state(corpus: CorpusRef): Promise<CorpusState | undefined> {
    checkRef(corpus);
    return corpus.server === STARTERS ? undefined : (await this.#find(corpus))?.state;
  }

  async restore(state: CorpusState, texts: ReadonlyMap<string, string>): Promise<void> {
    checkRef(state);
    checkNotStarter(state);
    checkTexts(state, texts);
    await this.#database.transaction(async (statements) => {
      const { id, before } = await lockOrMake(statements, state, state.changedAt);
      if (isRestored(before.stories.length > 0 ? before : undefined, state)) return;
      await writeRecords(statements, id, state);
      for (const [hash, text] of texts) await writeText(statements, id, hash, text);
    });
  }

  async #find(corpus: CorpusRef) {
    const [found] = await readCorpora(this.#database, 'c.server = $1 and c.name_key = $2', keyOf(corpus));
    return found;
  }

  async #forget(statements: Statements, id: string, by: string, name: string | undefined) {
    const [found] = await readCorpora(statements, 'c.id = $1', [id]);
    const split = found && withoutStoriesOf(found.state, by);
    if (!split || (name !== undefined && nameKey(found.state.name) !== nameKey(name))) return undefined;
    const { state } = found;
    const left = split.left.length;
    const learned = await statements.query<{ bundle: string }>(
      `select bundle from fabulist.versions where corpus = $1 and (stories && $2::text[] or $3)`,
      [id, [...split.hashes], left === 0],
    );
    const one = { id, corpus: { server: state.server, name: state.name }, stories: split.removed, left };
    const removed = { ...one, versions: learned.length };
    if (left === 0) {
      await statements.query('delete from fabulist.corpora where id = $1', [id]);
      return removed;
    }
    await statements.query('delete from fabulist.claims where corpus = $1', [id]);
    await statements.query(
      `delete from fabulist.bundles where id = any($2::bigint[])
         or id in (select bundle from fabulist.checkpoints where corpus = $1)`,
      [id, learned.map(({ bundle }) => bundle)],
    );
    const changedAt = split.removed.length > 0 ? this.#clock().toISOString() : state.changedAt;
    await writeRecords(statements, id, { ...state, stories: split.left, replaced: split.replaced, changedAt });
    return removed;
  }

  /** Whether a version, a checkpoint or a training under way may have learned from a story; asked by clean starts. */
  async #learnedFrom(statements: Statements, id: string, mode: 'append' | 'clean'): Promise<(hash: string) => boolean> {
    if (mode === 'append') return () => true;
    const [busy] = await statements.query<{ busy: boolean }>(
      `select exists (select from fabulist.claims where corpus = $1)
         or exists (select from fabulist.checkpoints where corpus = $1) as busy`,
      [id],
    );
    if (busy?.busy) return () => true;
    const rows = await statements.query<{ hash: string }>(
      'select distinct unnest(stories) as hash from fabulist.versions where corpus = $1',
      [id],
    );
    const used = new Set(rows.map(({ hash }) => hash));
    return (hash) => used.has(hash);
  }
}

/** Takes the right to change a corpus, which is made where it is not there: with no stories until they are written. */
async function lockOrMake(
  statements: Statements,
  corpus: CorpusRef,
  at: string,
): Promise<{ id: string; before: CorpusState }> {
  await statements.query(
    `insert into fabulist.corpora (server, name_key, name, changed_at) values ($1, $2, $3, $4)
     on conflict (server, name_key) do nothing`,
    [...keyOf(corpus), stored(corpus.name), at],
  );
  const locked = await lockCorpus(statements, corpus);
  // Deleted between the two statements: the transaction is done again.
  if (locked === undefined) throw new Error('The corpus was deleted this very moment.');
  return { id: locked.id, before: locked.state };
}

/** Of these texts, the ones that are there and as their hash says: handing a damaged one over again mends it. */
async function wholeTexts(statements: Statements, corpus: string, hashes: string[]): Promise<string[]> {
  const rows = await statements.query<{ hash: string }>(
    `select hash from fabulist.story_parts where corpus = $1 and hash = any($2::text[]) group by hash
     having encode(sha256(string_agg(bytes, ''::bytea order by part)), 'hex') = hash`,
    [corpus, hashes],
  );
  return rows.map(({ hash }) => hash);
}

async function writeText(statements: Statements, corpus: string, hash: string, text: string): Promise<void> {
  await statements.query('delete from fabulist.story_parts where corpus = $1 and hash = $2', [corpus, hash]);
  for (const [part, bytes] of partsOf(Buffer.from(text, 'utf8')).entries()) {
    await statements.query('insert into fabulist.story_parts (corpus, hash, part, bytes) values ($1, $2, $3, $4)', [
      corpus,
      hash,
      part,
      bytes,
    ]);
  }
}
