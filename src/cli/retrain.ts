import type { Command } from 'commander';
import { FabulistError } from '../errors.ts';
import { LOCAL, type ServerId, type Version } from '../library/library.ts';
import type { NightlyReport } from '../training/nightly-run.ts';
import type { NightlySchedule } from '../training/nightly-schedule.ts';
import { figures, harmless, named } from './for-people.ts';
import { count, percent } from './output.ts';
import type { OpenSession, Session } from './session.ts';

interface Options {
  readonly server?: string;
  readonly schedule?: string;
  readonly timezone?: string;
}

export function addRetrain(program: Command, open: OpenSession): void {
  program
    .command('retrain')
    .description('what is done every night, now: learn the corpora that have new stories; or set when that is done')
    .option('--server <id>', 'only this server (default: every server; with --schedule: local)')
    .option(
      '--schedule <cron>',
      'set when it is done by itself: a cron expression, "off", or "default" for RETRAIN_CRON',
    )
    .option('--timezone <name>', 'time zone of --schedule (default: RETRAIN_TIMEZONE, else that of the machine)')
    .action(async ({ server, schedule, timezone }: Options, command: Command) => {
      if (server === '') throw new FabulistError('usage', '--server must be the id of a server, not "".');
      if (schedule !== undefined) await checkSchedule(schedule, timezone);
      else if (timezone !== undefined)
        throw new FabulistError('usage', '--timezone goes with --schedule: name a cron expression there.');
      const session = open(command);
      if (schedule !== undefined) await setSchedule(session, server ?? LOCAL, schedule, timezone);
      else await retrainNow(session, server);
    });
}

/** Throws `usage`. */
async function checkSchedule(schedule: string, timezone: string | undefined): Promise<void> {
  // Loaded here, as every command waits for what is imported above.
  const { isCron, isTimeZone } = await import('../training/nightly-schedule.ts');
  const word = schedule === 'off' || schedule === 'default';
  if (!word && !isCron(schedule)) {
    const given = JSON.stringify(schedule);
    const needed = 'a cron expression of five or six fields, "off" or "default"';
    throw new FabulistError('usage', `--schedule must be ${needed}, not ${given}.`);
  }
  if (timezone === undefined) return;
  if (word)
    throw new FabulistError('usage', `--timezone goes with a cron expression, not with --schedule ${schedule}.`);
  if (!isTimeZone(timezone)) {
    const given = JSON.stringify(timezone);
    throw new FabulistError('usage', `--timezone must be a time zone such as Europe/Berlin, not ${given}.`);
  }
}

async function retrainNow(session: Session, server: ServerId | undefined): Promise<void> {
  const house = await session.house();
  const reports = await house.retrain((training) => void session.display.show(training), server);
  session.output.result({ retrained: reports.map(reportJson) }, () =>
    reports.length === 0 ? ['No corpus has new stories.'] : reports.map(reportLine),
  );
}

async function setSchedule(
  session: Session,
  server: ServerId,
  given: string,
  timezone = session.config.retrain.timezone,
): Promise<void> {
  const own: NightlySchedule | null =
    given === 'default' ? null : given === 'off' ? { cron: null } : { cron: given, timezone };
  const house = await session.house();
  const next = await house.schedule(server, own);
  const { cron, timezone: zone } = own ?? session.config.retrain;
  const nextRun = next?.toISOString() ?? null;
  session.output.result({ server, own: own !== null, cron, timezone: zone ?? null, nextRun }, () => {
    const what =
      cron === null
        ? `${named(server)} is not retrained by itself`
        : `${named(server)} is retrained at ${cron} (${zone ?? "the machine's time"})`;
    return [
      `${what}${own ? '' : ', as every server without a schedule of its own'}.`,
      ...(nextRun ? [`Next run: ${figures.time(nextRun)}`] : []),
    ];
  });
}

function reportJson({ corpus, storiesRead, before, after, problem }: NightlyReport): object {
  return {
    server: corpus.server,
    corpus: corpus.name,
    storiesRead,
    before: brief(before),
    after: brief(after),
    problem,
  };
}

function brief(version: Version | null): object | null {
  if (!version) return null;
  const { accuracy, heldOutPerplexity } = version.figures;
  return { modelVersion: version.id, accuracy, heldOutPerplexity };
}

function reportLine({ corpus, storiesRead, before, after, problem }: NightlyReport): string {
  const read = `${named(corpus.name)}: read ${count(storiesRead, 'new story', 'new stories')}`;
  if (!after) return `${read}. ${harmless(problem ?? '')}`;
  if (problem !== null) return `${read}; the new model does not tell: ${harmless(problem)}.`;
  const was = before ? `, was ${percent(before.figures.accuracy)}` : '';
  return `${read}; accuracy ${percent(after.figures.accuracy)}${was}.`;
}
