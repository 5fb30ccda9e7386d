import { MessageFlags, type REST, Routes } from 'discord.js';
import { isArchived, isGone, isRefused, isReplyRefused } from './api-errors.ts';
import type { Payload } from './payload.ts';

/** Where the messages of one reply are. A message that somebody has deleted is not brought back. */
export interface Place {
  /** Resolves to the id of the new message. */
  post(payload: Payload): Promise<string>;
  edit(id: string, payload: Payload): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Messages that the bot sends by itself, which needs its permission to send there. */
export class ChannelPlace implements Place {
  readonly #rest: REST;
  readonly #channel: string;
  #replyTo: string | undefined;

  /** replyTo: the message that the first one answers. */
  constructor(rest: REST, channel: string, replyTo?: string) {
    this.#rest = rest;
    this.#channel = channel;
    this.#replyTo = replyTo;
  }

  async post(payload: Payload): Promise<string> {
    const replyTo = this.#replyTo;
    this.#replyTo = undefined;
    if (replyTo === undefined) return this.#send(payload);
    const reference = { message_id: replyTo, fail_if_not_exists: false };
    try {
      return await this.#send({ ...payload, body: { ...payload.body, message_reference: reference } });
    } catch (error) {
      if (isReplyRefused(error)) return this.#send(payload);
      throw error;
    }
  }

  async edit(id: string, payload: Payload): Promise<void> {
    const send = ({ body, files }: Payload) =>
      this.#awake(() => unlessGone(this.#rest.patch(Routes.channelMessage(this.#channel, id), { body, files })));
    await withoutFilesIfRefused(payload, send);
  }

  /** Whether a message is still there, as far as we may see. */
  async has(id: string): Promise<boolean> {
    try {
      await this.#rest.get(Routes.channelMessage(this.#channel, id));
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      // Without Read Message History our own messages cannot be read, and can be edited all the same.
      if (isRefused(error)) return true;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await this.#awake(() => unlessGone(this.#rest.delete(Routes.channelMessage(this.#channel, id))));
  }

  /** In a thread that was put away nothing can be changed until it is brought back, which whoever may write there may do. */
  async #awake(change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      if (!isArchived(error)) throw error;
      await this.#rest.patch(Routes.channel(this.#channel), { body: { archived: false } });
      await change();
    }
  }

  async #send(payload: Payload): Promise<string> {
    const post = ({ body, files }: Payload) => this.#rest.post(Routes.channelMessages(this.#channel), { body, files });
    return ((await withoutFilesIfRefused(payload, post)) as { id: string }).id;
  }
}

/** Files need a permission of their own; without it, the words are said alone. */
async function withoutFilesIfRefused<T>(payload: Payload, send: (payload: Payload) => Promise<T>): Promise<T> {
  try {
    return await send(payload);
  } catch (error) {
    if (!isRefused(error) || payload.files.length === 0) throw error;
    return send({ body: { ...payload.body, attachments: [] }, files: [] });
  }
}

/** Messages that answer an interaction, which needs no permission but its token, for 15 minutes. */
export class InteractionPlace implements Place {
  readonly #rest: REST;
  readonly #application: string;
  readonly #token: string;
  readonly #original: string;
  readonly #channel: ChannelPlace;
  /** What the token has made; other messages are the channel's. */
  readonly #own = new Set<string>();

  /** original: the id of the message that the interaction is answered with, or whose button was pressed. */
  constructor(rest: REST, application: string, token: string, original: string, channel: ChannelPlace) {
    this.#rest = rest;
    this.#application = application;
    this.#token = token;
    this.#original = original;
    this.#channel = channel;
  }

  post(payload: Payload): Promise<string> {
    return this.#send(payload);
  }

  /** For the eyes of the asker alone. */
  postPrivately(payload: Payload): Promise<string> {
    const flags = MessageFlags.Ephemeral | Number(payload.body.flags ?? 0);
    return this.#send({ ...payload, body: { ...payload.body, flags } });
  }

  async edit(id: string, payload: Payload): Promise<void> {
    const route = this.#routeOf(id);
    if (!route) return this.#channel.edit(id, payload);
    await unlessGone(this.#rest.patch(route, { body: payload.body, files: payload.files, auth: false }));
  }

  async remove(id: string): Promise<void> {
    const route = this.#routeOf(id);
    if (!route) return this.#channel.remove(id);
    await unlessGone(this.#rest.delete(route, { auth: false }));
  }

  #routeOf(id: string) {
    if (id === this.#original) return Routes.webhookMessage(this.#application, this.#token, '@original');
    return this.#own.has(id) ? Routes.webhookMessage(this.#application, this.#token, id) : undefined;
  }

  async #send({ body, files }: Payload): Promise<string> {
    const route = Routes.webhook(this.#application, this.#token);
    const query = new URLSearchParams({ wait: 'true' });
    const { id } = (await this.#rest.post(route, { body, files, query, auth: false })) as { id: string };
    this.#own.add(id);
    return id;
  }
}

async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
