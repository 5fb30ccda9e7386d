import { load } from './server.js';
import { say, state, update } from './state.js';

/** @typedef {import('./state.js').Entry} Entry */

/** Milliseconds until a connection that the browser has given up is tried again. */
const AGAIN = 1_000;
/** Milliseconds that a tab nobody looks at stays connected: a browser has few connections for all tabs of a site. */
const HIDDEN = 60_000;

/** The last change that was seen. */
let seen = '';
/** @type {() => void} */
let ended = () => undefined;
/** @type {EventSource | undefined} */
let source;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Keeps the conversation in step with the server, whatever becomes of the connection.
 *
 * @param {string} from the last change that was seen
 * @param {() => void} then called when something has ended: what other views show may have changed
 */
export function follow(from, then) {
  seen = from;
  ended = then;
  connect();
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') timer = setTimeout(disconnect, HIDDEN);
    else if (!source) connect();
  });
}

function connect() {
  source = new EventSource(`/api/events?after=${seen}`);
  source.addEventListener('open', () => {
    if (!state.connected) update({ connected: true, notice: '', whisper: say('back') });
  });
  source.addEventListener('conversation', (event) => take(event, new Map()));
  source.addEventListener('entries', (event) => take(event, new Map(state.entries)));
  source.addEventListener('error', () => {
    if (state.connected) update({ connected: false, notice: say('lost') });
    // The browser goes on by itself where it can; where it cannot, it says so.
    if (source?.readyState !== EventSource.CLOSED) return;
    disconnect();
    // Asked first by a way that leads to the door where the session is over.
    timer = setTimeout(
      () =>
        void load('/api/state')
          .catch(() => undefined)
          .then(connect),
      AGAIN,
    );
  });
}

function disconnect() {
  source?.close();
  source = undefined;
}

/** @param {MessageEvent<string>} event @param {typeof state.entries} entries to which those of the event are added */
function take(event, entries) {
  seen = event.lastEventId;
  /** @type {Entry[]} */
  const changed = JSON.parse(event.data);
  const before = state.entries;
  for (const entry of changed) {
    whisper(before.get(entry.id), entry);
    entries.set(entry.id, entry);
  }
  update({ entries, answered: state.answered || changed.some((entry) => isAnswer(before.get(entry.id), entry)) });
  if (changed.some(({ state: how, message }) => how !== 'waiting' && message.card?.state !== 'running')) ended();
}

/** Whether something was waited for, and is there now. @param {Entry | undefined} before @param {Entry} after */
function isAnswer(before, after) {
  return after.from !== 'person' && after.state !== 'waiting' && (!before || before.state === 'waiting');
}

/**
 * A training changes several times a second; who listens is told every quarter of the way.
 *
 * @param {Entry | undefined} before
 * @param {Entry} after
 */
function whisper(before, after) {
  const { card } = after.message;
  const quarter = (/** @type {number | null | undefined} */ share) => Math.floor((share ?? 0) * 4);
  if (!card || card.share === null || quarter(card.share) <= quarter(before?.message.card?.share)) return;
  update({ whisper: say('announceShare', { title: card.title, share: `${Math.floor(card.share * 100)} %` }) });
}
