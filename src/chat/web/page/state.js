/**
 * What the page knows. Every change goes through `update`, which has the page drawn anew, once for all changes of a moment.
 *
 * @typedef {import('../entry.ts').Entry} KeptEntry
 * @typedef {Omit<KeptEntry, 'points'> & { curve: number, curveAlt?: string }} Entry
 * @typedef {import('../page-texts-en.ts').PageTexts & Record<'continue' | 'retell' | 'undo' | 'stop', string>} Texts
 * @typedef {import('../suggestions.ts').Suggestion} Suggestion
 * @typedef {{ name: string, key: string | null }} Staged A file on its way (null) or ready to be learned.
 *
 * @typedef {object} State
 * @property {'en' | 'de'} locale
 * @property {Texts} texts
 * @property {Map<number, Entry>} entries
 * @property {boolean} answered whether an answer has come that was not drawn yet
 * @property {string} path the address that is looked at
 * @property {boolean} connected
 * @property {string} notice one sentence for everybody's eyes and ears, or empty
 * @property {string} whisper one sentence for screen readers
 * @property {string} line
 * @property {readonly Staged[]} staged
 * @property {readonly Suggestion[]} suggestions
 * @property {number} chosen the suggestion that is chosen, -1 for none
 * @property {boolean} dragging
 * @property {number} maxUpload
 */

/** @type {State} */
export const state = {
  locale: 'en',
  texts: /** @type {Texts} */ ({}),
  entries: new Map(),
  answered: false,
  path: location.pathname,
  connected: true,
  notice: '',
  whisper: '',
  line: '',
  staged: [],
  suggestions: [],
  chosen: -1,
  dragging: false,
  maxUpload: 0,
};

/** @type {() => void} */
let draw = () => undefined;
let drawing = false;

/** @param {() => void} how draws the page */
export function drawWith(how) {
  draw = how;
}

/** @param {Partial<State>} changes */
export function update(changes = {}) {
  Object.assign(state, changes);
  if (drawing) return;
  drawing = true;
  queueMicrotask(() => {
    drawing = false;
    draw();
  });
}

/** Takes back what was said to everybody's eyes, once it is read; but for what is still so. */
export function dismissNotice() {
  if (state.connected) update({ notice: '' });
}

/**
 * A text in the reader's language, its `{name}`s filled in.
 *
 * @param {keyof Texts} name
 * @param {Record<string, string | number>} [values]
 */
export function say(name, values = {}) {
  return (state.texts[name] ?? '').replace(/\{(\w+)\}/g, (all, key) => String(values[key] ?? all));
}
