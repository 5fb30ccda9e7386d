import type { CurvePoint } from '../../language/progress.ts';
import type { Locale } from '../locale.ts';
import { textsFor } from '../texts/texts.ts';
import { draw, roundedUp } from './chart.ts';
import { type CurveFacts, curveFacts } from './curve-facts.ts';
import { coloursOf, type Look } from './look.ts';

export type { CurvePoint } from '../../language/progress.ts';

/** Seconds that a training must have taken for its time to say more than its steps. */
const WORTH_TIMING = 1;

/**
 * Draws how a training went, as an SVG: the loss on what it read and on what was held out on the left axis, the words it
 * guessed right on the right one, and the moment of the best model.
 */
export function learningCurveSvg(points: readonly CurvePoint[], look: Look): string {
  const { pictures, figures } = textsFor(look.locale);
  const colours = coloursOf(look);
  const facts = curveFacts(points);
  const { x, unit, most } = horizontal(facts, look.locale);
  const read = facts.points.map((point) => [x(point), point.loss]);
  const unread = facts.unread.map(({ at, loss }) => [x(at), loss]);
  const right = facts.points.map((point) => [x(point), 100 * point.accuracy]);
  const alone = facts.points.length === 1;
  const { best } = facts;
  const bestAt = best && { coord: [x(best), facts.unread.find(({ at }) => at === best)?.loss ?? 100 * best.accuracy] };
  const mark = best && {
    markLine: moment(x(best), x(best) / most, pictures.best, colours.quiet, colours.text),
    markPoint: {
      silent: true,
      z: 10,
      symbol: 'circle',
      symbolSize: 11,
      itemStyle: {
        color: unread.length > 0 ? colours.unread : colours.right,
        borderColor: colours.paper,
        borderWidth: 2,
      },
      label: { show: false },
      data: [bestAt],
    },
  };
  const line = (name: string, color: string, data: number[][], more: object) => ({
    name,
    data,
    color,
    showSymbol: alone,
    symbol: 'circle',
    symbolSize: 7,
    lineStyle: { width: 2.5, color },
    itemStyle: { color },
    ...more,
  });
  const lines = [
    line(pictures.read, colours.read, read, {}),
    ...(unread.length > 0
      ? [line(pictures.unread, colours.unread, unread, { showSymbol: unread.length <= 30, symbolSize: 5, ...mark })]
      : []),
    line(pictures.right, colours.right, right, {
      yAxisIndex: 1,
      lineStyle: { width: 2.5, color: colours.right, type: [2, 4], cap: 'round' },
      ...(unread.length > 0 ? {} : mark),
    }),
  ];
  const losses = [...read, ...unread].map(([, loss]) => loss as number);
  const mostLoss = roundedUp(Math.max(0, ...losses));
  return draw(
    {
      legend: lines.map(({ name }) => name),
      xAxis: {
        type: 'value',
        min: 0,
        // A moment at the very end must not lie on the edge.
        max: most * 1.02,
        name: facts.points.length === 0 ? pictures.nothing : unit,
        axisLabel: {
          color: colours.quiet,
          fontSize: 14,
          hideOverlap: true,
          showMaxLabel: false,
          formatter: (value: number) => figures.number(value, 2),
        },
      },
      yAxis: [
        { most: mostLoss, label: (value) => figures.number(value, 2) },
        { most: 100, label: (value) => `${value} %` },
      ],
      series: lines,
    },
    look,
  );
}

/** Says in plain sentences what the curve says, for those who do not see it. */
export function learningCurveAlt(points: readonly CurvePoint[], locale: Locale): string {
  const {
    pictures: { alt, nothing },
    figures,
  } = textsFor(locale);
  const facts = curveFacts(points);
  const [first, last] = [facts.points[0], facts.points.at(-1)];
  if (!first || !last) return nothing;
  const of100 = (point: CurvePoint) => figures.ofHundred(point.accuracy);
  const loss = (value: number) => figures.number(value, 2);
  const at = (point: CurvePoint) => alt.at(figures.number(point.step), figures.duration(point.seconds));
  if (facts.points.length === 1) return alt.one(at(first), of100(first), loss(first.loss));
  const sentences = [
    alt.length(figures.number(last.step), figures.duration(last.seconds)),
    alt.right(of100(first), of100(last)),
    alt.read(loss(first.loss), loss(last.loss)),
  ];
  return [...sentences, ...bestOf(facts, locale, at)].join(' ');
}

function bestOf({ unread, best, byHeart }: CurveFacts, locale: Locale, at: (point: CurvePoint) => string): string[] {
  const {
    pictures: { alt },
    figures,
  } = textsFor(locale);
  const loss = (value: number | undefined) => figures.number(value ?? 0, 2);
  if (!best) return [];
  if (unread.length === 0) return [alt.noneUnread, alt.bestRight(at(best), figures.ofHundred(best.accuracy))];
  const end = unread.at(-1)?.loss;
  const told = unread.length === 1 ? alt.unreadOnce(loss(end)) : alt.unread(loss(unread[0]?.loss), loss(end));
  const lowest = alt.bestUnread(at(best), loss(unread.find((one) => one.at === best)?.loss));
  if (byHeart) return [told, lowest, alt.byHeart];
  // A single measurement has no before and after.
  return unread.at(-1)?.at === best && unread.length > 1 ? [told, alt.stillBetter] : [told, lowest];
}

/** What runs along the horizontal axis, from 0: time, in the unit that reads best, or the steps of a very short training. */
function horizontal({ points }: CurveFacts, locale: Locale) {
  const { pictures } = textsFor(locale);
  const { seconds = 0, step = 0 } = points.at(-1) ?? {};
  if (seconds < WORTH_TIMING) return { x: (point: CurvePoint) => point.step, unit: pictures.steps, most: step || 1 };
  const [unit, length] =
    seconds <= 180 ? [pictures.seconds, 1] : seconds <= 10_800 ? [pictures.minutes, 60] : [pictures.hours, 3_600];
  return { x: (point: CurvePoint) => point.seconds / length, unit, most: seconds / length };
}

/** A vertical line with a word above it, which stays within the picture. share: how far to the right it is, 0 to 1. */
export function moment(x: number | string, share: number, word: string, color: string, text: string): object {
  const align = share < 0.2 ? 'left' : share > 0.8 ? 'right' : 'center';
  return {
    silent: true,
    // Behind what was measured.
    z: 1,
    symbol: 'none',
    lineStyle: { color, width: 1.5, type: [5, 4] },
    label: { show: true, formatter: word, position: 'end', distance: 6, color: text, fontSize: 14, align },
    data: [{ xAxis: x }],
  };
}
