import type { ReportTo } from '../../training/trainer.ts';
import { type Locale, localeOf } from '../locale.ts';

/** A channel of a workspace, or a thread in one, and the language spoken there as far as it is known. */
export interface ReportPlace {
  readonly team: string;
  readonly channel: string;
  readonly thread?: string | undefined;
  readonly locale?: Locale | undefined;
}

const PLACE = /^([A-Z0-9]+)\/([A-Z0-9]+)(?:\/(\d+\.\d+))?(?:#([a-z]{2}))?$/;

/** As `ReportTo.channel` keeps it, so that it is found again after a restart: `T1/C1`, `T1/C1/1764000000.000100#de`. */
export function writePlace({ team, channel, thread, locale }: ReportPlace): string {
  return `${team}/${channel}${thread ? `/${thread}` : ''}${locale && locale !== 'en' ? `#${locale}` : ''}`;
}

/** Undefined for what is no place of Slack. */
export function readPlace({ channel: text }: ReportTo): ReportPlace | undefined {
  const [, team, channel, thread, locale] = text.match(PLACE) ?? [];
  return team === undefined || channel === undefined ? undefined : { team, channel, thread, locale: localeOf(locale) };
}
