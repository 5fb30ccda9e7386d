import { html } from './lit/lit-html.js';

/** A picture that the server draws, in the reader's colours and for the width there is. @param {string} path @param {string} alt */
export function curve(path, alt) {
  const at = (/** @type {string} */ theme, /** @type {string} */ size) =>
    `${path}${path.includes('?') ? '&' : '?'}theme=${theme}&size=${size}`;
  return html`
    <picture class="curve">
      <source media="(max-width: 30rem) and (prefers-color-scheme: dark)" srcset=${at('dark', 'narrow')} />
      <source media="(max-width: 30rem)" srcset=${at('light', 'narrow')} />
      <source media="(prefers-color-scheme: dark)" srcset=${at('dark', 'wide')} />
      <img src=${at('light', 'wide')} alt=${alt} />
    </picture>
  `;
}
