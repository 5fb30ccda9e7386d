import type { ReportTo } from '../../training/trainer.ts';
import type { SeenSink } from '../answers.ts';
import type { Message } from '../message.ts';
import type { ShownIn } from '../presses.ts';
import { errorReply } from '../replies/story-reply.ts';
import type { Texts } from '../texts/texts.ts';
import { isOver, isRefused } from './api-errors.ts';
import { contentsOf } from './contents.ts';
import { lastPayload, textPayload } from './payload.ts';
import type { ChannelPlace, InteractionPlace } from './places.ts';
import { Trail } from './trail.ts';

const MEGABYTE = 1024 * 1024;

/** What every sink needs to know of the adapter. */
export interface SinkSurroundings {
  readonly texts: Texts;
  /** Milliseconds between two edits. */
  readonly minimumInterval: number;
  /** Aborted once nobody is answered any more. */
  readonly signal: AbortSignal;
  /** Told when a channel does not take our messages. */
  readonly onRefused: (error: unknown) => void;
  /** Told when an answer for one person's eyes came after its token had ended. */
  readonly onLost: (error: unknown) => void;
  /** How a message in this channel is found again after a restart. */
  readonly placeOf: (message: string) => ReportTo;
}

/** A reply in a channel, such as to a mention. */
export class ChannelSink implements SeenSink {
  readonly minimumInterval: number;
  readonly #surroundings: SinkSurroundings;
  readonly #trail: Trail;

  constructor(surroundings: SinkSurroundings, trail: Trail) {
    this.minimumInterval = surroundings.minimumInterval;
    this.#surroundings = surroundings;
    this.#trail = trail;
  }

  get shown(): boolean {
    return this.#trail.id !== undefined;
  }

  /** Here nothing can be said to one person alone; replies that must be (an export) come of commands. */
  async send(message: Message): Promise<void> {
    const { signal, texts, onRefused } = this.#surroundings;
    if (signal.aborted) return;
    try {
      await this.#trail.show(message, texts);
    } catch (error) {
      if (!isRefused(error)) throw error;
      onRefused(error);
    }
  }

  edit(message: Message): Promise<void> {
    return this.send(message);
  }
}

export interface InteractionReply {
  readonly place: InteractionPlace;
  readonly channel: ChannelPlace;
  /** The messages that are there, see `Trail`: the deferred one, or the one whose button was pressed. */
  readonly ids: readonly string[];
  readonly first: number;
  /** Whether the deferred message is for the asker's eyes alone: that cannot be changed afterwards. */
  readonly ephemeral: boolean;
  /** Whether a button was pressed: then what is sent anew leaves its message alone. */
  readonly pressed: boolean;
  /** Bytes of a file that Discord takes here, which depends on the server. */
  readonly largestFile: number;
  /** When the token is about to end, in milliseconds since 1970. */
  readonly movesAt: number;
}

/**
 * The reply to an interaction. Its token lives for 15 minutes: what goes on for longer, a training, moves to an ordinary
 * message of the channel shortly before.
 */
export class InteractionSink implements SeenSink {
  readonly minimumInterval: number;
  readonly #surroundings: SinkSurroundings;
  readonly #reply: InteractionReply;
  #trail: Trail;
  #moved = false;
  #shown = false;

  constructor(surroundings: SinkSurroundings, reply: InteractionReply) {
    this.minimumInterval = surroundings.minimumInterval;
    this.#surroundings = surroundings;
    this.#reply = reply;
    this.#trail = new Trail(reply.place, reply.ids, reply.first);
  }

  get shown(): boolean {
    return this.#shown;
  }

  /** Where the reply is now. */
  get shownIn(): ShownIn {
    return this.#trail.shownIn;
  }

  get movedTo(): ReportTo | undefined {
    const { id } = this.#trail;
    return this.#moved && id !== undefined ? this.#surroundings.placeOf(id) : undefined;
  }

  send(message: Message): Promise<void> {
    if (!this.#reply.pressed) return this.edit(message);
    return message.private ? this.#privately(message) : this.#anew(message);
  }

  async edit(given: Message): Promise<void> {
    if (this.#surroundings.signal.aborted) return;
    const message = this.#fitting(given);
    if (!message.private || this.#reply.ephemeral) return this.#show(message);
    // What everybody saw being asked may be answered before all where it can no longer be to one: but not with a file.
    if (!message.file && (this.#moved || Date.now() >= this.#reply.movesAt)) {
      return this.#show({ ...message, private: false });
    }
    // The deferred message is for all to see, so this one goes beside it, and that one goes.
    await this.#trail.clear();
    await this.#privately(message);
  }

  /** The same message, or that its file is too large. */
  #fitting(message: Message): Message {
    const { largestFile } = this.#reply;
    const { file } = message;
    if (!file || file.bytes.byteLength <= largestFile) return message;
    const { errors, figures } = this.#surroundings.texts;
    return errorReply(errors.tooLarge(file.fileName, figures.number(Math.floor(largestFile / MEGABYTE))));
  }

  async #privately(message: Message): Promise<void> {
    if (this.#surroundings.signal.aborted) return;
    const contents = contentsOf(message, this.#surroundings.texts);
    try {
      for (const [at, content] of contents.entries()) {
        const last = at === contents.length - 1;
        await this.#reply.place.postPrivately(last ? lastPayload(content, message, 0, []) : textPayload(content));
      }
      this.#shown = true;
    } catch (error) {
      if (!isOver(error)) throw error;
      this.#surroundings.onLost(error);
    }
  }

  async #anew(message: Message): Promise<void> {
    this.#trail = new Trail(this.#reply.place);
    await this.#show(message);
  }

  async #show(message: Message): Promise<void> {
    const { texts, signal, onLost } = this.#surroundings;
    if (signal.aborted) return;
    if (this.#moved) return this.#guarded(() => this.#trail.show(message, texts));
    // What is for one person's eyes stays with the token, and ends with it.
    const movable = !this.#reply.ephemeral && !message.private;
    if (movable && Date.now() >= this.#reply.movesAt && (await this.#move(message))) return;
    try {
      await this.#trail.show(message, texts);
      this.#shown = true;
    } catch (error) {
      if (!isOver(error)) return this.#guarded(() => Promise.reject(error));
      if (movable) await this.#move(message);
      else onLost(error);
    }
  }

  /** False where the channel does not take our messages; the token may serve a little longer. */
  async #move(message: Message): Promise<boolean> {
    const trail = new Trail(this.#reply.channel);
    const moved = await this.#guarded(async () => {
      await trail.show(message, this.#surroundings.texts);
      return true;
    });
    if (!moved) return false;
    // Where the token has ended the message stays behind as it was.
    await this.#trail.clear().catch(() => undefined);
    this.#trail = trail;
    this.#moved = true;
    this.#shown = true;
    return true;
  }

  async #guarded<T>(show: () => Promise<T>): Promise<T | undefined> {
    try {
      return await show();
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.#surroundings.onRefused(error);
      return undefined;
    }
  }
}
