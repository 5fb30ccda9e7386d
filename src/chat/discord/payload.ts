import { ButtonStyle, ComponentType, MessageFlags, type RawFile } from 'discord.js';
import type { ActionName } from '../commands.ts';
import type { Message, MessageAction } from '../message.ts';
import { customId } from './custom-id.ts';

const STYLES: Readonly<Record<ActionName, ButtonStyle>> = {
  continue: ButtonStyle.Primary,
  retell: ButtonStyle.Secondary,
  undo: ButtonStyle.Secondary,
  stop: ButtonStyle.Danger,
};
/** What Discord takes on a button. */
const LONGEST_LABEL = 80;
const LONGEST_ALT = 1_024;

/** What is sent to Discord for one message, new or edited. */
export interface Payload {
  readonly body: Readonly<Record<string, unknown>>;
  readonly files: RawFile[];
}

/** The last of the messages that a reply takes, with everything that is not text; index and earlier: see `customId`. */
export function lastPayload(content: string, message: Message, index: number, earlier: readonly string[]): Payload {
  const { actions = [], picture, file } = message;
  const files: RawFile[] = [];
  if (picture) files.push({ name: 'learning-curve.png', data: Buffer.from(picture.png), contentType: 'image/png' });
  if (file) files.push({ name: file.fileName, data: Buffer.from(file.bytes) });
  const buttons = actions.map((action) => button(action, index, earlier));
  const attachments = files.map(({ name }, at) => ({
    id: String(at),
    filename: name,
    ...(at === 0 && picture && { description: picture.alt.slice(0, LONGEST_ALT) }),
  }));
  const row = { type: ComponentType.ActionRow, components: buttons };
  return payload(content, { components: buttons.length > 0 ? [row] : [], attachments }, files);
}

/** One of the others. */
export function textPayload(content: string): Payload {
  return payload(content, { components: [], attachments: [] }, []);
}

function payload(content: string, rest: object, files: RawFile[]): Payload {
  // By default Discord lets the text of a reply ping; and told text is never to unfold into a preview of a link.
  return {
    body: { content, allowed_mentions: { parse: [] }, flags: MessageFlags.SuppressEmbeds, ...rest },
    files,
  };
}

function button({ name, label, target }: MessageAction, index: number, earlier: readonly string[]) {
  return {
    type: ComponentType.Button,
    style: STYLES[name],
    label: label.slice(0, LONGEST_LABEL),
    custom_id: customId(name, target, index, earlier),
  };
}
