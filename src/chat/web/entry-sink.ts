import type { ReplySink } from '../adapter.ts';
import type { Message } from '../message.ts';
import type { Conversation } from './conversation.ts';
import { type EntryMessage, withPoint } from './entry.ts';

/** Milliseconds between two changes of one entry: fast enough to look alive. */
const INTERVAL = 250;

/** A reply in the conversation: one entry that changes in its place. */
export class EntrySink implements ReplySink {
  readonly minimumInterval = INTERVAL;
  readonly #conversation: Conversation;
  readonly #id: number;
  readonly #kept: (message: Message) => EntryMessage;
  readonly #pressed: boolean;

  /** kept: what of a message is kept. pressed: whether a button of the entry was pressed, which holds a message already. */
  constructor(conversation: Conversation, id: number, kept: (message: Message) => EntryMessage, pressed: boolean) {
    this.#conversation = conversation;
    this.#id = id;
    this.#kept = kept;
    this.#pressed = pressed;
  }

  async send(message: Message): Promise<void> {
    if (!this.#pressed) return this.edit(message);
    this.#conversation.add({ from: 'fabulist', state: 'said', message: this.#kept(message) });
  }

  async edit(message: Message): Promise<void> {
    const lasting = !message.card || message.card.state === 'ended';
    const kept = this.#kept(message);
    this.#conversation.change(
      this.#id,
      (entry) => {
        // A branch that is told on is still one.
        const { parent } = entry.message;
        const whole = parent && kept.story ? { ...kept, parent } : kept;
        return { ...entry, state: 'said', message: whole, points: withPoint(entry.points, message.card?.point) };
      },
      lasting,
    );
  }
}
