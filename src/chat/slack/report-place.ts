import type { ReportTo } from '../../training/trainer.ts';

/** A channel of a workspace, or a thread in one. */
export interface ReportPlace {
  readonly team: string;
  readonly channel: string;
  readonly thread?: string | undefined;
}

const PLACE = /^([A-Z0-9]+)\/([A-Z0-9]+)(?:\/(\d+\.\d+))?$/;

/** As `ReportTo.channel` keeps it, so that it is found again after a restart: `T1/C1`, `T1/C1/1764000000.000100`. */
export function writePlace({ team, channel, thread }: ReportPlace): string {
  return `${team}/${channel}${thread ? `/${thread}` : ''}`;
}

/** Undefined for what is no place of Slack. */
export function readPlace({ channel: text }: ReportTo): ReportPlace | undefined {
  const [, team, channel, thread] = text.match(PLACE) ?? [];
  return team === undefined || channel === undefined ? undefined : { team, channel, thread };
}
