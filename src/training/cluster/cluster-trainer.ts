import { randomUUID } from 'node:crypto';
import { FabulistError } from '../../errors.ts';
import type { Corpus, CorpusRef, Library } from '../../library/library.ts';
import type { Database } from '../../library/postgres/database.ts';
import { sameCorpus } from '../../library/same-corpus.ts';
import type { Trainer, Training, TrainingRequest } from '../trainer.ts';
import { TrainingRequests } from '../training-requests.ts';
import { ask } from './asking.ts';
import { tell } from './bulletin.ts';
import type { ClusterQueue, QueueLog } from './cluster-queue.ts';
import { Membership } from './membership.ts';
import { Mirror } from './mirror.ts';
import { rowsWhere, writeEnd } from './training-rows.ts';

export interface ClusterTrainerOptions {
  readonly library: Library;
  readonly database: Database;
  readonly queue: ClusterQueue;
  readonly log?: QueueLog;
}

/** Asks the cluster's trainers for trainings, and shows those of the whole cluster as they go. */
export class ClusterTrainer implements Trainer {
  readonly #options: ClusterTrainerOptions;
  readonly #requests: TrainingRequests;
  readonly #process = randomUUID();
  readonly #mirror: Mirror;
  readonly #membership: Membership;
  #closed: Promise<void> | undefined;

  /** Resolves once it hears what the others tell. Throws `unavailable` and `storage`. */
  static async open(options: ClusterTrainerOptions): Promise<ClusterTrainer> {
    const trainer = new ClusterTrainer(options);
    await trainer.#membership.open();
    await trainer.#mirror.open();
    return trainer;
  }

  private constructor(options: ClusterTrainerOptions) {
    this.#options = options;
    this.#requests = new TrainingRequests(options.library, Date.now);
    this.#mirror = new Mirror(options.database, this.#process, options.log);
    this.#membership = new Membership(options.database, this.#process, 'chat');
  }

  async train(asked: TrainingRequest): Promise<Training> {
    const { library, database, queue } = this.#options;
    const { server, name } = asked.corpus;
    const corpus = await library.corpus(server, name);
    const gone = () =>
      new FabulistError('unknown-corpus', `The corpus "${name}" is not there, so it cannot be trained.`);
    if (!corpus || corpus.server !== server) throw gone();
    const request =
      asked.reason === 'remainder' ? { ...asked, ...(await this.#requests.lastAsked(asked.corpus)) } : asked;
    await this.#requests.add(request);
    if (this.#closed)
      throw new FabulistError('cancelled', 'Fabulist is shutting down; the training begins at the next start.');
    const row = await ask(database, queue, corpus, request, this.#process);
    if (row === undefined) throw gone();
    return this.#mirror.take(row);
  }

  trainings(): readonly Training[] {
    return this.#mirror.trainings();
  }

  async cancel(corpus: CorpusRef): Promise<boolean> {
    const { database, library, queue } = this.#options;
    const training = this.#find(corpus);
    if (!training) return false;
    const state = await database.transaction(async (statements) => {
      await statements.query('select from fabulist.trainings where job = $1 for update', [training.job]);
      const [row] = await rowsWhere(statements, 'job = $1', [training.job]);
      if (row === undefined) return 'gone';
      if (row.attempt !== null) {
        await statements.query("update fabulist.trainings set intent = 'cancel' where job = $1", [row.job]);
        await tell(statements, { kind: 'wanted', corpus: row.corpus }, row.worker);
        return 'running';
      }
      await statements.query('delete from fabulist.trainings where job = $1', [row.job]);
      await queue.remove(statements, row.job);
      await writeEnd(statements, row.corpus, row.job, { kind: 'cancelled' });
      return 'waiting';
    });
    if (state === 'waiting') {
      await this.#requests.remove(corpus);
      const kept = await library.corpus(corpus.server, corpus.name);
      await library.clearCheckpoint(corpus);
      if (kept) await this.#requests.leave(corpus, kept.hash);
      this.#mirror.end(training, { kind: 'cancelled' });
    }
    return state !== 'gone';
  }

  async stop(corpus: CorpusRef): Promise<boolean> {
    const { database } = this.#options;
    const training = this.#find(corpus);
    if (!training) return false;
    const stopping = await database.transaction(async (statements) => {
      const [row] = await statements.query<{ corpus: string; worker: string }>(
        `update fabulist.trainings set intent = 'stop'
         where job = $1 and attempt is not null and intent is null returning corpus, worker`,
        [training.job],
      );
      if (row) await tell(statements, { kind: 'wanted', corpus: row.corpus }, row.worker);
      return row !== undefined;
    });
    return stopping || this.cancel(corpus);
  }

  /** Why a corpus with this content is not trained by itself any more, one sentence, or null. */
  setAside(corpus: Corpus): Promise<string | null> {
    return this.#requests.setAside(corpus, corpus.hash);
  }

  /** Deletes what is kept about a corpus that is gone. */
  forget(corpus: CorpusRef): Promise<void> {
    return this.#requests.forget(corpus);
  }

  /**
   * Takes over the trainings that nobody shows any more, of those asked for on one of these surfaces; resolves to them.
   * Of several processes that look at the same time, each training gets one.
   */
  async adopt(surfaces: readonly string[]): Promise<Training[]> {
    const { database } = this.#options;
    const nobody = `(shown_by is null or not exists
      (select from fabulist.processes p where p.id = shown_by and p.until > now()))`;
    const rows = await rowsWhere(database, nobody);
    const adopted: Training[] = [];
    for (const { job, request } of rows) {
      if (!request.reportTo || !surfaces.includes(request.reportTo.surface)) continue;
      const mine = await database.query(
        `update fabulist.trainings set shown_by = $2 where job = $1 and ${nobody} returning job`,
        [job, this.#process],
      );
      const [row] = mine.length === 1 ? await rowsWhere(database, 'job = $1', [job]) : [];
      if (row) adopted.push(this.#mirror.take(row));
    }
    return adopted;
  }

  /** Leaves its trainings to whoever comes next; they go on. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { database } = this.#options;
    await this.#mirror.close();
    await database
      .query('update fabulist.trainings set shown_by = null where shown_by = $1', [this.#process])
      .catch(() => undefined);
    await this.#membership.close();
  }

  #find(corpus: CorpusRef) {
    return this.#mirror.trainings().find(({ request }) => sameCorpus(request.corpus, corpus));
  }
}
