import { curve } from './curve.js';
import { html, nothing } from './lit/lit-html.js';
import { press } from './press.js';
import { say, state } from './state.js';

/** How a training stands, while it goes on. @param {import('./state.js').Entry} entry */
export function cardView(entry) {
  const { card, picture } = entry.message;
  if (!card) return nothing;
  const { share, title, facts, sample } = card;
  const ended = card.state === 'ended';
  return html`
    <section class="card ${entry.state === 'broken' ? 'broken' : card.state}" aria-live="off">
      ${ended ? nothing : html`<div class="head"><h2>${title}</h2>${stopButton(entry)}</div>`}
      ${ended || share === null ? nothing : bar(share, title)}
      ${
        facts.length > 0
          ? html`<dl>
              ${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
            </dl>`
          : nothing
      }
      ${entry.curve > 1 && !ended ? liveCurve(entry) : nothing}
      ${picture ? curve(curvePath(picture), picture.alt) : nothing}
      ${sample ? html`<figure class="sample"><figcaption>${say(ended ? 'tells' : 'tellsNow')}</figcaption><blockquote>${sample}</blockquote></figure>` : nothing}
    </section>
  `;
}

/** @param {import('./state.js').Entry} entry */
function stopButton({ id, message: { actions } }) {
  const stop = actions.find(({ name }) => name === 'stop');
  if (!stop) return nothing;
  return html`<button class="button" data-action="stop" @click=${() => press(id, stop.name, stop.target)}>${stop.label}</button>`;
}

/** @param {number} share @param {string} title */
function bar(share, title) {
  const percent = Math.floor(share * 100);
  return html`
    <div class="bar">
      <progress max="100" .value=${percent} aria-label="${say('progress')}: ${title}"></progress>
      <span>${new Intl.NumberFormat(state.locale).format(percent)} %</span>
    </div>
  `;
}

/** @param {import('./state.js').Entry} entry */
function liveCurve({ id, curve: points, message }) {
  const facts = message.card?.facts.map(({ label, value }) => `${label}: ${value}`).join(', ') ?? '';
  return curve(`/api/entries/${id}/curve.svg?points=${points}`, `${say('curveNow')}. ${facts}`);
}

/** @param {{ corpus: string, version: string }} of */
export function curvePath({ corpus, version }) {
  return `/api/library/${encodeURIComponent(corpus)}/curves/${encodeURIComponent(version)}`;
}
