import { Refused, upload } from './server.js';
import { dismissNotice, say, state, update } from './state.js';

const COMMAND = '/train ';

/** Hands files over: they lie in the line until they are sent to be learned. @param {Iterable<File>} files */
export function stage(files) {
  dismissNotice();
  for (const file of files) stageOne(file);
  if (!state.line.trim().startsWith('/train') && state.staged.length > 0) update({ line: COMMAND });
  document.getElementById('line')?.focus();
}

/** @param {File} file */
async function stageOne(file) {
  const { name } = file;
  const most = Math.floor(state.maxUpload / 2 ** 20);
  if (file.size > state.maxUpload) return update({ notice: say('uploadTooLarge', { name, most }) });
  /** @type {import('./state.js').Staged} */
  const staged = { name, key: null };
  update({ staged: [...state.staged, staged], whisper: say('sending', { name }) });
  try {
    staged.key = await upload(file);
    update({ whisper: say('staged', { name }) });
  } catch (error) {
    unstage(staged);
    update({ notice: (error instanceof Refused && error.message) || say('uploadFailed', { name }) });
  }
}

/** @param {import('./state.js').Staged} staged */
export function unstage(staged) {
  const left = state.staged.filter((one) => one !== staged);
  // With the last file goes the command that came with the first, unless somebody has written on.
  const line = left.length === 0 && state.line === COMMAND ? '' : state.line;
  update({ staged: left, line });
}

/** A file may be dropped anywhere on the page. */
export function watchDrops() {
  /** @param {DragEvent} event */
  const holdsFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    if (!state.dragging) update({ dragging: true });
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null && state.dragging) update({ dragging: false });
  });
  addEventListener('drop', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    update({ dragging: false });
    stage(event.dataTransfer?.files ?? []);
  });
}
