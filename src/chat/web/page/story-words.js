import { number } from './figures.js';
import { html, nothing } from './lit/lit-html.js';
import { say, update } from './state.js';

/** @typedef {import('./story-view.js').Word} Word */
/** @typedef {import('./story-view.js').Candidate} Candidate */

/** Milliseconds that the candidates stay when the pointer has left them: long enough to reach them. */
const LINGER = 250;

/** The word whose candidates are shown, and whether until they are put away; -1 for none. */
let open = -1;
let pinned = false;
/** The word that the Tab key reaches. */
let current = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let leaving;

export function forgetChoice() {
  open = -1;
  pinned = false;
  current = 0;
}

/** The white space before a word. @param {Word} word */
export function blankBefore({ text }) {
  return text.slice(0, text.length - text.trimStart().length);
}

/** @param {Word} word @param {number} at @param {number | undefined} branchedAt where the story took another way */
export function wordView(word, at, branchedAt) {
  return html`<span
      class="word ${at === open ? 'open' : ''} ${at === branchedAt ? 'turn' : ''}"
      role="button"
      id="word-${at}"
      tabindex=${at === current ? '0' : '-1'}
      aria-expanded=${at === open ? 'true' : 'false'}
      aria-controls="candidates"
      @pointerenter=${(/** @type {PointerEvent} */ event) => event.pointerType === 'mouse' && hover(at)}
      @pointerleave=${leave}
      @click=${() => pin(at)}
      >${word.text.trimStart()}</span>`;
}

/** The candidates of the word that is looked at. @param {readonly Word[]} words @param {(at: number, candidate: Candidate) => void} take */
export function candidates(words, take) {
  const word = words[open];
  const at = open;
  return html`
    <div
      id="candidates"
      class="candidates"
      role="group"
      aria-label=${word ? say('candidatesOf', { word: word.text.trim() }) : nothing}
      ?hidden=${!word}
      @pointerenter=${stay}
      @pointerleave=${leave}
      @keydown=${candidateKeys}
    >
      ${
        word
          ? html`
            <p>${word.candidates.length > 0 ? say('candidatesTitle') : say('candidatesNone')}</p>
            ${word.candidates.map((candidate) => row(candidate, candidate.symbol === word.symbol, () => take(at, candidate)))}
          `
          : nothing
      }
    </div>
  `;
}

/** @param {Candidate} candidate @param {boolean} told @param {() => void} take */
function row({ text, probability }, told, take) {
  const share =
    probability < 0.001 ? `<${number(0.1, 1)} %` : `${number(probability * 100, probability < 0.1 ? 1 : 0)} %`;
  const word = text.trim();
  return html`
    <button class=${told ? 'told-one' : ''} ?disabled=${told} @click=${take}>
      <span class="symbol"><span class="unseen">${say(told ? 'candidateTold' : 'candidateTake')}</span> ${word}</span>
      <meter min="0" max="1" .value=${probability} aria-hidden="true"></meter>
      <span class="share">${share}</span>
    </button>
  `;
}

/** @param {number} at */
function hover(at) {
  clearTimeout(leaving);
  if (!pinned && open !== at) show(at);
}

function stay() {
  clearTimeout(leaving);
}

function leave() {
  clearTimeout(leaving);
  // Pinned meanwhile, they stay: a finger leaves the word that it taps, and a mouse what a key has opened.
  leaving = setTimeout(() => {
    if (!pinned) show(-1);
  }, LINGER);
}

/** @param {number} at */
function pin(at) {
  const again = pinned && open === at;
  pinned = !again;
  current = at;
  show(again ? -1 : at);
}

/** @param {number} at */
function show(at) {
  open = at;
  update();
  queueMicrotask(place);
}

/** Puts the candidates below their word, within the column. */
function place() {
  const word = document.getElementById(`word-${open}`);
  const box = document.getElementById('candidates');
  if (!word || !box) return;
  const [line] = word.getClientRects();
  if (!line) return;
  // On a phone it is a sheet at the foot of the screen.
  if (getComputedStyle(box).position === 'fixed') {
    box.removeAttribute('style');
    // The word stays in view above it, unless a mouse hovers, under which the page must not move.
    const below = line.bottom - box.getBoundingClientRect().top;
    if (pinned && below > 0) scrollBy({ top: below + line.height, behavior: 'instant' });
    return;
  }
  const column = /** @type {HTMLElement} */ (box.offsetParent).getBoundingClientRect();
  const most = column.width - box.offsetWidth;
  box.style.left = `${Math.max(0, Math.min(most, line.left - column.left - 12))}px`;
  box.style.top = `${line.bottom - column.top + 2}px`;
}

/** The arrow keys walk along the words; Enter shows what else was likely. @param {KeyboardEvent} event */
export function wordKeys(event) {
  const last = document.querySelectorAll('.word').length - 1;
  const steps = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: last };
  if (event.key === 'Enter' || event.key === ' ') {
    pinned = true;
    show(current);
    queueMicrotask(() =>
      /** @type {HTMLElement | null} */ (document.querySelector('.candidates button:not(:disabled)'))?.focus(),
    );
  } else if (event.key === 'Escape') close();
  else if (event.key in steps) {
    current = Math.max(0, Math.min(last, steps[/** @type {keyof typeof steps} */ (event.key)]));
    if (open >= 0) show(current);
    else update();
    queueMicrotask(() => document.getElementById(`word-${current}`)?.focus());
  } else return;
  event.preventDefault();
}

/** @param {KeyboardEvent} event */
function candidateKeys(event) {
  const box = /** @type {HTMLElement} */ (event.currentTarget);
  const buttons = /** @type {HTMLElement[]} */ ([...box.querySelectorAll('button:not(:disabled)')]);
  const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (event.key === 'ArrowDown') buttons[(at + 1) % buttons.length]?.focus();
  else if (event.key === 'ArrowUp') buttons.at(at - 1)?.focus();
  else if (event.key === 'Escape') {
    document.getElementById(`word-${open}`)?.focus();
    close();
  } else return;
  event.preventDefault();
}

function close() {
  pinned = false;
  show(-1);
}

/** Puts the candidates away when somebody presses elsewhere. */
export function watchPresses() {
  addEventListener('pointerdown', ({ target }) => {
    if (open >= 0 && target instanceof Element && !target.closest('.word, .candidates')) close();
  });
}
