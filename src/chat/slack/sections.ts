import type { Message } from '../message.ts';
import { type Markup, partsOf } from '../message-parts.ts';
import type { Texts } from '../texts/texts.ts';
import { mrkdwn } from './inert-text.ts';

/** Characters that Slack takes in one section. */
const LIMIT = 3_000;
/** Sections of one message: Slack refuses much longer ones, without saying where its limit is. */
const SECTIONS = 4;
/** What keeps our own marks apart from letters beside them: without it Slack takes them for plain ones. */
const BREAK = '\u200b';

const MRKDWN: Markup = {
  limit: LIMIT,
  longestWord: 200,
  // Whatever it looks like: text in code is written otherwise.
  fits: (text) => [{ bold: true }, { code: true }].every((look) => mrkdwn({ text, ...look }).length + 4 <= LIMIT),
  mark: mrkdwn,
  line: (stretches) => stretches.reduce(joined, ''),
};

/** A message's text as Slack shows it: the texts of the sections of each of the messages that it takes. */
export function sectionsOf(message: Message, texts: Texts): string[][] {
  // Slack refuses an empty section.
  const said = partsOf(message, texts, MRKDWN).filter((text) => text.replaceAll(BREAK, '').trim() !== '');
  if (said.length === 0) return [['…']];
  const messages: string[][] = [];
  while (said.length > 0) messages.push(said.splice(0, SECTIONS));
  return messages;
}

/** Two stretches side by side. */
function joined(before: string, after: string): string {
  return /[*_`\p{L}\p{N}]$/u.test(before) && /^[*_`\p{L}\p{N}]/u.test(after) ? before + BREAK + after : before + after;
}
