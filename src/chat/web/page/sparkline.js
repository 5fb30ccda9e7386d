import { ofHundred } from './figures.js';
import { svg } from './lit/lit-html.js';
import { say } from './state.js';

const WIDTH = 96;
const HEIGHT = 28;
const EDGE = 3;

/** How a figure between 0 and 1 went from version to version, small. @param {readonly number[]} history oldest first */
export function sparkline(history) {
  const low = Math.min(...history);
  const span = Math.max(...history) - low;
  const points = history.map((value, at) => ({
    x: EDGE + (at / Math.max(1, history.length - 1)) * (WIDTH - 2 * EDGE),
    y: HEIGHT - EDGE - (span === 0 ? 0.5 : (value - low) / span) * (HEIGHT - 2 * EDGE),
  }));
  const last = points.at(-1);
  const label = say('history', { count: history.length, values: history.map(ofHundred).join(', ') });
  return svg`
    <svg class="sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${label}>
      <polyline points=${points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}></polyline>
      <circle cx=${last?.x ?? 0} cy=${last?.y ?? 0} r="2.5"></circle>
    </svg>
  `;
}
