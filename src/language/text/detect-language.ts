import { detect } from 'tinyld';

/** Letters are enough to tell a language after a few paragraphs; reading a whole novel would only take longer. */
const ENOUGH = 20_000;

/** The language of a text as an ISO 639-1 code, or `und` where it cannot be told. */
export function detectLanguage(text: string): string {
  return detect(text.slice(0, ENOUGH)) || 'und';
}
