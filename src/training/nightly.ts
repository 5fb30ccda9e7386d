import cron from 'node-cron';
import type { ServerId } from '../library/library.ts';
import { type NightlyReport, NightlyRun, type NightlyRunOptions } from './nightly-run.ts';
import { isTimeZone, momentOf, type NightlySchedule, nextWallTime, wallTime } from './nightly-schedule.ts';
import type { Training } from './trainer.ts';

export interface NightlyOptions extends NightlyRunOptions {
  readonly schedule: NightlySchedule;
  /**
   * Whether this process is the one that runs what a shift has due, at a time on the wall in ms; default: always. Of several
   * that ask for the same, one is told so.
   */
  readonly mayBegin?: (shift: string, due: number) => Promise<boolean>;
}

const MINUTE = 60_000;
/** Milliseconds until what is set by other processes is looked up again. */
const FRESH = 5 * MINUTE;

/** Up to when the runs of a shift are done with. A shift that is new has missed nothing. */
interface Mark {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The servers that share a schedule, and when they are due. */
interface Shift {
  /** By which its mark is found: the server, or for the common schedule that itself, as processes may differ in it. */
  readonly key: string;
  readonly schedule: NightlySchedule;
  readonly serves: (server: ServerId) => boolean;
  /** Wall time of the next run, as of `wallTime`; null for never. */
  readonly due: number | null;
}

/**
 * Retrains every night the corpora that have new stories, and says in the morning what came of it.
 *
 * Once a minute it looks whether the clock on the wall of a schedule shows the time of its next run or a later one. That
 * one rule also covers nights in which the clocks are changed, machines that were off or asleep (caught up once), and
 * schedules with seconds (they run at the next full minute). Schedules are kept in the library: what another process
 * sets is looked up every five minutes and before each run, so it takes effect without a restart, and a run that fell
 * into those minutes is caught up.
 */
export class Nightly {
  readonly #options: NightlyOptions;
  readonly #run: NightlyRun;
  #beat: { destroy(): unknown } | null = null;
  #shifts: readonly Shift[] = [];
  /** Milliseconds since 1970. */
  #readAt = 0;
  #looking = false;
  #started = false;

  constructor(options: NightlyOptions) {
    this.#options = options;
    this.#run = new NightlyRun(options);
  }

