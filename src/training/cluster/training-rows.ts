import type { Database, Statements } from '../../library/postgres/database.ts';
import type { ReportTo, TrainingEvent, TrainingRequest } from '../trainer.ts';
import { type News, tell } from './bulletin.ts';
import type { Turn } from './fair-order.ts';

/** A training that was asked for, as every process of the cluster sees it. */
export interface TrainingRow {
  readonly corpus: string;
  readonly job: string;
  readonly request: TrainingRequest;
  /** Of the corpus when it was last asked for. */
  readonly hash: string;
  /** Grows whenever something else is asked for. */
  readonly revision: number;
  readonly askedAt: Date;
  /** `job:number`, null while it waits. */
  readonly attempt: string | null;
  readonly worker: string | null;
  readonly intent: 'stop' | 'cancel' | null;
  readonly event: TrainingEvent;
  readonly shownBy: string | null;
}

interface Columns {
  readonly corpus: string;
  readonly job: string;
  readonly request: string;
  readonly hash: string;
  readonly revision: number;
  readonly asked_at: Date;
  readonly attempt: string | null;
  readonly worker: string | null;
  readonly intent: 'stop' | 'cancel' | null;
  readonly event: string;
  readonly shown_by: string | null;
}

const COLUMNS = 'corpus, job, request, hash, revision, asked_at, attempt, worker, intent, event, shown_by';
const QUEUED = JSON.stringify({ kind: 'queued', place: 1 } satisfies TrainingEvent);

export async function rowsWhere(
  statements: Statements,
  where: string,
  values: readonly unknown[] = [],
): Promise<TrainingRow[]> {
  const rows = await statements.query<Columns>(
    `select ${COLUMNS} from fabulist.trainings where ${where} order by class, tag, asked_at`,
    values,
  );
  return rows.map(rowOf);
}

function rowOf(columns: Columns): TrainingRow {
  const { asked_at: askedAt, shown_by: shownBy, ...rest } = columns;
  const request = JSON.parse(columns.request) as TrainingRequest;
  return { ...rest, askedAt, shownBy, request, event: JSON.parse(columns.event) as TrainingEvent };
}

export interface NewTraining {
  readonly corpus: string;
  readonly server: string;
  readonly job: string;
  readonly request: TrainingRequest;
  readonly hash: string;
  readonly turn: Turn;
  readonly shownBy: string | null;
}

/** False when the corpus has one already, or was deleted. */
export async function insertTraining(statements: Statements, training: NewTraining): Promise<boolean> {
  const { corpus, server, job, request, hash, turn, shownBy } = training;
  const rows = await statements.query(
    `insert into fabulist.trainings (corpus, server, job, request, hash, asked_at, class, tag, event, shown_by)
     values ($1, $2, $3, $4, $5, now(), $6, $7, $8, $9) on conflict (corpus) do nothing returning corpus`,
    [corpus, server, job, JSON.stringify(request), hash, turn.class, turn.tag, QUEUED, shownBy],
  );
  return rows.length === 1;
}

/**
 * Makes an attempt the owner of its training, and ends what an earlier attempt still holds. Undefined where the training
 * has ended or a later attempt owns it.
 */
export async function takeUp(
  database: Database,
  job: string,
  number: number,
  worker: string,
): Promise<TrainingRow | undefined> {
  return await database.transaction(async (statements) => {
    const [row] = await statements.query<Columns>(
      `update fabulist.trainings set attempt = $2, worker = $3
       where job = $1 and (attempt is null or split_part(attempt, ':', 2)::int < $4) returning ${COLUMNS}`,
      [job, `${job}:${number}`, worker, number],
    );
    if (row === undefined) return undefined;
    await statements.query(
      `delete from fabulist.claims where corpus = $1 and split_part(attempt, ':', 1) = $2 and attempt <> $3`,
      [row.corpus, job, `${job}:${number}`],
    );
    await tell(statements, { kind: 'changed', corpus: row.corpus });
    return rowOf(row);
  });
}

