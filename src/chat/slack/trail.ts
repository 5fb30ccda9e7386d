import type { Message } from '../message.ts';
import type { ShownIn } from '../presses.ts';
import type { Texts } from '../texts/texts.ts';
import { buttonsOf, type Payload, payloadOf } from './payload.ts';
import type { Place } from './places.ts';
import { sectionsOf } from './sections.ts';

/** The messages that one reply takes: one, or several where it is longer than Slack takes in one. */
export class Trail {
  readonly #place: Place;
  readonly #ids: string[];
  /** Which part of the reply the first known message shows: those before may be of an earlier interaction. */
  #first: number;
  /** What each shows now, as far as it is known. */
  readonly #shown: (Payload | undefined)[] = [];

  /** ids: messages that are there already, in order; the first of them shows the part `first` of the reply. */
  constructor(place: Place, ids: readonly string[] = [], first = 0) {
    this.#place = place;
    this.#ids = [...ids];
    this.#first = first;
  }

  /** Where the reply is now. */
  get shownIn(): ShownIn {
    return { ids: [...this.#ids], first: this.#first };
  }

  /** Edits, adds and deletes messages until they are these; then shares the picture, where there is one. */
  async show(message: Message, texts: Texts): Promise<void> {
    const parts = sectionsOf(message, texts);
    const first = Math.min(this.#first, parts.length - 1);
    const passing = message.card !== undefined && message.card.state !== 'ended';
    for (const [slot, sections] of parts.slice(first).entries()) {
      const at = first + slot;
      const buttons = at === parts.length - 1 ? buttonsOf(message, at, this.#ids.slice(0, slot)) : [];
      await this.#put(slot, payloadOf(sections, buttons, passing));
    }
    await this.#shorten(parts.length - first);
    this.#first = first;
    const { picture } = message;
    if (picture) await this.#place.share({ name: 'learning-curve.png', bytes: picture.png, alt: picture.alt });
  }

  /** Deletes them all. */
  clear(): Promise<void> {
    return this.#shorten(0);
  }

  async #put(slot: number, payload: Payload): Promise<void> {
    const id = this.#ids[slot];
    if (id === undefined) this.#ids[slot] = await this.#place.post(payload);
    else if (JSON.stringify(this.#shown[slot]) !== JSON.stringify(payload)) await this.#place.edit(id, payload);
    this.#shown[slot] = payload;
  }

  async #shorten(count: number): Promise<void> {
    for (const id of this.#ids.splice(count).reverse()) await this.#place.remove(id);
    this.#shown.splice(count);
  }
}
