// The bundle in one file, though it holds more than is drawn here: as modules, it takes a second of CPU time to load, in
// which nobody is answered; as one file, a tenth of that.
import { type EChartsOption, init } from 'echarts/dist/echarts.esm.min.mjs';
import { harmless } from '../harmless.ts';
import { coloursOf, FONT, type Look } from './look.ts';

const SIZE = 360;
const MARGIN = 14;
const TITLE = 34;
const LEGEND_ROW = 22;
/** Above the chart itself, for what stands at its vertical line. */
const CAPTION = 24;

/** What XML 1.0 has no way to say. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** What one kind of picture adds to what all have in common. */
export interface Chart {
  /** In the order of their lines; one row each. */
  readonly legend: readonly string[];
  readonly xAxis: { readonly name: string } & Readonly<Record<string, unknown>>;
  /** The left axis, then the right one. */
  readonly yAxis: readonly [Scale, Scale];
  readonly series: readonly object[];
}

/** An axis from 0 up, with a line at each quarter. label: how one of its values is written. */
export interface Scale {
  readonly most: number;
  readonly label: (value: number) => string;
}

/** Draws a chart as an SVG of its own, without scripts, style sheets and ids. */
export function draw({ legend, xAxis, yAxis, series }: Chart, look: Look): string {
  const { width = SIZE, height = SIZE, title } = look;
  const colours = coloursOf(look);
  const text = { fontFamily: FONT, fontSize: 14, color: colours.quiet };
  const top = title === undefined ? MARGIN : MARGIN + TITLE;
  const room = (scale: Scale) => 12 + 8.5 * Math.max(...quarters(scale).map((value) => scale.label(value).length));
  const option: EChartsOption = {
    animation: false,
    backgroundColor: colours.paper,
    textStyle: text,
    ...(title !== undefined && {
      title: {
        text: drawn(title),
        left: MARGIN,
        top: MARGIN,
        padding: 0,
        textStyle: {
          ...text,
          color: colours.text,
          fontSize: 16,
          fontWeight: 600,
          width: width - 3 * MARGIN,
          overflow: 'truncate',
        },
      },
    }),
    legend: {
      data: [...legend],
      orient: 'vertical',
      left: MARGIN,
      top,
      padding: 0,
      itemGap: LEGEND_ROW - 14,
      itemWidth: 26,
      itemHeight: 10,
      selectedMode: false,
      textStyle: { ...text, color: colours.text },
    },
    grid: {
      left: room(yAxis[0]),
      right: room(yAxis[1]),
      top: top + legend.length * LEGEND_ROW + CAPTION,
      bottom: xAxis.name === '' ? 36 : 52,
    },
    xAxis: {
      axisLine: { lineStyle: { color: colours.quiet } },
      axisTick: { lineStyle: { color: colours.quiet } },
      axisLabel: text,
      splitLine: { show: false },
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: text,
      ...xAxis,
    },
    yAxis: yAxis.map((scale, at) => ({
      type: 'value',
      min: 0,
      max: scale.most,
      axisLine: { show: false },
      axisTick: { show: false },
      interval: scale.most / 4,
      axisLabel: { ...text, formatter: scale.label },
      splitLine: { show: at === 0, lineStyle: { color: colours.grid } },
    })),
    // Nothing of it reaches beyond the axes.
    series: series.map((line) => ({ type: 'line', clip: false, silent: true, emphasis: { disabled: true }, ...line })),
  };
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    return plainSvg(chart.renderToSVGString());
  } finally {
    // Otherwise a timer of it keeps the process alive.
    chart.dispose();
  }
}

/** The highest value of an axis from 0 whose quarters are round numbers. */
export function roundedUp(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((one) => one * power * 4 >= most) ?? 10;
  return Number((step * power * 4).toPrecision(6));
}

function quarters({ most }: Scale): number[] {
  return [0, 1, 2, 3, 4].map((quarter) => (most * quarter) / 4);
}

/** A text that an SVG may hold; it is escaped by ECharts. */
function drawn(text: string): string {
  return harmless(text).replace(NOT_XML, '');
}

/**
 * What ECharts adds for its own scripts and for hovering goes, and so do clip paths, which would need ids and cut nothing
 * off. Inline styles become attributes: a page with a strict content security policy shows it as it is. No text can be
 * mistaken for an attribute, as its quotes are escaped.
 */
function plainSvg(svg: string): string {
  return svg
    .replace(/<style\b.*?<\/style>|<defs\b.*?<\/defs>/gs, '')
    .replace(/ (?:class|clip-path|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/ style="([^"]*)"/g, (_, style: string) =>
      style
        .split(';')
        .filter(Boolean)
        .map((rule) => ` ${rule.replace(/:\s*(.*)$/s, '="$1"')}`)
        .join(''),
    )
    .replace(/\n\s*/g, '');
}
