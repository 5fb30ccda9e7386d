import type { Statements } from '../../library/postgres/database.ts';
import type { TrainingRequest } from '../trainer.ts';

/** A person waits for it. */
const WAITED_FOR = 0;
/** Nobody does: the nightly run, and what a lost process left stale. */
const UNASKED = 1;
/** Largest priority; pg-boss keeps it as 32 bits. */
const FIRST = 1_000_000_000;

export interface Turn {
  readonly class: number;
  readonly tag: number;
}

export function classOf({ reason, by }: TrainingRequest): number {
  return reason === 'nightly' || by === UNASKED_BY ? UNASKED : WAITED_FOR;
}

/** Who asks for the training of a corpus that was found stale. */
export const UNASKED_BY = 'fabulist';

/**
 * The turn of a new training: start-time fair queueing (Goyal, Vin and Cheng 1996) with every training as long as any
 * other. A server's trainings have tags one apart, beginning at the tag that is being served; the lowest tag goes first. So
 * the one corpus of a server goes before the second of another that asked for fifty, and nobody waits for ever.
 */
export async function turnOf(statements: Statements, server: string, request: TrainingRequest): Promise<Turn> {
  const wanted = classOf(request);
  const [row] = await statements.query<{ own: string | null; running: string | null; waiting: string | null }>(
    `select (select max(tag) from fabulist.trainings where server = $1 and class = $2) as own,
       (select max(tag) from fabulist.trainings where class = $2 and attempt is not null) as running,
       (select min(tag) from fabulist.trainings where class = $2 and attempt is null) as waiting`,
    [server, wanted],
  );
  const served = Number(row?.running ?? row?.waiting ?? 0);
  return { class: wanted, tag: row?.own == null ? served : Math.max(Number(row.own) + 1, served) };
}

/** Larger goes first. Of equal ones, pg-boss takes the older. */
export function priorityOf({ class: wanted, tag }: Turn): number {
  return (wanted === WAITED_FOR ? FIRST : 0) - Math.min(tag, FIRST - 1);
}
