import { html } from './lit/lit-html.js';
import { say, update } from './state.js';

/** @param {string} text */
export function copyButton(text) {
  return html`<button @click=${() => copy(text)}>${say('copy')}</button>`;
}

/** @param {string} text */
export function saveButton(text) {
  return html`<button @click=${() => save(text)}>${say('download')}</button>`;
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Where the page is not loopback and not https the browser keeps the clipboard to itself.
    copyBySelection(text);
  }
  update({ whisper: say('copied') });
}

/** @param {string} text */
function copyBySelection(text) {
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** @param {string} text */
function save(text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
  link.download = `${
    text
      .split(/\s+/)
      .slice(0, 5)
      .join(' ')
      .replace(/[^\p{L}\p{N} -]/gu, '') || 'story'
  }.txt`;
  link.click();
  URL.revokeObjectURL(link.href);
}
