import type { SeenSink } from '../answers.ts';
import type { Message } from '../message.ts';
import { plain } from '../message.ts';
import type { ShownIn } from '../presses.ts';
import { errorReply } from '../replies/story-reply.ts';
import type { Texts } from '../texts/texts.ts';
import { isRefused, isTokenRefused } from './api-errors.ts';
import { payloadOf } from './payload.ts';
import { prefixed } from './prefixed.ts';
import type { ReplyPlace } from './reply-place.ts';
import { sectionsOf } from './sections.ts';
import { Trail } from './trail.ts';

/** What every sink needs to know of the adapter. */
export interface SinkSurroundings {
  readonly texts: Texts;
  /** Milliseconds between two edits. */
  readonly minimumInterval: number;
  /** Aborted once nobody is answered any more. */
  readonly signal: AbortSignal;
  /** What stands before the names of our slash commands. */
  readonly prefix: string;
  /** Told when a channel does not take our messages, or Slack our token. */
  readonly onRefused: (error: unknown) => void;
}

export interface SlackReply {
  readonly place: ReplyPlace;
  /** The messages that are there, see `Trail`: what announced a training, or the one whose button was pressed. */
  readonly ids: readonly string[];
  readonly first: number;
  /** Whether a button was pressed: then what is sent anew leaves its message alone. */
  readonly pressed: boolean;
}

/** The reply to whatever somebody did on Slack. */
export class SlackSink implements SeenSink {
  readonly minimumInterval: number;
  readonly #surroundings: SinkSurroundings;
  readonly #reply: SlackReply;
  #trail: Trail;
  #shown = false;

  constructor(surroundings: SinkSurroundings, reply: SlackReply) {
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

  send(message: Message): Promise<void> {
    if (!this.#reply.pressed) return this.edit(message);
    if (!message.private) this.#trail = new Trail(this.#reply.place);
    return message.private ? this.#guarded(() => this.#privately(message)) : this.#show(message);
  }

  edit(message: Message): Promise<void> {
    if (!message.private) return this.#show(message);
    // What stands there is for all to see, so this one goes beside it, and that one goes.
    return this.#guarded(async () => {
      await this.#trail.clear();
      await this.#privately(message);
    });
  }

  #show(message: Message): Promise<void> {
    const { texts, prefix } = this.#surroundings;
    return this.#guarded(() => this.#trail.show(prefixed(message, prefix), texts));
  }

  async #privately(message: Message): Promise<void> {
    const { texts, prefix } = this.#surroundings;
    const shown = prefixed(message.file ? await this.#handed(message, message.file) : message, prefix);
    for (const sections of sectionsOf(shown, texts)) await this.#reply.place.postPrivately(payloadOf(sections));
  }

  /** Hands out a file; resolves to what is to be said of it, also where Slack does not let us. */
  async #handed(message: Message, { fileName: name, bytes }: NonNullable<Message['file']>): Promise<Message> {
    const { texts, onRefused } = this.#surroundings;
    try {
      const away = await this.#reply.place.hand({ name, bytes });
      return away
        ? { ...message, paragraphs: [...message.paragraphs, plain(texts.slack.sentDirectly(name))] }
        : message;
    } catch (error) {
      if (!isRefused(error)) throw error;
      onRefused(error);
      return errorReply(texts.errors.cannotShow);
    }
  }

  async #guarded(show: () => Promise<void>): Promise<void> {
    const { signal, onRefused } = this.#surroundings;
    if (signal.aborted) return;
    try {
      await show();
      this.#shown = true;
    } catch (error) {
      if (signal.aborted) return;
      if (!isRefused(error) && !isTokenRefused(error)) throw error;
      onRefused(error);
    }
  }
}
