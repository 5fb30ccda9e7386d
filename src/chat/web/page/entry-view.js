import { cardView, curvePath } from './card-view.js';
import { offerLine } from './composer.js';
import { curve } from './curve.js';
import { html, nothing } from './lit/lit-html.js';
import { press } from './press.js';
import { go } from './routes.js';
import { say } from './state.js';
import { copyButton, saveButton } from './taking-along.js';

/** @typedef {import('./state.js').Entry} Entry */
/** @typedef {import('../../message.ts').Paragraph} Paragraph */

/** One thing that was said. @param {Entry} entry */
export function entryView(entry) {
  return entry.from === 'person' ? asked(entry) : answered(entry);
}

/** @param {Entry} entry */
function asked({ message }) {
  const [line, ...files] = message.paragraphs[0] ?? [];
  return html`
    <article class="entry person" aria-label=${say('you')}>
      <p>${line?.text ?? ''} ${files.map(({ text }) => html`<span class="file">${text}</span>`)}</p>
    </article>
  `;
}

/** @param {Entry} entry */
function answered(entry) {
  const { message, state } = entry;
  return html`
    <article class="entry fabulist ${message.story ? 'tale' : ''}" aria-label=${say('me')}>
      ${
        state === 'waiting'
          ? html`<p class="waiting"><span class="unseen">${say('thinking')}</span><i></i><i></i><i></i></p>`
          : html`<div class="content">${message.story ? tale(entry) : paragraphs(message.paragraphs)} ${cardView(entry)} ${loosePicture(entry)}</div>`
      }
      ${message.file ? fileLink(message.file) : nothing} ${actions(entry)}
    </article>
  `;
}

/** @param {Entry} entry */
function tale({ message }) {
  const [told = [], ...notes] = message.paragraphs;
  return html`
    <p class="told">${told.map(({ text, bold }) => (bold ? html`<span class="opening">${text}</span>` : text))}</p>
    ${notes.map((note) => html`<p class="note">${spans(note)}</p>`)}
  `;
}

/** @param {readonly Paragraph[]} all */
export function paragraphs(all) {
  return all.map((paragraph) => html`<p>${spans(paragraph)}</p>`);
}

/** @param {Paragraph} paragraph */
function spans(paragraph) {
  return paragraph.map(({ text, bold, italic, code }) => {
    // A command that is named can be tried.
    if (code && text.startsWith('/'))
      return html`<button class="command" @click=${() => offerLine(text)}>${text}</button>`;
    if (code) return html`<code>${text}</code>`;
    if (bold) return html`<strong>${text}</strong>`;
    return italic ? html`<em>${text}</em>` : text;
  });
}

/** The picture of a message that shows no training. @param {Entry} entry */
function loosePicture({ message: { card, picture } }) {
  return picture && !card ? curve(curvePath(picture), picture.alt) : nothing;
}

/** @param {{ fileName: string, key: string }} file */
function fileLink({ fileName, key }) {
  return html`
    <p><a class="save" href="/api/files/${key}" download=${fileName}>${say('downloadFile', { name: fileName })}</a></p>
  `;
}

/** @param {Entry} entry */
function actions(entry) {
  const { message } = entry;
  const below = message.actions.filter(({ name }) => name !== 'stop');
  if (below.length === 0 && !message.story) return nothing;
  return html`
    <p class="actions">
      ${below.map(
        ({ name, target }) =>
          html`<button data-action=${name} @click=${() => press(entry.id, name, target)}>${say(name)}</button>`,
      )}
      ${message.story ? html`<a href="/story/${message.story}" @click=${go}>${say('lookInside')}</a><span class="apart">${copyButton(textOf(entry))} ${saveButton(textOf(entry))}</span>` : nothing}
    </p>
  `;
}

/** The story without what is said about it. @param {Entry} entry */
function textOf({ message }) {
  return (message.paragraphs[0] ?? []).map(({ text }) => text).join('');
}