/** Keeps where a training is told from now on. Nothing happens where it has ended. */
export async function moveReport(database: Database, job: string, reportTo: ReportTo): Promise<void> {
  await database.transaction(async (statements) => {
    await statements.query('select from fabulist.trainings where job = $1 for update', [job]);
    const [row] = await rowsWhere(statements, 'job = $1', [job]);
    if (row === undefined) return;
    const request = JSON.stringify({ ...row.request, reportTo });
    await statements.query('update fabulist.trainings set request = $2 where job = $1', [job, request]);
  });
}

/** Puts a training back into the queue. Nothing happens where the attempt no longer owns it. */
export async function handBack(database: Database, attempt: string): Promise<void> {
  await database.transaction(async (statements) => {
    const [row] = await statements.query<{ corpus: string }>(
      `update fabulist.trainings set attempt = null, worker = null, event = $2 where attempt = $1 returning corpus`,
      [attempt, QUEUED],
    );
    if (row !== undefined) await tell(statements, { kind: 'changed', corpus: row.corpus });
  });
}

/** Tells how a training goes. Nothing is lost with an event, so nobody waits until it is on the disk. */
export async function tellEvent(database: Database, attempt: string, event: TrainingEvent): Promise<void> {
  await database.transaction(async (statements) => {
    await statements.query('set local synchronous_commit = off');
    const [row] = await statements.query<{ corpus: string; shown_by: string | null }>(
      'update fabulist.trainings set event = $2 where attempt = $1 returning corpus, shown_by',
      [attempt, JSON.stringify(event)],
    );
    if (row?.shown_by) await tell(statements, { kind: 'event', corpus: row.corpus, event }, row.shown_by);
  }, false);
}

/**
 * Ends a training. False where somebody else owns it or it was ended already: then nothing is told.
 * where: what says that it is ours to end, about the row.
 */
export async function endTraining(
  statements: Statements,
  job: string,
  event: TrainingEvent,
  where: string,
  values: readonly unknown[],
): Promise<TrainingRow | undefined> {
  const [row] = await statements.query<Columns>(
    `delete from fabulist.trainings where job = $1 and ${where} returning ${COLUMNS}`,
    [job, ...values],
  );
  if (row === undefined) return undefined;
  await writeEnd(statements, row.corpus, job, event);
  return rowOf(row);
}

export async function writeEnd(
  statements: Statements,
  corpus: string,
  job: string,
  event: TrainingEvent,
): Promise<void> {
  await statements.query("delete from fabulist.training_ends where at < now() - interval '1 hour'");
  await statements.query(
    'insert into fabulist.training_ends (job, event) values ($1, $2) on conflict (job) do nothing',
    [job, JSON.stringify(event)],
  );
  await tell(statements, { kind: 'ended', corpus, job } satisfies News);
}

/** Tells that a training is over whose row went with its corpus. Nothing happens while the row is there. */
export async function endForgotten(database: Database, job: string, corpus: string): Promise<void> {
  await database.transaction(async (statements) => {
    const rows = await rowsWhere(statements, 'job = $1', [job]);
    if (rows.length === 0) await writeEnd(statements, corpus, job, { kind: 'cancelled' });
  });
}

/** How trainings ended that are no longer there; what nobody knows of was cancelled with its corpus. */
export async function endsOf(statements: Statements, jobs: readonly string[]): Promise<Map<string, TrainingEvent>> {
  const rows = await statements.query<{ job: string; event: string }>(
    'select job, event from fabulist.training_ends where job = any($1::uuid[])',
    [jobs],
  );
  const known = new Map(rows.map(({ job, event }) => [job, JSON.parse(event) as TrainingEvent]));
  return new Map(jobs.map((job) => [job, known.get(job) ?? { kind: 'cancelled' }]));
}

/** Seconds that the oldest waiting training has waited; 0 where none waits. */
export async function queueAge(statements: Statements): Promise<number> {
  const [row] = await statements.query<{ seconds: string | null }>(
    'select extract(epoch from now() - min(asked_at)) as seconds from fabulist.trainings where attempt is null',
  );
  return Number(row?.seconds ?? 0);
}

export async function waitingCount(statements: Statements): Promise<number> {
  const [row] = await statements.query<{ count: string }>(
    'select count(*) from fabulist.trainings where attempt is null',
  );
  return Number(row?.count ?? 0);
}
