import { update } from './state.js';

/** @type {() => void} */
let arrived = () => undefined;

/** @param {() => void} then called when another address is looked at */
export function onArrival(then) {
  arrived = then;
  addEventListener('popstate', arrive);
}

/** Goes to an address of the page. @param {string} path */
export function goTo(path) {
  if (path !== location.pathname) history.pushState(null, '', path);
  arrive();
}

/** Follows a link of the page within the page. @param {MouseEvent} event */
export function go(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  goTo(new URL(/** @type {HTMLAnchorElement} */ (event.currentTarget).href).pathname);
}

function arrive() {
  update({ path: location.pathname });
  arrived();
}

/** The address of a corpus. @param {string} name */
export function corpusPath(name) {
  return `/library/${encodeURIComponent(name)}`;
}
