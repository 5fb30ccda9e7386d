import { curvePath } from './card-view.js';
import { number, ofHundred } from './figures.js';
import { html, nothing } from './lit/lit-html.js';
import { load } from './server.js';
import { say, update } from './state.js';

/** @typedef {import('../../../language/progress.ts').CurvePoint} CurvePoint */

/** The points of the curve that is looked at, and which of them. */
let of = '';
/** @type {readonly CurvePoint[]} */
let points = [];
let at = 0;

/** Walks along a learning curve, point by point, with the figures of each. @param {string} corpus @param {string} version */
export function steps(corpus, version) {
  const path = curvePath({ corpus, version });
  if (of !== path) {
    of = path;
    points = [];
    void fetchPoints(path);
  }
  const point = points[at];
  if (!point) return nothing;
  const text = say('stepText', {
    step: number(point.step),
    seconds: number(point.seconds, 1),
    count: ofHundred(point.accuracy),
    loss: number(point.loss, 2),
  });
  return html`
    <div class="steps">
      <label for="step">${say('stepLabel')}</label>
      <input id="step" type="range" min="0" max=${points.length - 1} .value=${String(at)} aria-valuetext=${text} @input=${move} />
      <output for="step">${text}</output>
    </div>
  `;
}

/** @param {string} path */
async function fetchPoints(path) {
  /** @type {CurvePoint[]} */
  const found = await load(`${path}?as=points`).catch(() => []);
  if (of !== path) return;
  points = found;
  at = Math.max(0, found.length - 1);
  update();
}

/** @param {Event} event */
function move(event) {
  at = Number(/** @type {HTMLInputElement} */ (event.currentTarget).value);
  update();
}
