import { randomUUID } from 'node:crypto';
import type { TrainingClaim } from '../library.ts';
import { claimLost } from '../stories.ts';
import type { Database, Statements } from './database.ts';

/** A holder gives a sign of life this often, ms, and is believed for a whole lease after each. */
const BEAT = 2_000;
const LEASE = 7_000;

/**
 * Claims of trainings: a row a corpus, with a token that whoever takes it over replaces. What is written under a claim
 * checks the token in the same transaction, so that a holder who was thought dead can write nothing.
 *
 * The database's clock decides. A claim is not taken over within a lease of the server's start: while it was down,
 * nobody could give a sign of life. A later attempt of the queue at the same training takes over at once.
 */
export class Claims {
  readonly #database: Database;
  readonly #attempt: string | null;
  readonly #lease: number;
  readonly #held = new Map<string, PostgresClaim>();
  #beat: NodeJS.Timeout | undefined;

  /** attempt: of the queue, `job:number`, by which this process trains; null where it trains on its own account. */
  constructor(database: Database, attempt: string | null, lease = LEASE) {
    this.#database = database;
    this.#attempt = attempt;
    this.#lease = lease;
  }

  /** Undefined while another holds it, or where a later attempt owns the training. */
  async claim(corpus: string): Promise<PostgresClaim | undefined> {
    const token = randomUUID();
    const [row] = await this.#database.query<{ token: string }>(
      `insert into fabulist.claims as held (corpus, token, attempt, until)
       select $1::bigint, $2::uuid, $3::text, clock_timestamp() + $4 * interval '1 ms'
       where $3::text is null or exists
         (select from fabulist.trainings where corpus = $1::bigint and attempt = $3::text)
       on conflict (corpus) do update
         set token = excluded.token, attempt = excluded.attempt, until = excluded.until
         where held.token = excluded.token
           or (held.until < clock_timestamp()
             and pg_postmaster_start_time() < clock_timestamp() - $4 * interval '1 ms')
           or (split_part(held.attempt, ':', 1) = split_part(excluded.attempt, ':', 1)
             and split_part(held.attempt, ':', 2)::int < split_part(excluded.attempt, ':', 2)::int)
       returning token`,
      [corpus, token, this.#attempt, this.#lease],
    );
    if (row === undefined) return undefined;
    const claim = new PostgresClaim(corpus, token, () => this.#release(claim));
    this.#held.set(token, claim);
    this.#beat ??= setInterval(() => void this.#signOfLife(), Math.min(BEAT, this.#lease / 3)).unref();
    return claim;
  }

  /** Keeps the claim until the transaction ends. Throws `cancelled` when it was taken over. */
  async fence(statements: Statements, corpus: string, claim: TrainingClaim): Promise<void> {
    if (!(claim instanceof PostgresClaim) || claim.corpus !== corpus)
      throw new TypeError('The claim is of another corpus or another library.');
    const [row] = await statements.query('select from fabulist.claims where corpus = $1 and token = $2 for share', [
      corpus,
      claim.token,
    ]);
    if (row !== undefined && claim.held()) return;
    claim.lost();
    throw claimLost();
  }

  /** This process has just removed what was claimed. */
  takenFrom(corpus: string): void {
    for (const claim of this.#held.values()) if (claim.corpus === corpus) this.#drop(claim);
  }

  async close(): Promise<void> {
    for (const claim of [...this.#held.values()]) await claim.release();
    clearInterval(this.#beat);
  }

  async #signOfLife(): Promise<void> {
    const tokens = [...this.#held.keys()];
    if (tokens.length === 0) return;
    try {
      const rows = await this.#database.query<{ token: string }>(
        `update fabulist.claims set until = clock_timestamp() + $2 * interval '1 ms'
         where token = any($1::uuid[]) returning token`,
        [tokens, this.#lease],
      );
      const kept = new Set(rows.map(({ token }) => token));
      for (const token of tokens) {
        const claim = this.#held.get(token);
        if (claim !== undefined && !kept.has(token)) this.#drop(claim);
      }
    } catch {
      // Out of reach: nobody else can take it over meanwhile, and what is written checks the token anyway.
    }
  }

  async #release(claim: PostgresClaim): Promise<void> {
    this.#drop(claim);
    try {
      await this.#database.query('delete from fabulist.claims where token = $1', [claim.token]);
    } catch {
      // It runs out by itself.
    }
  }

  #drop(claim: PostgresClaim): void {
    claim.lost();
    this.#held.delete(claim.token);
    if (this.#held.size > 0) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
  }
}

class PostgresClaim implements TrainingClaim {
  readonly corpus: string;
  readonly token: string;
  readonly #release: () => Promise<void>;
  #held = true;

  constructor(corpus: string, token: string, release: () => Promise<void>) {
    this.corpus = corpus;
    this.token = token;
    this.#release = release;
  }

  held(): boolean {
    return this.#held;
  }

  lost(): void {
    this.#held = false;
  }

  async release(): Promise<void> {
    if (this.#held) await this.#release();
  }
}
