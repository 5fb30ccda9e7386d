import type { Message } from '../message.ts';
import { type Markup, partsOf } from '../message-parts.ts';
import type { Texts } from '../texts/texts.ts';
import { markdown } from './inert-text.ts';

/** Characters that Discord takes in one message. */
const LIMIT = 2_000;

const MARKDOWN: Markup = {
  limit: LIMIT,
  longestWord: 400,
  // Every character may need a backslash, and the marks around it.
  fits: (sentence) => 2 * sentence.length + 4 <= LIMIT,
  mark: markdown,
  line: (stretches) => stretches.join(''),
};

/** A message's text as Discord shows it, in as many messages as it takes. */
export function contentsOf(message: Message, texts: Texts): string[] {
  const said = partsOf(message, texts, MARKDOWN).filter((content) => content !== '');
  // Discord refuses an empty message.
  return said.length > 0 ? said : ['…'];
}
