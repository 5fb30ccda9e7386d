import { type Command, commandNamed } from '../commands.ts';
import type { MessageSent } from './incoming.ts';
import { writtenText } from './inert-text.ts';
import type { Workspace } from './workspaces.ts';

/** Kinds of messages that people write: a plain one, one with files, and one that a thread also shows its channel. */
const PERSONS_WORDS: readonly unknown[] = [undefined, null, 'file_share', 'thread_broadcast'];

export interface AskedInWords {
  readonly command: Command;
  /** What stands behind the command. */
  readonly text: string;
}

/**
 * What a message asks for: the command that it begins with, else a training where a file is attached, else a story.
 * Undefined for whatever is not said by a person to us: never bots, ourselves among them, which could go round in circles
 * with us. prefix: of the slash commands, which some will type here too.
 */
export function askedIn(message: MessageSent, { us, bot }: Workspace, prefix: string): AskedInWords | undefined {
  const { type, subtype, bot_id, app_id, user, channel_type, text, files } = message;
  if (user === us || (bot !== undefined && bot_id === bot) || bot_id || app_id) return undefined;
  if (!PERSONS_WORDS.includes(subtype)) return undefined;
  // Of channels we hear only what mentions us; in direct messages, everything.
  if (type === 'message' && channel_type !== 'im') return undefined;
  const named = `<@${us}(?:\\|[^>]*)?>`;
  // A comma or a colon after the name belongs to the address: `@Fabulist, help`.
  const addressed = (text ?? '').replace(new RegExp(`^\\s*${named}\\s*[,:]`, 'u'), ' ');
  const words = writtenText(addressed.replaceAll(new RegExp(named, 'gu'), ' ')).trim();
  const hasFiles = (files ?? []).length > 0;
  // A direct message with nothing in it is nothing that we know.
  if (type === 'message' && words === '' && !hasFiles) return undefined;
  const [, slash = '', word = '', rest = ''] = words.match(/^(\/?)(\S+)\s*(.*)$/su) ?? [];
  const name = slash && word.startsWith(prefix) ? word.slice(prefix.length) : word;
  const command = commandNamed(name.toLowerCase());
  if (command) return { command, text: rest };
  const meant = commandNamed(hasFiles ? 'train' : 'story');
  return meant && { command: meant, text: words };
}
