import { sayLine } from './composer.js';
import { entryView } from './entry-view.js';
import { repeat } from './lit/directives/repeat.js';
import { html } from './lit/lit-html.js';
import { stayAtBottom } from './scrolling.js';
import { say, state } from './state.js';

/** The conversation. The line is at the foot of the page. */
export function chatView() {
  const entries = [...state.entries.values()].sort((one, other) => one.id - other.id);
  return html`
    <main id="main" class="chat">
      <h1 class="unseen">${say('chat')}</h1>
      ${entries.length === 0 ? invitation() : ''}
      <div class="talk" role="log" aria-label=${say('talk')}>
        ${repeat(entries, ({ id }) => id, entryView)}
      </div>
    </main>
  `;
}

/** What somebody sees who has never been here. */
function invitation() {
  const line = `/story ${say('emptyExample')}`;
  return html`
    <section class="invitation">
      <h2>${say('emptyTitle')}</h2>
      <p>${say('emptyText')}</p>
      <p class="try">
        <button class="quill" @click=${() => sayLine(line)} aria-label="${say('emptyTry')}: ${line}">
          <span class="hint">${say('emptyTry')}</span>
          <span class="words"><span class="slash">/story</span> ${say('emptyExample')}<span class="caret"></span></span>
        </button>
      </p>
      <div class="doors">
        <button @click=${() => document.getElementById('file')?.click()}>
          <strong>${say('emptyTrain')}</strong>
          <span>${say('emptyTrainText')}</span>
        </button>
        <button @click=${() => sayLine('/corpora')}>
          <strong>${say('emptyLibrary')}</strong>
          <span>${say('emptyLibraryText')}</span>
        </button>
      </div>
    </section>
  `;
}

/** Shows the end of the conversation, or the beginning of the invitation, where somebody comes to it, and lets them type. */
export function arriveAtChat() {
  queueMicrotask(() => {
    if (state.entries.size > 0) stayAtBottom();
    else scrollTo(0, 0);
    document.getElementById('line')?.focus({ preventScroll: true });
  });
}