  /** Begins to look at the clock, and catches up once on what was missed while the machine was off. Safe to call twice. */
  async start(): Promise<void> {
    this.stop();
    this.#started = true;
    await this.#read();
    if (!this.#started) return;
    // Beats that come late are no concern: what is due stays due. node-cron would warn of them on the terminal.
    this.#beat = cron.schedule('* * * * *', () => this.#look(), { suppressMissedWarning: true });
    void this.#look();
  }

  /** Ends the schedule; a run under way ends with the corpus it is at. Safe to call twice. */
  stop(): void {
    this.#started = false;
    this.#run.stop();
    this.#beat?.destroy();
    this.#beat = null;
  }

  /** The next nightly run of a server, or null where there is none. Needs no start. */
  async nextRun(server: ServerId): Promise<Date | null> {
    const { library } = this.#options;
    const kept = await library.readDocument<NightlySchedule>('nightly', OVERRIDE + server);
    const own = isSchedule(kept) ? kept : undefined;
    const schedule = own ?? this.#options.schedule;
    const mark = await library.readDocument<Mark>('nightly', MARK + (own ? server : this.#common));
    const now = Date.now();
    const { timezone } = schedule;
    // Both count: where the clock was put back, what was run this night lies ahead of what it shows.
    const done = mark ? wallTime(Math.min(mark.at, now), timezone) : 0;
    const due = this.#next(schedule, Math.max(wallTime(now, timezone), done));
    return due === null ? null : new Date(momentOf(due, timezone, now));
  }

  /**
   * Gives a server a schedule of its own, or with null the common one again. Takes effect in every running process
   * within five minutes.
   */
  async override(server: ServerId, schedule: NightlySchedule | null): Promise<void> {
    const { library } = this.#options;
    if (schedule) {
      await this.#mark(server);
      await library.writeDocument('nightly', OVERRIDE + server, schedule);
    } else {
      await library.deleteDocument('nightly', OVERRIDE + server);
      await library.deleteDocument('nightly', MARK + server);
    }
    this.#readAt = 0;
  }

  /**
   * Retrains now what has new stories, corpus by corpus; each training is shown to `onTraining` as it begins. While a run
   * is under way, gives its reports instead.
   */
  run(serves?: (server: ServerId) => boolean, onTraining?: (training: Training) => void): Promise<NightlyReport[]> {
    return this.#run.begin(serves, onTraining);
  }

  /** Runs what is due. Never rejects. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      // Another process may have run it meanwhile, or its time may have been changed.
      if (Date.now() - this.#readAt >= FRESH || this.#shifts.some(isDue)) await this.#read();
      const due: Shift[] = [];
      for (const shift of this.#shifts.filter(isDue)) {
        // Written first: a run that kills the machine is not tried again and again.
        await this.#mark(shift.key);
        if ((await this.#options.mayBegin?.(shift.key, shift.due ?? 0)) ?? true) due.push(shift);
      }
      if (due.length === 0 || !this.#started) return;
      void this.#night((server) => due.some(({ serves }) => serves(server)));
    } catch (error) {
      this.#options.log?.warn({ err: error }, 'The nightly schedule could not be looked up');
    } finally {
      this.#looking = false;
    }
  }

  async #night(serves: (server: ServerId) => boolean): Promise<void> {
    try {
      await this.#run.idle();
      if (this.#started) await this.run(serves);
    } catch (error) {
      this.#options.log?.warn({ err: error }, 'The nightly run broke off');
    }
  }

  /** Reads the schedules and when each is due. */
  async #read(): Promise<void> {
    const documents = await this.#options.library.listDocuments<NightlySchedule | Mark>('nightly');
    const values = new Map(documents.map(({ key, value }) => [key, value]));
    const own = documents
      .filter(({ key, value }) => key.startsWith(OVERRIDE) && isSchedule(value))
      .map(({ key }) => key.slice(OVERRIDE.length));
    const shifts: Shift[] = [];
    const add = async (key: string, schedule: NightlySchedule, serves: Shift['serves']) => {
      const mark = values.get(MARK + key) as Mark | undefined;
      const at = mark ? Math.min(mark.at, Date.now()) : await this.#mark(key);
      shifts.push({ key, schedule, serves, due: this.#next(schedule, wallTime(at, schedule.timezone)) });
    };
    await add(this.#common, this.#options.schedule, (server) => !own.includes(server));
    for (const server of own) {
      await add(server, values.get(OVERRIDE + server) as NightlySchedule, (other) => other === server);
    }
    this.#shifts = shifts;
    this.#readAt = Date.now();
  }

  /** Null also for a schedule that cannot be read, such as an edited one: it must not keep the others from their night. */
  #next(schedule: NightlySchedule, after: number): number | null {
    try {
      return nextWallTime(schedule, after);
    } catch (error) {
      this.#options.log?.warn({ err: error, schedule }, 'A nightly schedule cannot be read');
      return null;
    }
  }

  async #mark(key: string): Promise<number> {
    const at = Date.now();
    await this.#options.library.writeDocument('nightly', MARK + key, { at } satisfies Mark);
    return at;
  }

  get #common(): string {
    const { cron: expression, timezone } = this.#options.schedule;
    return `* ${expression} ${timezone}`;
  }
}

const MARK = 'last run ';
const OVERRIDE = 'schedule of ';

/** False for what somebody edited into a schedule that no clock goes by: such a server keeps the common one. */
function isSchedule(value: Partial<NightlySchedule & Mark> | null | undefined): value is NightlySchedule {
  if (value?.cron === undefined) return false;
  return value.timezone === undefined || isTimeZone(value.timezone);
}

function isDue({ due, schedule }: Shift): boolean {
  return due !== null && wallTime(Date.now(), schedule.timezone) >= due;
}
