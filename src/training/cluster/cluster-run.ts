import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../library/postgres/database.ts';
import { LiveTraining } from '../live-training.ts';
import type { TrainingEvent } from '../trainer.ts';
import type { TrainingRequests } from '../training-requests.ts';
import { TrainingRun, type TrainingRunOptions } from '../training-run.ts';
import { endForgotten, endTraining, rowsWhere, type TrainingRow, tellEvent } from './training-rows.ts';

/** Milliseconds between two reports of progress that the others are told. */
const REPORT = 1_000;
/** Attempts at a training that fails for reasons nobody foresaw, and milliseconds between them. */
const ATTEMPTS = 20;
const PATIENCE = 2_000;

/** One attempt of this process at a training of the cluster. */
export class ClusterRun {
  /** `job:number`. */
  readonly attempt: string;
  readonly #database: Database;
  readonly #options: TrainingRunOptions;
  readonly #requests: TrainingRequests;
  readonly #row: TrainingRow;
  readonly #training: LiveTraining;
  readonly #run: TrainingRun;
  #revision: number;
  #stopping: boolean;
  #lost = false;
  #ended = false;
  #closing = false;
  #toldAt = 0;
  #telling: Promise<void> = Promise.resolve();
  #untold: TrainingEvent | undefined;

  constructor(
    database: Database,
    options: TrainingRunOptions,
    requests: TrainingRequests,
    row: TrainingRow,
    attempt: string,
  ) {
    this.#database = database;
    this.#options = options;
    this.#requests = requests;
    this.#row = row;
    this.attempt = attempt;
    this.#revision = row.revision;
    this.#stopping = row.intent === 'stop';
    this.#training = new LiveTraining(row.request);
    this.#run = new TrainingRun({ ...options, attempt, isOurs: () => this.#isOurs() }, requests, this.#training);
  }

  /**
   * Makes the training. `over`: it ended, or is another's by now; `again`: it goes back into the queue.
   * retried: an earlier attempt was lost, and may have added its model before.
   */
  async run(retried: boolean): Promise<'over' | 'again'> {
    if (this.#row.intent === 'cancel') this.#run.cancel();
    const learned = retried && this.#row.intent === null ? await this.#alreadyLearned() : undefined;
    if (learned === undefined) {
      this.#training.watch((event) => this.#tell(event));
      await this.#run.run();
    } else {
      await this.#requests.remove(this.#row.request.corpus);
      this.#training.tell(learned);
    }
    await this.#telling;
    const end = this.#training.latest;
    if (this.#lost) return 'over';
    if (this.#closing && end.kind !== 'finished') return 'again';
    if (!(await this.#isOurs())) {
      await endForgotten(this.#database, this.#row.job, this.#row.corpus);
      return 'over';
    }
    // A surprise such as a database that was away for long: another attempt, but not without end.
    if (end.kind === 'failed' && !end.setAside && Number(this.attempt.split(':')[1]) < ATTEMPTS) {
      await pause(PATIENCE);
      return 'again';
    }
    const ended = await this.#database.transaction((statements) =>
      endTraining(statements, this.#row.job, end, 'attempt = $2 and revision = $3', [this.attempt, this.#revision]),
    );
    this.#ended = ended !== undefined;
    // Something else was asked for while it ended: another attempt learns that.
    return ended === undefined && (await this.#isOurs()) ? 'again' : 'over';
  }

  /** How it ended, once `run` has. */
  get how(): 'finished' | 'cancelled' | 'failed' | 'left' {
    const { kind } = this.#training.latest;
    return this.#ended && (kind === 'finished' || kind === 'cancelled' || kind === 'failed') ? kind : 'left';
  }

  /** Takes in what people want of it by now. */
  async want(row: TrainingRow): Promise<void> {
    if (row.attempt !== this.attempt) return this.lose();
    if (row.intent === 'cancel') this.#run.cancel();
    if (row.intent === 'stop') {
      this.#stopping = true;
      this.#run.stop();
    }
    if (row.revision === this.#revision) return;
    const { server, name } = row.request.corpus;
    const corpus = await this.#options.library.corpus(server, name);
    if (corpus && this.#run.takes(row.request, corpus)) this.#revision = row.revision;
  }

  /** Another attempt has it now: nothing that this one makes counts. */
  async lose(): Promise<void> {
    this.#lost = true;
    await this.#run.close();
  }

  /** Ends it with a checkpoint. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#run.close();
  }

  /** What an attempt before this one made and did not come to tell. */
  async #alreadyLearned(): Promise<TrainingEvent | undefined> {
    const { request, askedAt } = this.#row;
    const corpus = await this.#options.library.corpus(request.corpus.server, request.corpus.name);
    const [newest] = (await this.#options.library.versions(request.corpus)).versions;
    if (newest === undefined || newest.corpusHash !== corpus?.hash) return undefined;
    if (Date.parse(newest.createdAt) < askedAt.getTime()) return undefined;
    return { kind: 'finished', version: newest, stopped: false };
  }

  async #isOurs(): Promise<boolean> {
    if (this.#lost) return false;
    const rows = await rowsWhere(this.#database, 'job = $1 and attempt = $2', [this.#row.job, this.attempt]);
    return rows.length === 1;
  }

  /**
   * The end is told with the row that goes. Progress that comes too soon after the last is left out for what follows. The
   * article's log is for a terminal, and on a fast machine its lines would leave progress no room.
   */
  #tell(event: TrainingEvent): void {
    if (event.kind === 'progress' && this.#stopping) this.#run.stop();
    if (event.kind !== 'preparing' && event.kind !== 'progress') return;
    const now = performance.now();
    if (event.kind === 'progress' && now - this.#toldAt < REPORT) return;
    this.#toldAt = now;
    const waiting = this.#untold !== undefined;
    this.#untold = event;
    if (!waiting) this.#telling = this.#telling.then(() => this.#tellLatest());
  }

  /** Where the database is slow or away, what comes meanwhile takes the place of what waits. Never rejects. */
  async #tellLatest(): Promise<void> {
    const event = this.#untold;
    this.#untold = undefined;
    if (event === undefined || this.#lost) return;
    await tellEvent(this.#database, this.attempt, event).catch(() => undefined);
  }
}
