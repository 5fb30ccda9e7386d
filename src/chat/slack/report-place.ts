import type { ReportTo } from '../../training/trainer.ts';

/** A channel of a workspace, or a thread in one. */
export interface ReportPlace {
  readonly team: string;
  /** The organisation that has installed us, where it is not the workspace itself. */
  readonly enterprise?: string | undefined;
  readonly channel: string;
  readonly thread?: string | undefined;
}

const PLACE = /^([A-Z0-9]+)(?:@([A-Z0-9]+))?\/([A-Z0-9]+)(?:\/(\d+\.\d+))?$/;

/** As `ReportTo.channel` keeps it, so that it is found again after a restart: `T1/C1`, `T1@E1/C1/1764000000.000100`. */
export function writePlace({ team, enterprise, channel, thread }: ReportPlace): string {
  return `${team}${enterprise ? `@${enterprise}` : ''}/${channel}${thread ? `/${thread}` : ''}`;
}

/** Undefined for what is no place of Slack. */
export function readPlace({ channel: text }: ReportTo): ReportPlace | undefined {
  const [, team, enterprise, channel, thread] = text.match(PLACE) ?? [];
  return team === undefined || channel === undefined ? undefined : { team, enterprise, channel, thread };
}
