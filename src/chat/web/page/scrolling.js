/** Pixels from the end within which somebody is taken to read the end. */
const NEAR = 80;
/** Pixels that are left above what is read from its beginning. */
const MARGIN = 12;

/** Whether the end of the page is in view. */
export function atBottom() {
  return innerHeight + scrollY >= document.documentElement.scrollHeight - NEAR;
}

/** Shows what has grown at the end. */
export function stayAtBottom() {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
}

/** The same, but no further than to what was said last and the line that it answers: it is read from its beginning. */
export function showAnswer() {
  const answer = document.querySelector('.talk > .entry:last-child');
  const line = answer?.previousElementSibling;
  const first = line?.classList.contains('person') ? line : answer;
  const top = first ? first.getBoundingClientRect().top + scrollY - MARGIN : Number.POSITIVE_INFINITY;
  scrollTo({ top: Math.min(top, document.documentElement.scrollHeight), behavior: 'instant' });
}
