import { arriveAtChat, chatView } from './chat-view.js';
import { composer } from './composer.js';
import { corpusView, loadCorpus } from './corpus-view.js';
import { libraryView, loadLibrary } from './library-view.js';
import { html, nothing, render } from './lit/lit-html.js';
import { follow } from './live.js';
import { go, onArrival } from './routes.js';
import { atBottom, showAnswer, stayAtBottom } from './scrolling.js';
import { load, send } from './server.js';
import { watchDrops } from './staging.js';
import { dismissNotice, drawWith, say, state, update } from './state.js';
import { loadStory, storyView } from './story-view.js';
import { watchPresses } from './story-words.js';

const root = /** @type {HTMLElement} */ (document.getElementById('page'));

/** Whether there was a conversation to be read when the page was drawn last. */
let talked = false;

drawWith(() => {
  const talks = state.path === '/' && state.entries.size > 0;
  // A conversation is followed at its end; an invitation has to be read from its beginning.
  const stay = talks && (!talked || atBottom());
  const focused = document.activeElement;
  render(page(), root);
  talked = talks;
  if (stay && state.answered) showAnswer();
  else if (stay) stayAtBottom();
  state.answered = false;
  // What was pressed may be gone. Under a finger, the line would bring the keyboard with it.
  if (focused && !focused.isConnected && matchMedia('(pointer: fine)').matches)
    document.getElementById('line')?.focus({ preventScroll: true });
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
    ${view()}
    <div class="foot">
      <p class="notice" role="alert">${state.notice || nothing}</p>
      ${state.path === '/' ? composer() : nothing}
    </div>
    <p class="unseen" role="status">${state.whisper}</p>
    ${state.dragging ? html`<div class="drop" aria-hidden="true"><p>${say('drop')}</p></div>` : nothing}
  `;
}

function view() {
  if (state.path === '/library') return libraryView();
  if (state.path.startsWith('/library/')) return corpusView();
  if (state.path.startsWith('/story/')) return storyView();
  return chatView();
}

/** @param {string} path @param {string} text @param {boolean} here */
function link(path, text, here) {
  return html`<a href=${path} aria-current=${here ? 'page' : nothing} @click=${go}>${text}</a>`;
}

function other() {
  return state.locale === 'de' ? 'en' : 'de';
}

async function changeLanguage() {
  await send('/api/language', { language: other() });
  location.reload();
}

/** Loads what a view shows. */
async function prepare() {
  const [, place, name] = state.path.split('/');
  if (place === 'story' && name !== undefined) return loadStory(name);
  if (place !== 'library') return;
  if (name === undefined) await loadLibrary();
  else await loadCorpus(decodeURIComponent(name));
}

async function arrive() {
  dismissNotice();
  if (state.path === '/') {
    arriveAtChat();
    return;
  }
  scrollTo(0, 0);
  await prepare().catch(() => update({ notice: say('failed') }));
  // Whoever listens is told where they are.
  queueMicrotask(() => root.querySelector('h1')?.focus({ preventScroll: true }));
}

const { seen, entries, ...loaded } = await load('/api/state');
/** @type {import('./state.js').Entry[]} */
const known = entries;
update({ ...loaded, entries: new Map(known.map((entry) => [entry.id, entry])) });
onArrival(arrive);
watchDrops();
watchPresses();
follow(seen, () => void prepare().catch(() => undefined));
void arrive();
