import { PgBoss } from 'pg-boss';
import type { Statements } from '../../library/postgres/database.ts';
import { databaseError } from '../../library/postgres/database-error.ts';

const TRAININGS = 'trainings';
/** Seconds without a sign of life after which a job is given to another; pg-boss takes no fewer. */
const HEARTBEAT = 10;
/** Seconds between two signs of life, and between two looks for those that have none. */
const REFRESH = 3;
const SUPERVISE = 3;
const DAY = 86_400;
/** What is new is told at once; what a lost trainer left is found by looking. */
const WORKING = {
  batchSize: 1,
  pollingIntervalSeconds: 2,
  notifyPollingIntervalSeconds: 2,
  heartbeatRefreshSeconds: REFRESH,
};

export interface QueueLog {
  warn(details: object, message: string): void;
}

/** One attempt at a training. */
export interface Attempt {
  readonly job: string;
  /** 0 for the first. */
  readonly number: number;
  /** Aborted when the job is no longer this attempt's: another has it now, or the process is closing. */
  readonly signal: AbortSignal;
}

/**
 * The queue of the cluster, on pg-boss, whose tables are in a schema of their own, `fabulist_queue`. It delivers at least
 * once; that a training ends once is seen to by whoever takes it (cluster-worker.ts).
 *
 * Version 12 of pg-boss asks for Node 22.12 and works on 20.19; test/training/cluster runs there.
 */
export class ClusterQueue {
  readonly #boss: PgBoss;

  constructor(url: string, log?: QueueLog) {
    this.#boss = new PgBoss({
      connectionString: url,
      application_name: 'fabulist-queue',
      schema: 'fabulist_queue',
      max: 4,
      schedule: false,
      supervise: true,
      superviseIntervalSeconds: SUPERVISE,
      monitorIntervalSeconds: SUPERVISE,
      useListenNotify: true,
      openTelemetry: { enabled: false },
    });
    let failing = '';
    // While the database is away, every look fails the same way: one line says it.
    this.#boss.on('error', (error) => {
      const { message } = databaseError(error) as Error;
      if (message !== failing) log?.warn({ err: error }, 'The queue cannot be looked into');
      failing = message;
    });
    this.#boss.on('wip', () => {
      failing = '';
    });
  }

  /** Throws `unavailable` and `storage`. */
  async open(): Promise<void> {
    try {
      await this.#boss.start();
      await this.#boss.createQueue(TRAININGS, {
        policy: 'standard',
        partition: true,
        notify: true,
        heartbeatSeconds: HEARTBEAT,
        retryLimit: 1_000_000,
        expireInSeconds: DAY - 60,
        retentionSeconds: 30 * DAY,
        deleteAfterSeconds: 3_600,
        warningQueueSize: 1_000_000,
      });
    } catch (error) {
      throw databaseError(error);
    }
  }

  /** Queues a training under an id of the caller's, in the caller's transaction. */
  async send(statements: Statements, job: string, priority: number): Promise<void> {
    await this.#boss.send(TRAININGS, {}, { id: job, priority, db: adapterOf(statements) });
  }

  async reorder(statements: Statements, job: string, priority: number): Promise<void> {
    await this.#boss.update(TRAININGS, undefined, { id: job, priority, db: adapterOf(statements) });
  }

  async remove(statements: Statements, job: string): Promise<void> {
    await this.#boss.deleteJob(TRAININGS, job, { db: adapterOf(statements) });
  }

  /** Takes up trainings, so many at a time. A handler that throws hands its training back to the queue. */
  async work(together: number, handle: (attempt: Attempt) => Promise<void>): Promise<void> {
    for (let count = 0; count < together; count++) {
      const id: string = await this.#boss.work(TRAININGS, WORKING, async ([job]) => {
        // Looks for the next one at once when this one has ended.
        this.#boss.notifyWorker(id);
        if (job) await handle({ job: job.id, number: job.retryCount, signal: job.signal });
      });
    }
  }

  /** Takes up no more trainings; those at work are the handler's to end. */
  async rest(): Promise<void> {
    await this.#boss.offWork(TRAININGS, { wait: false });
  }

  /** Messages to whichever process has a surface, one of them each. */
  async post(surface: string, text: string): Promise<void> {
    await this.#mailbox(surface);
    await this.#boss.send(mailboxOf(surface), { text });
  }

  async receive(surface: string, handle: (text: string) => Promise<void>): Promise<void> {
    await this.#mailbox(surface);
    await this.#boss.work<{ text: string }>(mailboxOf(surface), { pollingIntervalSeconds: 2 }, async ([job]) => {
      if (job) await handle(job.data.text);
    });
  }

  async close(timeout: number): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout, close: true });
  }

  async #mailbox(surface: string): Promise<void> {
    await this.#boss.createQueue(mailboxOf(surface), {
      notify: true,
      retentionSeconds: DAY,
      deleteAfterSeconds: 3_600,
    });
  }
}

function mailboxOf(surface: string): string {
  return `messages-${surface.replace(/[^a-z]/g, '')}`;
}

function adapterOf(statements: Statements) {
  return {
    executeSql: async (text: string, values: unknown[] = []) => ({
      rows: await statements.query<object>(text, values),
    }),
  };
}
