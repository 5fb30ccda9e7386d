/** Pixels from the end within which somebody is taken to read the end. */
const NEAR = 80;

/** Whether the end of the page is in view. */
export function atBottom() {
  return innerHeight + scrollY >= document.documentElement.scrollHeight - NEAR;
}

/** Shows what has grown at the end. */
export function stayAtBottom() {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
}
