import { COMMANDS } from '../commands.ts';
import type { Message, Span } from '../message.ts';

const NAMED = new RegExp(
  `(?<![\\p{L}\\p{N}/.])/(?=(?:${COMMANDS.map(({ name }) => name).join('|')})(?![\\p{L}\\p{N}/]))`,
  'gu',
);

/**
 * A message that names our commands as they are called in this workspace: `/fab-train` where the prefix is `fab-`. Told
 * text, which is none of ours, stays as it is.
 */
export function prefixed(message: Message, prefix: string): Message {
  const isStory = message.actions?.some(({ name }) => name === 'continue');
  if (prefix === '' || isStory) return message;
  const named = (span: Span): Span => (span.italic ? span : { ...span, text: span.text.replace(NAMED, `/${prefix}`) });
  return { ...message, paragraphs: message.paragraphs.map((spans) => spans.map(named)) };
}
