import { type Client, type GatewayMessageCreateDispatchData, MessageType } from 'discord.js';
import type { Asker } from '../../story/storyteller.ts';
import { type Locale, localeOf } from '../locale.ts';

const STORY = /\.(?:txt|md|html?|epub)$/iu;
const PERSONS_WORDS: readonly number[] = [MessageType.Default, MessageType.Reply];

/**
 * The opening of the story that a message asks for: what stands beside the mention of us, or in a direct message all of
 * it. Undefined for whatever is not said by a person to us: never bots (ourselves among them) nor webhooks, which could go
 * round in circles with us. Whoever answers one of our messages pings us too without meaning it; only the name counts.
 */
export function openingIn(message: GatewayMessageCreateDispatchData, us: string): string | undefined {
  const { author, webhook_id, type, content, guild_id } = message;
  if (author.bot || author.system || webhook_id !== undefined || author.id === us) return undefined;
  if (!PERSONS_WORDS.includes(type)) return undefined;
  const named = new RegExp(`<@!?${us}>`, 'gu');
  if (guild_id !== undefined && !named.test(content)) return undefined;
  // A comma or a colon after the name belongs to the address: `@Fabulist, had a general`.
  const addressed = new RegExp(`^\\s*<@!?${us}>\\s*[,:]`, 'u');
  const opening = content.replace(addressed, ' ').replace(named, ' ').trim();
  // A direct message without words is a picture or a sticker, or a story that is handed over.
  return guild_id === undefined && content.trim() === '' && !hasStory(message) ? undefined : opening;
}

/** Whether a file is attached that may be meant to be learned from. */
export function hasStory({ attachments }: GatewayMessageCreateDispatchData): boolean {
  return attachments?.some(({ filename }) => STORY.test(filename)) ?? false;
}

/** Who wrote a message, and where: the same as for a command there. */
export function writerOf(client: Client, { guild_id, channel_id, author }: GatewayMessageCreateDispatchData): Asker {
  const channel = client.channels.cache.get(channel_id);
  const parent = channel?.isThread() ? channel.parentId : null;
  const server = guild_id === undefined ? `discord-user:${author.id}` : `discord:${guild_id}`;
  return { server, channel: parent ?? channel_id, user: author.id };
}

/** A message does not say what language its writer uses Discord in; the server's is the best guess. */
export function localeAt(client: Client, { guild_id }: GatewayMessageCreateDispatchData): Locale {
  return localeOf(guild_id === undefined ? undefined : client.guilds.cache.get(guild_id)?.preferredLocale);
}
