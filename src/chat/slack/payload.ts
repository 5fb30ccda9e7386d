import type { types } from '@slack/bolt';
import type { Message, MessageAction } from '../message.ts';
import { buttonValue } from './button-value.ts';

/** What Slack takes on a button, and as an alternative to blocks where only text can be shown, such as a notification. */
const LONGEST_LABEL = 75;
const LONGEST_TEXT = 3_000;

/** What is sent to Slack for one message, new or edited. */
export interface Payload {
  readonly text: string;
  readonly blocks: types.KnownBlock[];
  /** Shows how something goes on, until another shows what came of it. */
  readonly passing?: boolean;
}

/** One message. buttons: on the last of the messages that a reply takes. */
export function payloadOf(
  sections: readonly string[],
  buttons: readonly types.Button[] = [],
  passing = false,
): Payload {
  const blocks: types.KnownBlock[] = sections.map((text) => section(text));
  if (buttons.length > 0) blocks.push({ type: 'actions', elements: [...buttons] });
  return { text: shortened(sections.join('\n')), blocks, ...(passing && { passing }) };
}

/** verbatim: Slack makes no links and no mentions of what merely looks like some. */
export function section(text: string): types.SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

/** The buttons of a message; index and earlier: see `buttonValue`. */
export function buttonsOf({ actions = [] }: Message, index: number, earlier: readonly string[]): types.Button[] {
  return actions.map((action) => button(action, index, earlier));
}

function button({ name, label, target }: MessageAction, index: number, earlier: readonly string[]): types.Button {
  return {
    type: 'button',
    text: { type: 'plain_text', text: label.slice(0, LONGEST_LABEL), emoji: false },
    action_id: name,
    value: buttonValue(name, target, index, earlier),
    ...(name === 'continue' && { style: 'primary' }),
    ...(name === 'stop' && { style: 'danger' }),
  };
}

function shortened(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  // Not in the middle of an escape.
  return `${text.slice(0, LONGEST_TEXT - 1).replace(/&[a-z]{0,3}$|[\ud800-\udbff]$/u, '')}…`;
}
