import type { Version } from '../../library/library.ts';
import type { Locale } from '../locale.ts';
import { textsFor } from '../texts/texts.ts';
import { draw, roundedUp } from './chart.ts';
import { moment } from './learning-curve.ts';
import { coloursOf, type Look } from './look.ts';

/** How a history looks, and which of its versions tells. */
export interface HistoryLook extends Look {
  /** The id of a version; default: none is marked. */
  readonly telling?: string | null;
}

/**
 * Draws how good the versions of a corpus are, oldest first, as an SVG: among how many words each chooses where it has not
 * read (its held-out perplexity) on the left axis, the words it guesses right on the right one. Without held-out text it is
 * the perplexity of what was read.
 */
export function versionHistorySvg(versions: readonly Version[], look: HistoryLook): string {
  const { pictures, figures } = textsFor(look.locale);
  const colours = coloursOf(look);
  const { drawn, unread } = historyOf(versions);
  const days = daysOf(drawn, look.locale);
  const telling = drawn.findIndex(({ id }) => id === look.telling);
  const perplexities = drawn.map(({ figures: found }) => (unread ? found.heldOutPerplexity : found.perplexity));
  const right = drawn.map(({ figures: found }) => (unread ? found.heldOutAccuracy : found.accuracy));
  // What was kept out of telling is hollow.
  const values = (of: readonly (number | null)[], color: string) =>
    of.map((value, at) => ({
      value: value ?? '-',
      itemStyle: { color: drawn[at]?.keptOut == null ? color : colours.paper, borderColor: color, borderWidth: 2 },
    }));
  const line = (name: string, color: string, of: readonly (number | null)[], more: object) => ({
    name,
    color,
    data: values(of, color),
    symbol: 'circle',
    symbolSize: 9,
    itemStyle: { color },
    connectNulls: true,
    ...more,
  });
  const share = drawn.length < 2 ? 0.5 : telling / (drawn.length - 1);
  const ours = unread ? colours.unread : colours.read;
  const lines = [
    line(unread ? pictures.choicesUnread : pictures.choicesRead, ours, perplexities, {
      lineStyle: { width: 2.5, color: ours },
      ...(telling >= 0 && { markLine: moment(telling, share, pictures.tells, colours.quiet, colours.text) }),
    }),
    line(
      unread ? pictures.rightUnread : pictures.right,
      colours.right,
      right.map((value) => value && 100 * value),
      { yAxisIndex: 1, lineStyle: { width: 2.5, color: colours.right, type: [2, 4], cap: 'round' } },
    ),
  ];
  return draw(
    {
      legend: lines.map(({ name }) => name),
      xAxis: {
        type: 'category',
        data: days,
        name: drawn.length === 0 ? pictures.noVersions : '',
        axisLabel: { color: colours.quiet, fontSize: 14, hideOverlap: true },
      },
      yAxis: [
        {
          most: roundedUp(Math.max(0, ...perplexities.map((value) => value ?? 0))),
          label: (value) => figures.number(value, 2),
        },
        {
          most: Math.min(100, roundedUp(Math.max(1, ...right.map((value) => 100 * (value ?? 0))))),
          label: (value) => `${figures.number(value, 1)} %`,
        },
      ],
      series: lines,
    },
    look,
  );
}

/** Says in plain sentences what the history says, for those who do not see it. */
export function versionHistoryAlt(versions: readonly Version[], locale: Locale, telling?: string | null): string {
  const {
    pictures: { history, noVersions },
    figures,
  } = textsFor(locale);
  const { drawn, unread } = historyOf(versions);
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (!first || !last) return noVersions;
  const day = (version: Version) => figures.time(version.createdAt);
  const choices = ({ figures: found }: Version) =>
    figures.number((unread ? found.heldOutPerplexity : found.perplexity) ?? 0, 1);
  const right = ({ figures: found }: Version) =>
    figures.ofHundred((unread ? found.heldOutAccuracy : found.accuracy) ?? 0);
  const now = drawn.find(({ id }) => id === telling);
  const keptOut = drawn.filter((version) => version.keptOut !== null).length;
  return [
    drawn.length === 1 ? history.one(day(first)) : history.many(figures.number(drawn.length), day(first), day(last)),
    history.where(unread),
    history.choices(choices(first), choices(last), drawn.length === 1),
    history.right(right(first), right(last), drawn.length === 1),
    ...(now ? [now === last && drawn.length > 1 ? history.newestTells : history.tells(day(now))] : []),
    ...(keptOut > 0 ? [history.keptOut(keptOut)] : []),
  ].join(' ');
}

/**
 * Oldest first, and whether they are compared by what they had not read: only where the newest was measured so, and then
 * only those that were, as the two kinds of figures say different things.
 */
function historyOf(versions: readonly Version[]): { drawn: readonly Version[]; unread: boolean } {
  const sorted = [...versions].sort((one, other) => (one.id < other.id ? -1 : 1));
  const measured = (version: Version) => version.figures.heldOutPerplexity !== null;
  const newest = sorted.at(-1);
  const unread = newest !== undefined && measured(newest);
  return { drawn: unread ? sorted.filter(measured) : sorted, unread };
}

/** A day for each, in short; with the time where several are of one day. */
function daysOf(versions: readonly Version[], locale: Locale): string[] {
  const day = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
  const days = versions.map(({ createdAt }) => day.format(new Date(createdAt)));
  if (new Set(days).size === days.length) return days;
  return versions.map(({ createdAt }, at) => `${days[at]}\n${createdAt.slice(11, 16)}`);
}
