import type { Database } from '../../library/postgres/database.ts';
import type { TrainingEvent, TrainingRequest } from '../trainer.ts';
import { Bulletin, type News } from './bulletin.ts';
import type { QueueLog } from './cluster-queue.ts';
import { livingProcesses } from './membership.ts';
import { MirroredTraining } from './mirrored-training.ts';
import { endsOf, moveReport, rowsWhere, type TrainingRow } from './training-rows.ts';

/** Milliseconds for which news are collected before the rows are looked at. */
const COLLECT = 50;
/** Milliseconds between two looks at what others show and somebody here watches too, and at whether anybody trains. */
const LOOK = 2_000;

const SHUT_DOWN: TrainingEvent = {
  kind: 'failed',
  message: 'Fabulist was shut down here; the training goes on, and the next process tells its end.',
  setAside: false,
};

/** All trainings of the cluster, kept up by what is told between processes. The rows decide; news only say when to look. */
export class Mirror {
  readonly #database: Database;
  readonly #process: string;
  readonly #log: QueueLog | undefined;
  readonly #bulletin: Bulletin;
  readonly #trainings = new Map<string, MirroredTraining>();
  readonly #changed = new Set<string>();
  #everything = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #watching: NodeJS.Timeout | undefined;
  /** Whether a trainer runs somewhere, as far as was looked: that is only where somebody waits. */
  #attended = true;
  #closed = false;

  constructor(database: Database, process: string, log: QueueLog | undefined) {
    this.#database = database;
    this.#process = process;
    this.#log = log;
    const onGap = () => {
      this.#everything = true;
      this.#lookSoon();
    };
    this.#bulletin = new Bulletin(database, process, (news) => this.#hear(news), onGap);
  }

