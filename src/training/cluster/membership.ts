import type { Database, Statements } from '../../library/postgres/database.ts';

/** Milliseconds between two signs of life, and for how long one is believed. */
const BEAT = 5_000;
const BELIEVED = 20_000;

type Role = 'chat' | 'trainer';

/** How many processes of the cluster are believed to live. */
export async function livingProcesses(statements: Statements): Promise<Record<Role, number>> {
  const rows = await statements.query<{ role: Role; count: string }>(
    'select role, count(*) from fabulist.processes where until > now() group by role',
  );
  const living = { chat: 0, trainer: 0 };
  for (const { role, count } of rows) living[role] = Number(count);
  return living;
}

/** A process's row among those of the cluster, kept alive until it is closed. */
export class Membership {
  readonly #database: Database;
  readonly #process: string;
  readonly #role: Role;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, process: string, role: Role) {
    this.#database = database;
    this.#process = process;
    this.#role = role;
  }

  async open(): Promise<void> {
    await this.#beat();
    this.#timer = setInterval(() => void this.#beat().catch(() => undefined), BEAT).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#database.query('delete from fabulist.processes where id = $1', [this.#process]).catch(() => undefined);
  }

  async #beat(): Promise<void> {
    await this.#database.query(
      `insert into fabulist.processes (id, role, until) values ($1, $2, now() + $3 * interval '1 ms')
       on conflict (id) do update set until = excluded.until`,
      [this.#process, this.#role, BELIEVED],
    );
    await this.#database.query("delete from fabulist.processes where until < now() - interval '1 hour'");
  }
}
