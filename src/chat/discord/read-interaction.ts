import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIApplicationCommandInteraction,
  type APIMessageComponentInteraction,
  ApplicationCommandOptionType,
  PermissionFlagsBits,
} from 'discord.js';
import { FabulistError } from '../../errors.ts';
import type { Asker } from '../../story/storyteller.ts';
import { type Command, commandNamed } from '../commands.ts';
import { readValue } from '../option-text.ts';
import type { Texts } from '../texts/texts.ts';

export type Asking =
  | APIApplicationCommandInteraction
  | APIApplicationCommandAutocompleteInteraction
  | APIMessageComponentInteraction;

export interface Attachment {
  readonly filename: string;
  readonly url: string;
  readonly size: number;
}

/** A command with its options, as the catalogue knows them. */
export interface GivenCommand {
  readonly command: Command;
  readonly options: Readonly<Record<string, string | number>>;
  readonly attachments: readonly Attachment[];
}

/**
 * Who asks, and where. In direct messages everybody has a library of their own. A thread shares the corpus that was
 * chosen for the channel it hangs on.
 */
export function askerOf({ guild_id, member, user, channel }: Asking): Asker {
  const id = String((member?.user ?? user)?.id);
  const server = guild_id === undefined ? `discord-user:${id}` : `discord:${guild_id}`;
  const isThread = channel !== undefined && 'thread_metadata' in channel;
  const parent = isThread && 'parent_id' in channel ? channel.parent_id : undefined;
  return { server, channel: String(parent ?? channel?.id), user: id };
}

/**
 * Whether somebody may do what needs Manage Server. A command that is registered as such has been let through by
 * Discord, which knows what the server's administrators decided about it. In direct messages everybody manages their own.
 */
export function mayManage({ guild_id, member }: Asking, command: Command | undefined): boolean {
  if (guild_id === undefined || command?.permission === 'manage') return true;
  try {
    return (BigInt(member?.permissions ?? 0) & PermissionFlagsBits.ManageGuild) !== 0n;
  } catch {
    return false;
  }
}

/** Whether the reply of a command is for the asker's eyes alone, known before it is carried out: it is deferred so. */
export function isConfidential({ data }: APIApplicationCommandInteraction): boolean {
  if (data.name === 'help' || data.name === 'forget') return true;
  return (
    data.name === 'corpora' && givenOptions(data).some(({ name, value }) => name === 'action' && value === 'export')
  );
}

/** Reads a command. Throws `usage` with one sentence; Discord checks options by itself, but only those of its own clients. */
export function readCommand({ data }: APIApplicationCommandInteraction, texts: Texts): GivenCommand {
  const command = commandNamed(data.name);
  if (!command) throw new FabulistError('usage', texts.errors.unknownRequest);
  const options: Record<string, string | number> = {};
  const attachments: Attachment[] = [];
  for (const { name, type, value } of givenOptions(data)) {
    const option = command.options.find((one) => one.name === name);
    if (!option || value === undefined) continue;
    const isFile = type === ApplicationCommandOptionType.Attachment;
    if (isFile !== (option.type === 'file')) throw new FabulistError('usage', texts.errors.unknownRequest);
    if (isFile) attachments.push(attachmentOf(data, String(value), texts));
    else options[name] = readValue(option, String(value), texts);
  }
  return { command, options, attachments };
}

interface GivenOption {
  readonly name: string;
  readonly type?: number;
  readonly value?: unknown;
  readonly focused?: boolean;
}

/** The options of a command, or of one that is still being typed. */
export function givenOptions(data: object): readonly GivenOption[] {
  const options = 'options' in data ? data.options : undefined;
  if (!Array.isArray(options)) return [];
  return options.filter((option) => typeof option === 'object' && option !== null && typeof option.name === 'string');
}

function attachmentOf(data: object, id: string, texts: Texts): Attachment {
  const { resolved } = data as { resolved?: { attachments?: Readonly<Record<string, Partial<Attachment>>> } };
  const all = resolved?.attachments ?? {};
  const found = Object.hasOwn(all, id) ? all[id] : undefined;
  if (!found) throw new FabulistError('usage', texts.errors.unknownRequest);
  return { filename: String(found.filename ?? ''), url: String(found.url ?? ''), size: Number(found.size ?? 0) };
}
