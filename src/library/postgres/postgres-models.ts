import { FabulistError } from '../../errors.ts';
import {
  type CorpusRef,
  type NewVersion,
  STARTERS,
  type TrainingClaim,
  type Version,
  type VersionList,
} from '../library.ts';
import { checkRef } from '../safe-names.ts';
import type { Starters } from '../starters.ts';
import { checkStoriesKnown, unknownCorpus } from '../stories.ts';
import { checkFileNames, KEPT, keptOf, noSuchVersion, tellingOf, versionOf } from '../version-rules.ts';
import type { Claims } from './claims.ts';
import { existingRowOf, keyOf, lockCorpus, rowOf } from './corpus-rows.ts';
import type { Database, Statements } from './database.ts';
import { filesOf, readFileRows, writeBundle } from './parts.ts';
import { stored } from './stored-text.ts';
import { readVersions, type VersionRows } from './version-rows.ts';
import type { WeightCache } from './weight-cache.ts';

type Files = Readonly<Record<string, Uint8Array>>;

/** The half of the PostgreSQL library that keeps models, of starters too. */
export class PostgresModels {
  readonly #database: Database;
  readonly #starters: Starters;
  readonly #claims: Claims;
  readonly #cache: WeightCache;
  readonly #clock: () => Date;

  constructor(database: Database, starters: Starters, claims: Claims, cache: WeightCache, clock: () => Date) {
    this.#database = database;
    this.#starters = starters;
    this.#claims = claims;
    this.#cache = cache;
    this.#clock = clock;
  }

