import { html, nothing } from './lit/lit-html.js';
import { say, state } from './state.js';

/** How a training stands, while it goes on. @param {import('./state.js').Entry} entry */
export function cardView(entry) {
  const { card, paragraphs } = entry.message;
  if (!card) return nothing;
  const { share, title, facts, sample } = card;
  const ended = card.state === 'ended';
  return html`
    <section class="card ${entry.state === 'broken' ? 'broken' : card.state}" aria-live="off">
      ${ended ? nothing : html`<h3>${title}</h3>`}
      ${ended || share === null ? nothing : bar(share, title)}
      ${
        facts.length > 0
          ? html`<dl>
              ${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
            </dl>`
          : nothing
      }
      ${sample ? html`<figure class="sample"><figcaption>${say(ended ? 'tells' : 'tellsNow')}</figcaption><blockquote>${sample}</blockquote></figure>` : nothing}
      ${paragraphs.length === 0 || ended ? nothing : ''}
    </section>
  `;
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
