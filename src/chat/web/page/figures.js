import { state } from './state.js';

/** The reader's own way of writing figures and days, where the page speaks their language. */
function locale() {
  return navigator.languages.find((tag) => tag.startsWith(state.locale)) ?? (state.locale === 'en' ? 'en-GB' : 'de');
}

/** @param {number} value @param {number} [digits] behind the point at most */
export function number(value, digits = 0) {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

/** How many of a hundred; only what is always right is 100. @param {number} share */
export function ofHundred(share) {
  return number(share < 1 ? Math.min(99, Math.round(share * 100)) : 100);
}

/** @param {string} iso */
export function day(iso) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** @param {number | null} share */
export function percent(share) {
  return `${number(Math.floor((share ?? 0) * 100))} %`;
}
