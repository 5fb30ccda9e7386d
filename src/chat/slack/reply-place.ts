import type { Texts } from '../texts/texts.ts';
import { isRefused } from './api-errors.ts';
import { inert } from './inert-text.ts';
import { type Payload, payloadOf } from './payload.ts';
import { ChannelPlace, type Place } from './places.ts';
import type { SharedFile } from './send-file.ts';

export interface ReplyPlaceOptions {
  readonly channel: ChannelPlace;
  /** Who asked. */
  readonly user: string;
  /** Answers without being in the channel: five times, for half an hour. Undefined where Slack gave no such way. */
  readonly respond: Respond | undefined;
  /** The message whose button was pressed. */
  readonly original?: { readonly id: string; readonly ephemeral: boolean };
  readonly texts: Texts;
}

/** Posts to the address that came with a command or a button. */
export type Respond = (body: Readonly<Record<string, unknown>>) => Promise<void>;

/** Stands for a message of which nothing is known but that it was sent. */
const RESPONSE = 'response';

/**
 * Where somebody is answered: in the channel that they asked in. A bot that is not in a private channel, or in the direct
 * messages of others, may answer there all the same, by the address that came with the command; and where there is none, or
 * it is used up, in direct messages of its own.
 */
export class ReplyPlace implements Place {
  readonly #options: ReplyPlaceOptions;
  #direct: Promise<ChannelPlace> | undefined;
  /** Ids of messages that are in direct messages instead. */
  readonly #elsewhere = new Set<string>();

  constructor(options: ReplyPlaceOptions) {
    this.#options = options;
  }

  async post(payload: Payload): Promise<string> {
    try {
      return await this.#options.channel.post(payload);
    } catch (error) {
      if (!isRefused(error)) throw error;
      return (await this.#responds('in_channel', payload)) ? RESPONSE : this.#postDirectly(payload);
    }
  }

  /** For the asker's eyes alone. In direct messages nobody else reads along. */
  async postPrivately(payload: Payload): Promise<void> {
    const { channel, user } = this.#options;
    try {
      if (isDirect(channel)) await channel.post(payload);
      else await channel.postPrivately(user, payload);
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (!(await this.#responds('ephemeral', payload))) await this.#postDirectly(payload);
    }
  }

  async edit(id: string, payload: Payload): Promise<void> {
    const { channel, respond, original } = this.#options;
    if (this.#elsewhere.has(id)) return (await this.#directly()).edit(id, payload);
    // How it goes on is for messages that can be changed; what came of it is worth another one.
    if (id === RESPONSE) {
      if (!payload.passing && !(await this.#responds('in_channel', payload))) await this.#postDirectly(payload);
      return;
    }
    const pressed = original?.id === id ? original : undefined;
    if (!pressed?.ephemeral) {
      try {
        return await channel.edit(id, payload);
      } catch (error) {
        if (!isRefused(error) || !pressed) throw error;
      }
    }
    await respond?.({ replace_original: true, ...shown(payload) });
  }

  async remove(id: string): Promise<void> {
    if (id === RESPONSE) return;
    if (this.#elsewhere.has(id)) return (await this.#directly()).remove(id);
    await this.#options.channel.remove(id);
  }

  async share(file: SharedFile): Promise<void> {
    try {
      await this.#options.channel.share(file);
    } catch (error) {
      if (!isRefused(error)) throw error;
      await this.postPrivately(payloadOf([inert(this.#options.texts.slack.invite)]));
    }
  }

  /** Where a message can be found again; undefined where it cannot. */
  async placeOf(id: string): Promise<ChannelPlace | undefined> {
    if (id === RESPONSE) return undefined;
    return this.#elsewhere.has(id) ? this.#directly() : this.#options.channel;
  }

  /** A file for the asker alone; resolves to whether it went into direct messages, away from where it was asked for. */
  async hand(file: SharedFile): Promise<boolean> {
    const { channel } = this.#options;
    if (isDirect(channel)) {
      try {
        await channel.share(file);
        return false;
      } catch (error) {
        if (!isRefused(error)) throw error;
      }
    }
    await (await this.#directly()).share(file);
    return true;
  }

  /** Says something by the address that came with what was asked; resolves to whether that was possible. */
  async #responds(type: 'in_channel' | 'ephemeral', payload: Payload): Promise<boolean> {
    const { respond } = this.#options;
    try {
      await respond?.({ response_type: type, replace_original: false, ...shown(payload) });
      return respond !== undefined;
    } catch {
      // Used up: Slack takes five answers there, for half an hour.
      return false;
    }
  }

  async #postDirectly(payload: Payload): Promise<string> {
    const id = await (await this.#directly()).post(payload);
    this.#elsewhere.add(id);
    return id;
  }

  #directly(): Promise<ChannelPlace> {
    this.#direct ??= this.#openDirect();
    return this.#direct;
  }

  async #openDirect(): Promise<ChannelPlace> {
    const { client } = this.#options.channel;
    const { channel } = await client.conversations.open({ users: this.#options.user });
    return new ChannelPlace(client, String(channel?.id));
  }
}

function isDirect({ channel }: ChannelPlace): boolean {
  return channel.startsWith('D');
}

function shown({ text, blocks }: Payload): object {
  return { text, blocks, parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false };
}
