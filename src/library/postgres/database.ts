import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { FabulistError } from '../../errors.ts';
import { databaseError, isClash, isOutOfReach, isStarting } from './database-error.ts';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Connections at most; default 8. */
  readonly connections?: number;
  /** How long a lost database is waited for before a call gives up, ms; default 10,000. One never reached is not waited for. */
  readonly patience?: number;
}

/** What runs statements: the database itself, or a transaction of it. */
export interface Statements {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A connection of one's own, as the driver has it. */
export type Connection = pg.Client;

/** A stopped process must not keep others waiting for what it had locked, ms. */
const STANDSTILL = 5_000;
const CONNECTING = 5_000;
const ANSWERING = 60_000;
const MARK = 'insert into fabulist.marks (mark) values ($1) on conflict do nothing';
const TIDY = "delete from fabulist.marks where at < now() - interval '1 hour'";
const TIDY_EVERY = 500;
const FIRST_WAIT = 50;
const LONGEST_WAIT = 1_000;

/**
 * PostgreSQL as the library and the queue use it. A lost connection, a restarted server and a clash of transactions are
 * ridden out: statements and transactions are done again, and one whose end is unknown is asked after, so that
 * everything happens once. Throws `unavailable` where the database stays away, `disk-full`, `storage`.
 */
export class Database implements Statements {
  readonly #pool: pg.Pool;
  readonly #patience: number;
  readonly #url: string;
  #reached = false;
  #closed: Promise<void> | undefined;

  constructor({ url, connections = 8, patience = 10_000 }: DatabaseOptions) {
    this.#url = url;
    this.#patience = patience;
    this.#pool = new pg.Pool({ ...this.#settings(), max: connections, idleTimeoutMillis: 30_000 });
    // A connection that is lost while nobody uses it is no failure: the next one who needs one opens another.
    this.#pool.on('error', () => undefined);
    // While somebody uses it, what they asked of it fails, which is how they hear of the loss.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** One statement that may be done twice without harm: a reading one, or one that sets what it is told. */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.#again(async () => {
      const { rows } = await this.#pool.query<Row>(text, [...values]);
      this.#reached = true;
      return rows;
    });
  }

  /**
   * Does all of `work` or nothing. It may be called again, and must do nothing but through the statements it is given.
   * once: whether it must not happen twice. Then it leaves a mark, by which it is known where the connection was lost
   * while it was committed. (PostgreSQL's own status of a transaction is no such mark: a crashed server gives the number of
   * one that it lost to another.)
   */
  async transaction<T>(work: (statements: Statements) => Promise<T>, once = true): Promise<T> {
    const mark = randomUUID();
    let unsure: { readonly result: T } | undefined;
    return await this.#again(async () => {
      const client = await this.#connect();
      let committing: typeof unsure;
      let failure: unknown;
      try {
        await client.query('begin');
        // Waits for an earlier try that the server has not ended yet.
        const { rowCount } = once ? await client.query(MARK, [mark]) : { rowCount: 1 };
        if (rowCount === 0 && unsure !== undefined) {
          await client.query('rollback');
          return unsure.result;
        }
        const result = await work({
          query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
            (await client.query<Row>(text, [...values])).rows,
        });
        committing = { result };
        await client.query('commit');
        return result;
      } catch (error) {
        failure = error;
        if (isLoss(error)) unsure = committing ?? unsure;
        else await client.query('rollback').catch(() => undefined);
        throw error;
      } finally {
        client.release(isLoss(failure));
        if (once && Math.random() < 1 / TIDY_EVERY) void this.#pool.query(TIDY).catch(() => undefined);
      }
    });
  }

  /** A connection of its own, for one who listens. Whoever asks closes it with `end`. */
  async connection(): Promise<Connection> {
    const client = new pg.Client(this.#settings());
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      throw databaseError(error);
    }
  }

  /** Connections open, and callers that wait for one. */
  get load(): { open: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { open: totalCount, idle: idleCount, waiting: waitingCount };
  }

  close(): Promise<void> {
    this.#closed ??= this.#pool.end();
    return this.#closed;
  }

  #settings(): pg.ClientConfig {
    return {
      connectionString: this.#url,
      application_name: 'fabulist',
      keepAlive: true,
      connectionTimeoutMillis: CONNECTING,
      query_timeout: ANSWERING,
      idle_in_transaction_session_timeout: STANDSTILL,
    };
  }

  async #connect(): Promise<pg.PoolClient> {
    const client = await this.#pool.connect();
    this.#reached = true;
    return client;
  }

  async #again<T>(attempt: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      try {
        return await attempt();
      } catch (error) {
        const known = this.#reached || isStarting(error);
        const mendable = isClash(error) || (known && isLoss(error));
        const closed = this.#closed !== undefined;
        if (closed || !mendable || performance.now() - begun > this.#patience) throw databaseError(error);
      }
      await pause(wait * (0.5 + Math.random()));
    }
  }
}

/** Whether an answer is missing because the way to the server is gone. */
function isLoss(error: unknown): boolean {
  return isOutOfReach(error) && !(error instanceof FabulistError);
}