  async open(): Promise<void> {
    await this.#bulletin.open();
    await this.#look();
    this.#watching = setInterval(() => {
      this.#lookAtWatched();
      this.#looking = this.#looking.then(() => this.#lookForTrainers());
    }, LOOK).unref();
  }

  /** Running ones first, then those that wait, each in the order of asking. */
  trainings(): readonly MirroredTraining[] {
    const all = [...this.#trainings.values()];
    return [...all.filter(({ running }) => running), ...all.filter(({ running }) => !running)];
  }

  /** The training of a row that this process has just written or read. */
  take(row: TrainingRow): MirroredTraining {
    const known = this.#trainings.get(row.corpus);
    const onMoved = (request: TrainingRequest) => this.#move(row.job, request);
    const training = known?.job === row.job ? known : new MirroredTraining(row, onMoved);
    if (known && known !== training) void this.#endAsTold([known]);
    this.#trainings.set(row.corpus, training);
    training.update(row, this.#process);
    return training;
  }

  end(training: MirroredTraining, event: TrainingEvent): void {
    if (this.#trainings.get(training.corpus) === training) this.#trainings.delete(training.corpus);
    if (!isEnd(training.latest)) training.tell(event);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watching);
    await this.#bulletin.close();
    await this.#looking;
    for (const training of this.trainings()) this.end(training, SHUT_DOWN);
  }

  /** Keeps where a training is told from now on, so that whoever takes it up finds it. */
  #move(job: string, { reportTo }: TrainingRequest): void {
    if (reportTo === undefined) return;
    moveReport(this.#database, job, reportTo).catch((error: unknown) => {
      this.#log?.warn({ err: error }, 'Where a training is told from now on could not be kept');
    });
  }

  #hear(news: News): void {
    if (news.kind === 'event') {
      const training = this.#trainings.get(news.corpus);
      if (training) training.tell(news.event as TrainingEvent);
      else this.#lookAt(news.corpus);
    } else if (news.kind === 'ended') {
      const training = [...this.#trainings.values()].find(({ job }) => job === news.job);
      if (training) this.#lookAt(training.corpus);
    } else this.#lookAt(news.corpus);
  }

  #lookAt(corpus: string): void {
    this.#changed.add(corpus);
    this.#lookSoon();
  }

  #lookAtWatched(): void {
    for (const training of this.#trainings.values())
      if (training.watched > 0 && !training.shownHere) this.#lookAt(training.corpus);
  }

  #lookSoon(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#looking = this.#looking.then(() => this.#look());
    }, COLLECT);
  }

  /** Reads the rows that may have changed. Never rejects: where the database is away, listening begins anew with a look. */
  async #look(): Promise<void> {
    const everything = this.#everything;
    const corpora = everything ? [...this.#trainings.keys()] : [...this.#changed];
    this.#everything = false;
    this.#changed.clear();
    try {
      const rows = await (everything
        ? rowsWhere(this.#database, 'true')
        : rowsWhere(this.#database, 'corpus = any($1::bigint[])', [corpora]));
      const there = new Set(rows.map(({ corpus }) => corpus));
      const gone = corpora.flatMap((corpus) => (there.has(corpus) ? [] : (this.#trainings.get(corpus) ?? [])));
      for (const row of rows) this.take(row);
      await this.#endAsTold(gone);
      await this.#lookForTrainers();
      await this.#tellPlaces();
    } catch (error) {
      this.#log?.warn({ err: error }, 'The trainings of the cluster could not be looked at');
      for (const corpus of corpora) this.#changed.add(corpus);
      this.#everything ||= everything;
      this.#lookSoon();
    }
  }

  async #endAsTold(trainings: readonly MirroredTraining[]): Promise<void> {
    if (trainings.length === 0) return;
    const ends = await endsOf(
      this.#database,
      trainings.map(({ job }) => job),
    );
    for (const training of trainings) this.end(training, ends.get(training.job) ?? { kind: 'cancelled' });
  }

  /** Those that wait, and that somebody here looks at. */
  #waiting(): MirroredTraining[] {
    return this.trainings().filter(({ running, shownHere, watched }) => !running && (shownHere || watched > 0));
  }

  /** Whoever waits in vain is told so, and so is the operator. Never rejects: where the database is away, others say it. */
  async #lookForTrainers(): Promise<void> {
    const waiting = this.#waiting();
    if (this.#closed || waiting.length === 0) return;
    const living = await livingProcesses(this.#database).catch(() => undefined);
    if (living === undefined || living.trainer > 0 === this.#attended) return;
    this.#attended = living.trainer > 0;
    if (!this.#attended)
      this.#log?.warn(
        { waiting: waiting.length },
        'Trainings wait, and no trainer runs: start "fabulist trainer" with this DATABASE_URL',
      );
    for (const training of waiting) {
      const { latest } = training;
      if (latest.kind === 'queued') this.#tellPlace(training, latest.place);
    }
  }

  #tellPlace(training: MirroredTraining, place: number): void {
    training.tell({ kind: 'queued', place, ...(!this.#attended && { unattended: true }) });
  }

  async #tellPlaces(): Promise<void> {
    const waiting = this.#waiting();
    if (waiting.length === 0) return;
    const rows = await this.#database.query<{ job: string; place: string }>(
      `select job, place from
         (select job, row_number() over (order by class, tag, asked_at) as place
          from fabulist.trainings where attempt is null) queue where job = any($1::uuid[])`,
      [waiting.map(({ job }) => job)],
    );
    const places = new Map(rows.map(({ job, place }) => [job, Number(place)]));
    for (const training of waiting) {
      const place = places.get(training.job);
      const { latest } = training;
      if (place === undefined || training.running || isEnd(latest)) continue;
      const unattended = latest.kind === 'queued' && latest.unattended === true;
      if (latest.kind !== 'queued' || latest.place !== place || unattended === this.#attended)
        this.#tellPlace(training, place);
    }
  }
}

function isEnd({ kind }: TrainingEvent): boolean {
  return kind === 'finished' || kind === 'cancelled' || kind === 'failed';
}
