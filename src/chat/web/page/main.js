import { chatView, mountChat } from './chat-view.js';
import { html, nothing, render } from './lit/lit-html.js';
import { follow } from './live.js';
import { atBottom, stayAtBottom } from './scrolling.js';
import { load, send } from './server.js';
import { watchDrops } from './staging.js';
import { drawWith, say, state, update } from './state.js';

const root = /** @type {HTMLElement} */ (document.getElementById('page'));

drawWith(() => {
  const stay = atBottom();
  render(page(), root);
  if (stay) stayAtBottom();
});

function page() {
  return html`
    <a class="skip" href="#main">${say('skip')}</a>
    <header class="top">
      <a class="mark" href="/" @click=${go}>${say('title')}</a>
      <nav aria-label=${say('navigation')}>
        ${link('/', say('chat'), state.path === '/')}
        ${link('/library', say('library'), state.path.startsWith('/library'))}
      </nav>
      <button class="language" lang=${other()} @click=${changeLanguage}>${say('otherLanguage')}</button>
    </header>
    ${chatView()}
    <p class="notice" role="alert">${state.notice || nothing}</p>
    <p class="unseen" role="status">${state.whisper}</p>
    ${state.dragging ? html`<div class="drop" aria-hidden="true"><p>${say('drop')}</p></div>` : nothing}
  `;
}

/** @param {string} path @param {string} text @param {boolean} here */
function link(path, text, here) {
  return html`<a href=${path} aria-current=${here ? 'page' : nothing} @click=${go}>${text}</a>`;
}

/** Follows a link of the page within the page. @param {MouseEvent} event */
export function go(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const { pathname } = new URL(/** @type {HTMLAnchorElement} */ (event.currentTarget).href);
  if (pathname !== state.path) history.pushState(null, '', pathname);
  arrive();
}

function arrive() {
  update({ path: location.pathname });
}

function other() {
  return state.locale === 'de' ? 'en' : 'de';
}

async function changeLanguage() {
  await send('/api/language', { language: other() });
  location.reload();
}

addEventListener('popstate', arrive);
const { seen, entries, ...loaded } = await load('/api/state');
update({
  ...loaded,
  entries: new Map(entries.map((/** @type {import('./state.js').Entry} */ entry) => [entry.id, entry])),
});
watchDrops();
mountChat();
follow(seen);
