import { type Library, STARTERS } from '../../library/library.ts';
import type { Database } from '../../library/postgres/database.ts';
import { restored } from '../../library/postgres/stored-text.ts';
import type { TrainingRequests } from '../training-requests.ts';
import { ask } from './asking.ts';
import type { ClusterQueue, QueueLog } from './cluster-queue.ts';
import { UNASKED_BY } from './fair-order.ts';

const HOUR = 3_600_000;
/** Stale corpora asked for in one round. */
const MOST = 1_000;

/**
 * Asks for what a lost process left stale: a corpus whose newest model has not learned its stories, and that nobody is
 * about to train. Every trainer looks when it starts and about once an hour; asking twice is asking once.
 */
export class StaleSweep {
  readonly #database: Database;
  readonly #queue: ClusterQueue;
  readonly #library: Library;
  readonly #requests: TrainingRequests;
  readonly #log: QueueLog | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    database: Database,
    queue: ClusterQueue,
    library: Library,
    requests: TrainingRequests,
    log: QueueLog | undefined,
  ) {
    this.#database = database;
    this.#queue = queue;
    this.#library = library;
    this.#requests = requests;
    this.#log = log;
  }

  start(): void {
    void this.#round();
    this.#timer = setInterval(() => void this.#round(), HOUR * (0.75 + Math.random() / 2)).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  /** Never rejects. */
  async #round(): Promise<void> {
    try {
      for (const ref of await this.#stale()) {
        const corpus = this.#stopped ? undefined : await this.#library.corpus(ref.server, ref.name);
        if (!corpus || corpus.server !== ref.server) continue;
        if (!(await this.#requests.mayTrain(ref, corpus.hash))) continue;
        const last = await this.#requests.lastAsked(ref);
        await ask(this.#database, this.#queue, corpus, { corpus: ref, ...last, reason: 'asked', by: UNASKED_BY }, null);
      }
    } catch (error) {
      if (!this.#stopped) this.#log?.warn({ err: error }, 'What was left stale could not be looked up');
    }
  }

  /** Whoever stored stories a minute ago is about to ask by himself. */
  async #stale(): Promise<{ server: string; name: string }[]> {
    const rows = await this.#database.query<{ server: string; name: string }>(
      `select c.server, c.name from fabulist.corpora c
       where c.server <> $1 and c.changed_at < now() - interval '1 minute'
         and not exists (select from fabulist.trainings t where t.corpus = c.id)
         and c.hash is distinct from (select v.corpus_hash from fabulist.versions v
           where v.corpus = c.id and v.damage is null order by v.id desc limit 1)
       order by c.changed_at limit ${MOST}`,
      [STARTERS],
    );
    return rows.map(({ server, name }) => ({ server: restored(server), name: restored(name) }));
  }
}
