import type { CorpusRef, DamagedVersion, Figures, Version } from '../library.ts';
import type { Choice } from '../version-rules.ts';
import { keyOf } from './corpus-rows.ts';
import type { Statements } from './database.ts';
import { restored } from './stored-text.ts';

export interface VersionRows {
  /** Newest first. */
  readonly whole: readonly { readonly bundle: string; readonly version: Version }[];
  readonly damaged: readonly DamagedVersion[];
  readonly damagedRows: readonly { readonly bundle: string; readonly id: string }[];
  readonly choice: Choice | undefined;
}

interface Row {
  readonly bundle: string | null;
  readonly id: string;
  readonly created_at: Date;
  readonly corpus_hash: string;
  readonly stories: string[];
  readonly figures: string;
  readonly kept_out: string | null;
  readonly damage: string | null;
  readonly choice_id: string | null;
  readonly choice_after: string | null;
}

/** The versions of a corpus, in one statement; of an unknown corpus none. */
export async function readVersions(statements: Statements, corpus: CorpusRef): Promise<VersionRows> {
  const rows = await statements.query<Row>(
    `select v.bundle, v.id, v.created_at, v.corpus_hash, v.stories, v.figures, v.kept_out, v.damage,
       c.choice_id, c.choice_after
     from fabulist.corpora c left join fabulist.versions v on v.corpus = c.id
     where c.server = $1 and c.name_key = $2 order by v.id desc`,
    keyOf(corpus),
  );
  const present = rows.filter((row): row is Row & { bundle: string } => row.bundle !== null);
  const damaged = present.filter(({ damage }) => damage !== null);
  const [first] = rows;
  const { choice_id: id = null, choice_after: after = null } = first ?? {};
  return {
    whole: present
      .filter(({ damage }) => damage === null)
      .map((row) => ({ bundle: row.bundle, version: version(row) })),
    damaged: damaged.map((row) => ({ id: row.id, problem: row.damage ?? '' })),
    damagedRows: damaged,
    choice: id === null || after === null ? undefined : { id, after },
  };
}

function version(row: Row): Version {
  return {
    id: row.id,
    createdAt: row.created_at.toISOString(),
    corpusHash: row.corpus_hash,
    stories: row.stories,
    figures: JSON.parse(row.figures) as Figures,
    keptOut: row.kept_out === null ? null : restored(row.kept_out),
  };
}
