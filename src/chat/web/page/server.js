/** What goes from the page to the server. Throws where it is not reached; `Refused` where it says no. */

export class Refused extends Error {
  /** @param {number} status @param {string} sentence what the server says about it, or empty */
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** @param {string} path @param {RequestInit} [init] @returns {Promise<Response>} */
async function ask(path, init) {
  const response = await fetch(path, init);
  if (response.ok) return response;
  // The password was changed, or the session is over.
  if (response.status === 401) location.assign('/door');
  const said = await response.json().catch(() => ({}));
  throw new Refused(response.status, said.sentence ?? '');
}

/** @param {string} path @returns {Promise<any>} what its JSON holds; each caller says what that is */
export async function load(path) {
  return (await ask(path)).json();
}

/** @param {string} path @param {object} body @returns {Promise<Response>} */
export function send(path, body) {
  return ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

/** @param {File} file @returns {Promise<string>} the key by which it is learned from */
export async function upload(file) {
  const response = await ask(`/api/uploads?name=${encodeURIComponent(file.name)}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: file,
  });
  return (await response.json()).key;
}
