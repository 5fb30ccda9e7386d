import { randomUUID } from 'node:crypto';
import type { Database } from '../../library/postgres/database.ts';
import { TrainingRequests } from '../training-requests.ts';
import type { TrainingRunOptions } from '../training-run.ts';
import { Bulletin, type News } from './bulletin.ts';
import type { Attempt, ClusterQueue } from './cluster-queue.ts';
import { ClusterRun } from './cluster-run.ts';
import { Membership } from './membership.ts';
import { StaleSweep } from './stale-sweep.ts';
import { endForgotten, handBack, rowsWhere, takeUp } from './training-rows.ts';

export interface ClusterWorkerOptions {
  readonly database: Database;
  readonly queue: ClusterQueue;
  /** Of every training: the library, the engine, threads, ... */
  readonly run: TrainingRunOptions;
  /** Trainings at a time. */
  readonly together: number;
  /** Told of every attempt that ends here; `left`: it goes back into the queue, or is another's by now. */
  readonly onEnd?: (how: 'finished' | 'cancelled' | 'failed' | 'left') => void;
}

/** The row of a corpus that is gone. */
const NOBODY = '0';

/** Thrown in a handler, so that the queue gives the training to another at once. */
class HandedBack extends Error {
  override name = 'HandedBack';
}

/** Takes trainings from the cluster's queue and makes them, each in a process of its own. */
export class ClusterWorker {
  readonly #options: ClusterWorkerOptions;
  readonly #requests: TrainingRequests;
  /** By which the others know it. */
  readonly id = randomUUID();
  readonly #runs = new Map<string, ClusterRun>();
  readonly #bulletin: Bulletin;
  readonly #membership: Membership;
  readonly #sweep: StaleSweep;
  readonly #work = new Set<Promise<void>>();
  #closing = false;
  #closed: Promise<void> | undefined;

  constructor(options: ClusterWorkerOptions) {
    const { database, queue, run } = options;
    this.#options = options;
    this.#requests = new TrainingRequests(run.library, Date.now);
    this.#membership = new Membership(database, this.id, 'trainer');
    this.#sweep = new StaleSweep(database, queue, run.library, this.#requests, run.log);
    const lookAtAll = () => void this.#look([...this.#runs.keys()]);
    this.#bulletin = new Bulletin(database, this.id, (news) => this.#hear(news), lookAtAll);
  }

  /** How many trainings it makes now. */
  get running(): number {
    return this.#runs.size;
  }

  async start(): Promise<void> {
    const { queue, together } = this.#options;
    await this.#membership.open();
    await this.#bulletin.open();
    await queue.work(together, (attempt) => this.#track(this.#attempt(attempt)));
    this.#sweep.start();
  }

  /** Takes up nothing more, puts what it makes into checkpoints and hands it back to the queue. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing = true;
    this.#sweep.stop();
    await this.#options.queue.rest().catch(() => undefined);
    await Promise.all([...this.#runs.values()].map((run) => run.close()));
    await Promise.allSettled([...this.#work]);
    await this.#bulletin.close();
    await this.#membership.close();
  }

  async #attempt({ job, number, signal }: Attempt): Promise<void> {
    const { database, run: options } = this.#options;
    if (this.#closing) throw new HandedBack();
    const row = await takeUp(database, job, number, this.id);
    // It has ended, or a later attempt has it: the queue delivers at least once.
    if (row === undefined) return await endForgotten(database, job, NOBODY);
    const run = new ClusterRun(database, options, this.#requests, row, `${job}:${number}`);
    this.#runs.set(row.corpus, run);
    const lost = () => void run.lose();
    signal.addEventListener('abort', lost, { once: true });
    try {
      const outcome = await run.run(number > 0);
      this.#options.onEnd?.(run.how);
      if (outcome === 'again') {
        await handBack(database, run.attempt);
        throw new HandedBack();
      }
    } finally {
      signal.removeEventListener('abort', lost);
      if (this.#runs.get(row.corpus) === run) this.#runs.delete(row.corpus);
    }
  }

  #hear(news: News): void {
    if (news.kind === 'wanted') void this.#look([news.corpus]);
  }

  /** Looks up what people want of these trainings. */
  async #look(corpora: readonly string[]): Promise<void> {
    try {
      const rows = await rowsWhere(this.#options.database, 'corpus = any($1::bigint[])', [corpora]);
      for (const row of rows) await this.#runs.get(row.corpus)?.want(row);
    } catch (error) {
      this.#options.run.log?.warn({ err: error }, 'What is wanted of a training could not be looked up');
    }
  }

  async #track(work: Promise<void>): Promise<void> {
    this.#work.add(work);
    try {
      await work;
    } finally {
      this.#work.delete(work);
    }
  }
}
