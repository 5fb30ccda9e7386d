import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, Database, Statements } from '../../library/postgres/database.ts';

/** What is told between processes. Everything told is also in a row: this only says where to look. */
export type News =
  /** A training was asked for, taken up, or handed back. */
  | { readonly kind: 'changed'; readonly corpus: string }
  | { readonly kind: 'ended'; readonly corpus: string; readonly job: string }
  /** To the process that shows it. `event` is a TrainingEvent. */
  | { readonly kind: 'event'; readonly corpus: string; readonly event: unknown }
  /** To the process that makes it: what is wanted has changed. */
  | { readonly kind: 'wanted'; readonly corpus: string };

const EVERYBODY = 'fabulist';
/** PostgreSQL takes no longer ones, bytes. */
const LONGEST = 7_900;
const RETRY = 500;

const channelOf = (process: string) => `${EVERYBODY}_${process.replaceAll('-', '')}`;

/** Tells everybody, or one process. Told when the transaction is committed. */
export async function tell(statements: Statements, news: News, process: string | null = null): Promise<void> {
  const text = JSON.stringify(news);
  if (Buffer.byteLength(text) > LONGEST) return;
  await statements.query('select pg_notify($1, $2)', [process === null ? EVERYBODY : channelOf(process), text]);
}

/**
 * Hears what is told to everybody and to this process, on a connection of its own that is opened again when it is lost. What
 * was told meanwhile is lost: `onGap` is called each time listening begins, to look at the rows.
 */
export class Bulletin {
  readonly #database: Database;
  readonly #process: string;
  readonly #onNews: (news: News) => void;
  readonly #onGap: () => void;
  #client: Connection | undefined;
  #closed = false;
  #listening: Promise<void> = Promise.resolve();

  constructor(database: Database, process: string, onNews: (news: News) => void, onGap: () => void) {
    this.#database = database;
    this.#process = process;
    this.#onNews = onNews;
    this.#onGap = onGap;
  }

  /** Resolves once it listens. Throws what connecting throws. */
  async open(): Promise<void> {
    await this.#listen();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end().catch(() => undefined);
    await this.#listening;
  }

  async #listen(): Promise<void> {
    const client = await this.#database.connection();
    client.on('notification', ({ payload }) => {
      if (payload !== undefined) this.#onNews(JSON.parse(payload) as News);
    });
    client.once('end', () => {
      this.#listening = this.#again();
    });
    this.#client = client;
    await client.query(`listen ${EVERYBODY}`);
    await client.query(`listen ${channelOf(this.#process)}`);
    this.#onGap();
  }

  async #again(): Promise<void> {
    while (!this.#closed) {
      await pause(RETRY);
      try {
        if (!this.#closed) await this.#listen();
        return;
      } catch {
        // Still away. Where a connection was opened and lost at once, its end begins this anew.
      }
    }
  }
}
