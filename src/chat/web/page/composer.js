import { live } from './lit/directives/live.js';
import { html, nothing } from './lit/lit-html.js';
import { stayAtBottom } from './scrolling.js';
import { load, send } from './server.js';
import { stage, unstage } from './staging.js';
import { dismissNotice, say, state, update } from './state.js';

/** Milliseconds after the last key until suggestions are asked for. */
const PAUSE = 80;

/** The lines that were sent, and which of them is looked at. */
/** @type {string[]} */
const sent = [];
let recalled = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** Counts the questions, so that a late answer does not replace a later one. */
let asked = 0;

/** Where a line is typed, with what could come next above it. */
export function composer() {
  const learns = state.line.trim().startsWith('/train') && state.staged.length > 0;
  const open = state.suggestions.length > 0;
  return html`
    <form class="composer" aria-label=${say('line')} @submit=${submit}>
      ${open ? suggestionList() : nothing}
      ${state.staged.length > 0 ? html`<ul class="staged">${state.staged.map(chip)}</ul>` : nothing}
      <div class="row">
        <button type="button" class="hand" aria-label=${say('choose')} title=${say('choose')} @click=${chooseFile}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 3.500h8l4 4V20.500H6z M14 3.500v4h4 M12 17.500v-6.500 M9 13.500l3-3 3 3" /></svg>
        </button>
        <input type="file" id="file" class="unseen" tabindex="-1" aria-label=${say('choose')} accept=".txt,.md,.html,.htm,.xhtml,.epub,text/plain" multiple @change=${chosen} />
        <input
          id="line"
          class="line"
          type="text"
          role="combobox"
          autocomplete="off"
          autocapitalize="sentences"
          enterkeyhint="send"
          maxlength="10000"
          aria-label=${say('line')}
          aria-autocomplete="list"
          aria-expanded=${open ? 'true' : 'false'}
          aria-controls="suggestions"
          aria-activedescendant=${state.chosen >= 0 ? `suggestion-${state.chosen}` : nothing}
          placeholder=${say('placeholder')}
          .value=${live(state.line)}
          @input=${typed}
          @keydown=${pressed}
          @blur=${() => update({ suggestions: [], chosen: -1 })}
        />
        <button class="primary" ?disabled=${state.line.trim() === '' && state.staged.length === 0}>
          ${learns ? say('learn') : say('say')}
        </button>
      </div>
    </form>
  `;
}

function suggestionList() {
  return html`
    <ul id="suggestions" class="suggestions" role="listbox" aria-label=${say('suggestions')}>
      ${state.suggestions.map(
        ({ label, detail }, at) => html`
          <li
            id="suggestion-${at}"
            role="option"
            aria-selected=${at === state.chosen ? 'true' : 'false'}
            @mousedown=${(/** @type {MouseEvent} */ event) => {
              event.preventDefault();
              takeSuggestion(at);
            }}
          >
            <span class="label">${label}</span> ${detail ? html`<span class="detail">${detail}</span>` : nothing}
          </li>
        `,
      )}
    </ul>
  `;
}

/** @param {import('./state.js').Staged} staged */
function chip(staged) {
  const name = say('takeBack', { name: staged.name });
  return html`
    <li class=${staged.key === null ? 'coming' : ''}>
      <span>${staged.name}</span>
      <button type="button" aria-label=${name} title=${name} @click=${() => unstage(staged)}><svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2.500 2.500l7 7M9.500 2.500l-7 7" /></svg></button>
    </li>
  `;
}

function chooseFile() {
  document.getElementById('file')?.click();
}

/** @param {Event} event */
function chosen(event) {
  const input = /** @type {HTMLInputElement} */ (event.currentTarget);
  stage([...(input.files ?? [])]);
  input.value = '';
}

/** @param {Event} event */
function typed(event) {
  dismissNotice();
  setLine(/** @type {HTMLInputElement} */ (event.currentTarget).value);
}

/** @param {string} line */
function setLine(line) {
  update({ line, chosen: -1 });
  clearTimeout(timer);
  timer = setTimeout(suggest, PAUSE);
}

async function suggest() {
  const question = ++asked;
  const { line } = state;
  const suggestions =
    line === '' ? [] : await load(`/api/suggestions?line=${encodeURIComponent(line)}`).catch(() => []);
  if (question !== asked || line !== state.line) return;
  const whisper = suggestions.length > 0 ? say('suggestionsFound', { count: suggestions.length }) : '';
  update({ suggestions, chosen: -1, whisper });
}

function forgetSuggestions() {
  asked++;
  clearTimeout(timer);
  update({ suggestions: [], chosen: -1 });
}

/** Marks a suggestion, and has the list show it. @param {number} at */
function choose(at) {
  update({ chosen: at });
  queueMicrotask(() => document.getElementById(`suggestion-${at}`)?.scrollIntoView({ block: 'nearest' }));
}

/** @param {number} at */
function takeSuggestion(at) {
  const line = state.suggestions[at]?.line;
  if (line !== undefined) setLine(line);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const { suggestions, chosen: at } = state;
  const open = suggestions.length > 0;
  const namesCommand = /^\/\S*$/.test(state.line);
  if (event.key === 'Escape' && open) forgetSuggestions();
  else if (event.key === 'ArrowDown' && open) choose((at + 1) % suggestions.length);
  else if (event.key === 'ArrowUp' && open) choose((at <= 0 ? suggestions.length : at) - 1);
  else if (event.key === 'ArrowUp' && sent.length > 0) recall(-1);
  else if (event.key === 'ArrowDown' && recalled < sent.length) recall(1);
  else if (
    (event.key === 'Tab' && !event.shiftKey && open && (at >= 0 || namesCommand)) ||
    (event.key === 'Enter' && at >= 0)
  )
    takeSuggestion(Math.max(0, at));
  else return;
  event.preventDefault();
}

/** @param {number} step */
function recall(step) {
  recalled = Math.max(0, Math.min(sent.length, recalled + step));
  update({ line: sent[recalled] ?? '' });
}

/** @param {Event} event */
function submit(event) {
  event.preventDefault();
  forgetSuggestions();
  void sayLine(state.line);
}

/** Sends a line, with the files that lie ready where it is one that takes them. @param {string} line */
export async function sayLine(line) {
  const takes = line.trim() === '' || line.trim().startsWith('/train');
  const staged = takes ? state.staged : [];
  if ((line.trim() === '' && staged.length === 0) || staged.some(({ key }) => key === null)) return;
  // Whoever reads further up follows what they say.
  if (state.entries.size > 0) stayAtBottom();
  const before = state.line;
  dismissNotice();
  update({ line: '', staged: state.staged.filter((one) => !staged.includes(one)) });
  try {
    await send('/api/say', { line, uploads: staged.map(({ key }) => key) });
    if (sent.at(-1) !== line) sent.push(line);
    recalled = sent.length;
  } catch {
    update({ line: before || line, notice: say('notSent'), staged: [...staged, ...state.staged] });
  }
}

/** Puts a line there for somebody to finish. @param {string} line */
export function offerLine(line) {
  setLine(line);
  // Once the line is there: another view may have been looked at.
  queueMicrotask(() => document.getElementById('line')?.focus());
}