  async versions(corpus: CorpusRef): Promise<VersionList> {
    checkRef(corpus);
    const { whole, damaged, choice } = await readVersions(this.#database, corpus);
    const versions = whole.map(({ version }) => version);
    return { versions, damaged, telling: tellingOf(versions, choice) };
  }

  async addVersion(corpus: CorpusRef, version: NewVersion, claim?: TrainingClaim): Promise<Version> {
    checkRef(corpus);
    checkFileNames(version.files);
    const id = await this.#rowOf(corpus);
    return await this.#database.transaction(async (statements) => {
      // Before the corpus is locked: the rows of large weights take their time.
      const bundle = await writeBundle(statements, id, version.files);
      const locked = await lockCorpus(statements, corpus);
      if (locked === undefined || locked.id !== id) throw unknownCorpus(corpus);
      if (claim !== undefined) await this.#claims.fence(statements, id, claim);
      if (corpus.server !== STARTERS) checkStoriesKnown(locked.state, version.stories);
      const before = await readVersions(statements, corpus);
      const ids = [...before.whole.map((one) => one.version.id), ...before.damaged.map((one) => one.id)];
      const added = versionOf(version, this.#clock(), [...ids, before.choice?.after ?? '']);
      await statements.query(
        `insert into fabulist.versions (bundle, corpus, id, created_at, corpus_hash, stories, figures, kept_out)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          bundle,
          id,
          added.id,
          added.createdAt,
          added.corpusHash,
          added.stories,
          JSON.stringify(added.figures),
          added.keptOut === null ? null : stored(added.keptOut),
        ],
      );
      await prune(statements, before, added, bundle);
      return JSON.parse(JSON.stringify(added)) as Version;
    });
  }

  async readVersion(corpus: CorpusRef, id: string, names?: readonly string[]): Promise<Record<string, Uint8Array>> {
    checkRef(corpus);
    const [row] = await this.#database.query<{ bundle: string; damage: string | null }>(
      `select v.bundle, v.damage from fabulist.versions v join fabulist.corpora c on c.id = v.corpus
       where c.server = $1 and c.name_key = $2 and v.id = $3`,
      [...keyOf(corpus), stored(id)],
    );
    if (row === undefined) throw noSuchVersion();
    if (row.damage !== null) throw damagedVersion(row.damage);
    try {
      const files = await filesOf(this.#database, row.bundle);
      const wanted = files.filter(({ name }) => names?.includes(name) ?? true);
      const read = await Promise.all(
        wanted.map(async (file) => [file.name, await this.#cache.read(row.bundle, file)] as const),
      );
      return Object.fromEntries(read);
    } catch (error) {
      if (!(error instanceof FabulistError) || error.code !== 'storage') throw error;
      // A version that was pruned or forgotten while it was read is gone, not damaged.
      const marked = await this.#database.query(
        'update fabulist.versions set damage = $2 where bundle = $1 returning bundle',
        [row.bundle, error.message],
      );
      throw marked.length === 0 ? noSuchVersion() : damagedVersion(error.message);
    }
  }

  async tellFrom(corpus: CorpusRef, id: string): Promise<void> {
    checkRef(corpus);
    await this.#database.transaction(async (statements) => {
      const locked = await lockCorpus(statements, corpus);
      const { whole, damaged } = await readVersions(statements, corpus);
      if (locked === undefined || !whole.some(({ version }) => version.id === id)) throw noSuchVersion();
      const after = [...whole.map(({ version }) => version.id), ...damaged.map((one) => one.id)].sort().at(-1);
      await statements.query('update fabulist.corpora set choice_id = $2, choice_after = $3 where id = $1', [
        locked.id,
        id,
        after,
      ]);
    });
  }

  async claimTraining(corpus: CorpusRef): Promise<TrainingClaim | undefined> {
    checkRef(corpus);
    return await this.#claims.claim(await this.#rowOf(corpus));
  }

  async saveCheckpoint(corpus: CorpusRef, files: Files, claim: TrainingClaim): Promise<void> {
    checkRef(corpus);
    checkFileNames(files);
    const id = await this.#rowOf(corpus);
    await this.#database.transaction(async (statements) => {
      const bundle = await writeBundle(statements, id, files);
      await this.#claims.fence(statements, id, claim);
      await statements.query(
        'delete from fabulist.bundles where id in (select bundle from fabulist.checkpoints where corpus = $1)',
        [id],
      );
      await statements.query('insert into fabulist.checkpoints (corpus, bundle) values ($1, $2)', [id, bundle]);
    });
  }

  async readCheckpoint(corpus: CorpusRef): Promise<Record<string, Uint8Array> | undefined> {
    checkRef(corpus);
    const [row] = await this.#database.query<{ bundle: string }>(
      `select k.bundle from fabulist.checkpoints k join fabulist.corpora c on c.id = k.corpus
       where c.server = $1 and c.name_key = $2`,
      keyOf(corpus),
    );
    if (row === undefined) return undefined;
    const files: Record<string, Uint8Array> = {};
    try {
      for (const file of await filesOf(this.#database, row.bundle)) {
        files[file.name] = await readFileRows(this.#database, row.bundle, file);
      }
    } catch (error) {
      if (error instanceof FabulistError && error.code === 'storage') return undefined;
      throw error;
    }
    return Object.keys(files).length === 0 ? undefined : files;
  }

  async clearCheckpoint(corpus: CorpusRef): Promise<void> {
    checkRef(corpus);
    await this.#database.query(
      `delete from fabulist.bundles where id in
         (select k.bundle from fabulist.checkpoints k join fabulist.corpora c on c.id = k.corpus
          where c.server = $1 and c.name_key = $2)`,
      keyOf(corpus),
    );
  }

  /** The row of a corpus; a starter gets one when it is first needed. Throws `unknown-corpus`. */
  async #rowOf(corpus: CorpusRef): Promise<string> {
    const starter = corpus.server === STARTERS ? await this.#starters.find(corpus.name) : undefined;
    const row = await (starter ? rowOf(this.#database, starter) : existingRowOf(this.#database, corpus));
    if (row === undefined || (corpus.server === STARTERS && !starter)) throw unknownCorpus(corpus);
    return row;
  }
}

/** Keeps the last five and the one that tells; damaged ones go when they would be too old anyway. */
async function prune(statements: Statements, before: VersionRows, added: Version, bundle: string): Promise<void> {
  const all = [added, ...before.whole.map(({ version }) => version)].sort((a, b) => (a.id < b.id ? 1 : -1));
  const stay = new Set(keptOf(all, tellingOf(all, before.choice)).map(({ id }) => id));
  const oldest = all[KEPT - 1]?.id;
  const versions = [...before.whole, { bundle, version: added }];
  const gone = [
    ...versions.filter(({ version }) => !stay.has(version.id)),
    ...before.damagedRows.filter(({ id }) => oldest !== undefined && id < oldest),
  ].map(({ bundle }) => bundle);
  if (gone.length > 0) await statements.query('delete from fabulist.bundles where id = any($1::bigint[])', [gone]);
}

function damagedVersion(problem: string): FabulistError {
  return new FabulistError('storage', `This model version is damaged: ${problem}. Choose another, or train again.`);
}
