import cron from 'node-cron';

/** When the nightly run of a server begins. */
export interface NightlySchedule {
  /** Five or six fields, or null for never. */
  readonly cron: string | null;
  /** An IANA name; absent: the machine's own. */
  readonly timezone?: string | undefined;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Days searched for the next run: more than the longest wait there is, eight years for a 29 February around 2100. */
const HORIZON = 9 * 366;

export function isCron(text: string): boolean {
  return cron.validate(text);
}

export function isTimeZone(name: string): boolean {
  try {
    return clockOf(name) !== undefined;
  } catch {
    return false;
  }
}

/**
 * What the clock on the wall shows at a moment, written as if that were UTC; whole seconds, in milliseconds. Schedules are
 * reckoned in it, because on the wall's own line of hours no hour is missing and none comes twice: a run is due as soon
 * as the wall shows its time or a later one. So one at 02:30 begins at 03:00 in the night that has no 02:30, and the
 * second 02:30 of the night that has two is past already.
 */
export function wallTime(moment: number, timezone: string | undefined): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of clockOf(timezone).formatToParts(moment)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The first wall time after another that a schedule names, or null where there is none. Throws for a bad expression. */
export function nextWallTime(schedule: NightlySchedule, after: number): number | null {
  if (schedule.cron === null) return null;
  const { hour, minute, second } = cron.parse(schedule.cron);
  const times = hour
    .flatMap((h) => minute.flatMap((m) => second.map((s) => ((h * 60 + m) * 60 + s) * 1000)))
    .sort((a, b) => a - b);
  // The task only matches: it is never started.
  const task = cron.createTask(schedule.cron, () => undefined, { timezone: 'UTC' });
  try {
    const today = Math.floor(after / DAY) * DAY;
    for (let day = today; day < today + HORIZON * DAY; day += DAY) {
      if (!task.match(new Date(day + (times[0] as number)))) continue;
      const time = times.find((one) => day + one > after);
      if (time !== undefined) return day + time;
    }
    return null;
  } finally {
    void task.destroy();
  }
}

/** The first full minute, not before `from`, at which the wall shows a time or a later one. */
export function momentOf(wall: number, timezone: string | undefined, from: number): number {
  const aheadOfUtc = (moment: number) => wallTime(moment, timezone) - moment;
  // A day before and a day after lie on both sides of any change of the clocks.
  const earliest = wall - Math.max(aheadOfUtc(wall - DAY), aheadOfUtc(wall + DAY));
  let moment = Math.ceil(Math.max(from, earliest) / MINUTE) * MINUTE;
  while (wallTime(moment, timezone) < wall) moment += MINUTE;
  return moment;
}

const clocks = new Map<string | undefined, Intl.DateTimeFormat>();

/** Throws RangeError for a time zone that there is not. */
function clockOf(timeZone: string | undefined): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (!clock) {
    const numeric = 'numeric';
    const fields = {
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    } as const;
    clock = new Intl.DateTimeFormat('en-US', { ...fields, hourCycle: 'h23', timeZone });
    clocks.set(timeZone, clock);
  }
  return clock;
}
