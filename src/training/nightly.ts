import cron from 'node-cron';
import type { CorpusRef, Library, ServerId, Version } from '../library/library.ts';
import { STARTERS } from '../library/library.ts';
import type { ReportTo, Trainer } from './trainer.ts';
import { TrainingRequests } from './training-requests.ts';

/** When the nightly run of a server begins. */
export interface NightlySchedule {
  /** Five or six fields, or null for never. */
  readonly cron: string | null;
  /** An IANA name; absent: the machine's own. */
  readonly timezone?: string | undefined;
}

/** What the nightly run did with one corpus. */
export interface NightlyReport {
  readonly corpus: CorpusRef;
  /** Stories that the model before had not read. */
  readonly storiesRead: number;
  /** The version that told before, null for the first. */
  readonly before: Version | null;
  /** The new version; null where the training failed. */
  readonly after: Version | null;
  /** Why the new version was kept out, or why there is none; null where it tells now. */
  readonly problem: string | null;
  /** Where the corpus was last trained on request. */
  readonly reportTo: ReportTo | null;
}

export interface NightlyOptions {
  readonly library: Library;
  readonly trainer: Trainer;
  readonly schedule: NightlySchedule;
  /** Tells the morning report; its failures are logged and spoil nothing. */
  readonly report: (report: NightlyReport) => Promise<void> | void;
  readonly log?: { warn(details: object, message: string): void };
}

/** A missed run is looked for this far back, in minutes: a machine that was off for longer catches up all the same. */
const LOOK_BACK = 31 * 24 * 60;
const MINUTE = 60_000;

interface LastRun {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Retrains every night the corpora that have new stories, and says in the morning what came of it. */
export class Nightly {
  readonly #options: NightlyOptions;
  readonly #requests: TrainingRequests;
  #tasks: { destroy(): unknown }[] = [];
  #running: Promise<NightlyReport[]> | null = null;

  constructor(options: NightlyOptions) {
    this.#options = options;
    this.#requests = new TrainingRequests(options.library, Date.now);
  }

  /** Schedules the runs, and catches up once on what was missed while the machine was off. Safe to call twice. */
  async start(): Promise<void> {
    this.stop();
    const overrides = await this.overrides();
    const groups: { schedule: NightlySchedule; serves: (server: ServerId) => boolean; key: string }[] = [
      { schedule: this.#options.schedule, serves: (server) => !overrides.has(server), key: 'all' },
      ...[...overrides].map(([server, schedule]) => ({
        schedule,
        serves: (other: ServerId) => other === server,
        key: server,
      })),
    ];
    for (const { schedule, serves, key } of groups) {
      if (schedule.cron === null) continue;
      const run = () => void this.#night(key, serves);
      const task = cron.schedule(schedule.cron, run, zoned(schedule));
      this.#tasks.push(task);
      if (await this.#missed(key, task)) run();
    }
  }

  /** Ends the schedule; a run under way goes on. Safe to call twice. */
  stop(): void {
    for (const task of this.#tasks) task.destroy();
    this.#tasks = [];
  }

  /** The next nightly run of a server, or null where there is none. */
  async nextRun(server: ServerId): Promise<Date | null> {
    const schedule = (await this.overrides()).get(server) ?? this.#options.schedule;
    if (schedule.cron === null) return null;
    const task = cron.createTask(schedule.cron, () => undefined, zoned(schedule));
    const next = task.getNextRuns(1)[0] ?? null;
    task.destroy();
    return next;
  }

  /** The servers that have a schedule of their own. */
  async overrides(): Promise<Map<ServerId, NightlySchedule>> {
    const all = await this.#options.library.listDocuments<NightlySchedule>('nightly');
    return new Map(
      all.filter(({ key }) => key.startsWith(OVERRIDE)).map(({ key, value }) => [key.slice(OVERRIDE.length), value]),
    );
  }

  /** Gives a server a schedule of its own, or with null the common one again. Takes effect at the next start. */
  async override(server: ServerId, schedule: NightlySchedule | null): Promise<void> {
    const key = OVERRIDE + server;
    if (schedule) await this.#options.library.writeDocument('nightly', key, schedule);
    else await this.#options.library.deleteDocument('nightly', key);
  }

  /** Retrains now what has new stories, corpus by corpus. While a run is under way, gives its reports instead. */
  run(serves: (server: ServerId) => boolean = () => true): Promise<NightlyReport[]> {
    this.#running ??= this.#runAll(serves).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #night(key: string, serves: (server: ServerId) => boolean): Promise<void> {
    try {
      // Written first: a run that kills the machine is not tried again and again.
      await this.#options.library.writeDocument('nightly', LAST + key, { at: Date.now() } satisfies LastRun);
      await this.#running;
      await this.run(serves);
    } catch (error) {
      this.#options.log?.warn({ err: error }, 'The nightly run broke off');
    }
  }

  async #missed(key: string, task: { match(date: Date): boolean }): Promise<boolean> {
    const last = await this.#options.library.readDocument<LastRun>('nightly', LAST + key);
    const now = Math.floor(Date.now() / MINUTE) * MINUTE;
    // A first start has missed nothing.
    if (!last) {
      await this.#options.library.writeDocument('nightly', LAST + key, { at: Date.now() } satisfies LastRun);
      return false;
    }
    const earliest = now - LOOK_BACK * MINUTE;
    for (let at = now; at > Math.max(last.at, earliest); at -= MINUTE) if (task.match(new Date(at))) return true;
    return last.at < earliest;
  }

  async #runAll(serves: (server: ServerId) => boolean): Promise<NightlyReport[]> {
    const { library, log, report } = this.#options;
    const reports: NightlyReport[] = [];
    for await (const { server, name } of library.everyCorpus()) {
      if (server === STARTERS || !serves(server)) continue;
      const done = await this.#retrain({ server, name });
      if (!done) continue;
      reports.push(done);
      try {
        await report(done);
      } catch (error) {
        log?.warn({ err: error, corpus: { server, name } }, 'A morning report could not be told');
      }
    }
    return reports;
  }

  /** Null where there is nothing new to learn. */
  async #retrain(ref: CorpusRef): Promise<NightlyReport | null> {
    const { library, trainer } = this.#options;
    const corpus = await library.corpus(ref.server, ref.name);
    const { versions, telling } = await library.versions(ref);
    const [newest] = versions;
    if (!corpus || newest?.corpusHash === corpus.hash || !(await this.#requests.mayTrain(ref, corpus.hash)))
      return null;
    const before = versions.find(({ id }) => id === telling) ?? null;
    const read = new Set(newest?.stories);
    const { options, reportTo } = await this.#requests.lastAsked(ref);
    const training = await trainer.train({ corpus: ref, options, reason: 'nightly', by: 'nightly' });
    const end = await training.ended;
    if (end.kind === 'cancelled') return null;
    const after = end.kind === 'finished' ? end.version : null;
    const problem = end.kind === 'failed' ? end.message : (after?.keptOut ?? null);
    const storiesRead = corpus.stories.filter(({ hash }) => !read.has(hash)).length;
    return { corpus: ref, storiesRead, before, after, problem, reportTo: reportTo ?? null };
  }
}

const LAST = 'last run ';
const OVERRIDE = 'schedule of ';

const zoned = ({ timezone }: NightlySchedule) => ({ noOverlap: true, ...(timezone && { timezone }) });
