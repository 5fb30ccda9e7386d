import type { ActionName } from '../../../src/chat/commands.ts';
import { commandNamed } from '../../../src/chat/commands.ts';
import type { Asker } from '../../../src/story/storyteller.ts';
import type { Person } from '../adapter-contract.ts';
import { shownText } from './shown-text.ts';
import { APPLICATION, type ShownMessage, type StandIn } from './stand-in.ts';

const TYPES = { text: 3, choice: 3, whole: 4, number: 10, file: 11 };
const MANAGE_SERVER = '32';

export interface Whereabouts {
  readonly locale?: string;
  readonly permissions?: string;
  /** The channel is a thread of this one. */
  readonly parent?: string;
}

/** Somebody with a Discord client. */
export class DiscordPerson implements Person {
  readonly who: Asker;
  readonly #standIn: StandIn;
  readonly #at: Whereabouts;

  constructor(standIn: StandIn, who: Asker, at: Whereabouts = {}) {
    this.#standIn = standIn;
    this.who = who;
    this.#at = at;
  }

  async says(line: string, file?: { readonly fileName: string; readonly bytes: Uint8Array }): Promise<void> {
    const [, name = '', text = ''] = line.match(/^\/(\S+)\s*(.*)$/su) ?? [];
    const path = `/attachments/${this.#standIn.snowflake()}/${encodeURIComponent(file?.fileName ?? '')}`;
    if (file) this.#standIn.files.set(path, Buffer.from(file.bytes));
    const attachment = file && {
      id: '1',
      filename: file.fileName,
      url: this.#standIn.origin + path,
      size: file.bytes.byteLength,
    };
    this.command(name, optionsIn(name, text), attachment);
  }

  /** Sends a command as a client does; returns what it is known by. */
  command(name: string, options: readonly object[], attachment?: object) {
    const given = attachment ? [...options, { name: 'file', type: 11, value: '1' }] : options;
    const resolved = attachment && { resolved: { attachments: { '1': attachment } } };
    return this.sends(2, { id: this.#standIn.snowflake(), type: 1, name, options: given, ...resolved });
  }

  /** What is offered for an option while it is typed. */
  completes(name: string, options: readonly object[]) {
    return this.sends(4, { id: this.#standIn.snowflake(), type: 1, name, options });
  }

  async presses(action: ActionName): Promise<void> {
    const found = this.shown()
      .flatMap((message) => buttonsOf(message).map((button) => ({ message, button })))
      .findLast(({ button }) => button.custom_id.startsWith(action));
    if (!found) throw new Error(`There is no button ${action}`);
    this.pressesId(found.button.custom_id, found.message.id);
  }

  pressesId(custom_id: string, message: string) {
    return this.sends(3, { custom_id, component_type: 2 }, { message: { id: message, channel_id: this.who.channel } });
  }

  /** Sends any interaction. */
  sends(type: number, data: unknown, more: { message?: { id: string; channel_id: string } } = {}) {
    const { server, channel, user } = this.who;
    const isDirect = server.startsWith('discord-user:');
    const profile = { id: user, username: 'someone', discriminator: '0', avatar: null, global_name: null };
    const { permissions = MANAGE_SERVER, locale = 'en-US', parent } = this.#at;
    const id = this.#standIn.snowflake();
    const thread = parent && { parent_id: parent, thread_metadata: {} };
    return this.#standIn.ask(
      {
        id,
        type,
        application_id: APPLICATION,
        token: `token-${id}`,
        version: 1,
        data,
        locale,
        channel_id: channel,
        channel: { id: channel, type: isDirect ? 1 : parent ? 11 : 0, ...thread },
        ...(isDirect
          ? { user: profile, context: 1 }
          : {
              guild_id: server.replace('discord:', ''),
              member: { user: profile, permissions, roles: [] },
              context: 0,
            }),
        entitlements: [],
        authorizing_integration_owners: {},
        attachment_size_limit: this.#standIn.largestFile,
        ...more,
      },
      user,
    );
  }

  /** Writes a message in the channel. */
  writes(content: string, more: object = {}): void {
    const { server, channel, user } = this.who;
    this.#standIn.gateway.dispatch('MESSAGE_CREATE', {
      id: this.#standIn.snowflake(),
      type: 0,
      channel_id: channel,
      content,
      author: { id: user, username: 'someone', discriminator: '0', avatar: null, global_name: null },
      ...(!server.startsWith('discord-user:') && { guild_id: server.replace('discord:', '') }),
      mentions: [],
      mention_roles: [],
      mention_everyone: false,
      attachments: [],
      embeds: [],
      timestamp: new Date().toISOString(),
      edited_timestamp: null,
      pinned: false,
      tts: false,
      ...more,
    });
  }

  shown(): ShownMessage[] {
    return this.#standIn.seenBy(this.who.user, this.who.channel);
  }

  sees(): string[] {
    return this.shown().map(({ content }) => shownText(content));
  }
}

export function buttonsOf(message: ShownMessage) {
  return message.components.flatMap(({ components }) => components);
}

function optionsIn(name: string, text: string): object[] {
  const command = commandNamed(name);
  const options: object[] = [];
  const rest = text.replace(
    /(?<=^|\s)([a-z]+):(?:"([^"]*)"|(\S+))\s*/g,
    (_, option: string, quoted: string, word: string) => {
      const type = command?.options.find((one) => one.name === option)?.type ?? 'text';
      const value = quoted ?? word;
      const isNumber = (type === 'whole' || type === 'number') && value !== '' && Number.isFinite(Number(value));
      options.push({ name: option, type: TYPES[type], value: isNumber ? Number(value) : value });
      return '';
    },
  );
  const taker = command?.options.find((option) => option.rest && option.type !== 'file');
  if (rest.trim() !== '' && taker) options.push({ name: taker.name, type: 3, value: rest.trim() });
  return options;
}
