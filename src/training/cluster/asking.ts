import { randomUUID } from 'node:crypto';
import type { Corpus } from '../../library/library.ts';
import { rowOf } from '../../library/postgres/corpus-rows.ts';
import type { Database, Statements } from '../../library/postgres/database.ts';
import { stored } from '../../library/postgres/stored-text.ts';
import type { TrainingRequest } from '../trainer.ts';
import { tell } from './bulletin.ts';
import type { ClusterQueue } from './cluster-queue.ts';
import { classOf, priorityOf, turnOf } from './fair-order.ts';
import { insertTraining, rowsWhere, type TrainingRow } from './training-rows.ts';

/**
 * Asks for a training in the whole cluster; the same corpus asked for twice is one. `shownBy`: the process that shows it.
 * Undefined when the corpus was deleted meanwhile.
 */
export async function ask(
  database: Database,
  queue: ClusterQueue,
  corpus: Corpus,
  request: TrainingRequest,
  shownBy: string | null,
): Promise<TrainingRow | undefined> {
  return await database.transaction(async (statements) => {
    const id = await rowOf(statements, corpus);
    if (id === undefined) return undefined;
    const server = stored(corpus.server);
    const job = randomUUID();
    const turn = await turnOf(statements, server, request);
    const fresh = { corpus: id, server, job, request, hash: corpus.hash, turn, shownBy };
    if (await insertTraining(statements, fresh)) await queue.send(statements, job, priorityOf(turn));
    else await join(statements, queue, { ...fresh, wanted: corpus.hash });
    await tell(statements, { kind: 'changed', corpus: id });
    return (await rowsWhere(statements, 'corpus = $1', [id]))[0];
  });
}

interface Joining {
  readonly corpus: string;
  readonly server: string;
  readonly request: TrainingRequest;
  readonly wanted: string;
  readonly shownBy: string | null;
}

/** Adds a request to the training that is there already: its content and options, its place in the queue, where it is shown. */
async function join(
  statements: Statements,
  queue: ClusterQueue,
  { corpus, server, request, wanted, shownBy }: Joining,
): Promise<void> {
  await statements.query('select from fabulist.trainings where corpus = $1 for update', [corpus]);
  const [row] = await rowsWhere(statements, 'corpus = $1', [corpus]);
  // It ended this very moment: the transaction is done again.
  if (row === undefined) throw new Error('The training ended this very moment.');
  const same =
    row.hash === wanted &&
    row.intent === null &&
    JSON.stringify(row.request.options) === JSON.stringify(request.options);
  const reportTo = request.reportTo ?? row.request.reportTo;
  const joined: TrainingRequest = { ...request, ...(reportTo && { reportTo }) };
  // A nightly run keeps nothing from a person who waits already.
  const sooner = classOf(request) <= classOf(row.request);
  await statements.query(
    `update fabulist.trainings set request = $2, hash = $3, revision = revision + $4, intent = null,
       shown_by = coalesce($5, shown_by) where corpus = $1`,
    [corpus, JSON.stringify(sooner ? joined : row.request), wanted, same ? 0 : 1, shownBy],
  );
  if (row.attempt === null && classOf(request) < classOf(row.request)) {
    const turn = await turnOf(statements, server, request);
    await statements.query('update fabulist.trainings set class = $2, tag = $3 where corpus = $1', [
      corpus,
      turn.class,
      turn.tag,
    ]);
    await queue.reorder(statements, row.job, priorityOf(turn));
  }
  if (!same && row.worker !== null) await tell(statements, { kind: 'wanted', corpus }, row.worker);
}
