import type { Message } from '../message.ts';
import type { ShownIn } from '../presses.ts';
import type { Texts } from '../texts/texts.ts';
import { contentsOf } from './contents.ts';
import { lastPayload, type Payload, textPayload } from './payload.ts';
import type { Place } from './places.ts';

/** The messages that one reply takes: one, or several where it is longer than Discord takes in one. */
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

  /** The id of the first message that is there. */
  get id(): string | undefined {
    return this.#ids[0];
  }

  /** Where the reply is now. */
  get shownIn(): ShownIn {
    return { ids: [...this.#ids], first: this.#first };
  }

  /** Edits, adds and deletes messages until they are these. */
  async show(message: Message, texts: Texts): Promise<void> {
    const contents = contentsOf(message, texts);
    const first = Math.min(this.#first, contents.length - 1);
    for (const [slot, content] of contents.slice(first).entries()) {
      const at = first + slot;
      const earlier = this.#ids.slice(0, slot);
      const last = at === contents.length - 1;
      await this.#put(slot, last ? lastPayload(content, message, at, earlier) : textPayload(content));
    }
    await this.#shorten(contents.length - first);
    this.#first = first;
  }

  /** Deletes them all. */
  clear(): Promise<void> {
    return this.#shorten(0);
  }

  async #put(slot: number, payload: Payload): Promise<void> {
    const id = this.#ids[slot];
    if (id === undefined) this.#ids[slot] = await this.#place.post(payload);
    else if (!same(this.#shown[slot], payload)) await this.#place.edit(id, payload);
    this.#shown[slot] = payload;
  }

  async #shorten(count: number): Promise<void> {
    for (const id of this.#ids.splice(count).reverse()) await this.#place.remove(id);
    this.#shown.splice(count);
  }
}

function same(one: Payload | undefined, other: Payload): boolean {
  if (!one || one.files.length > 0 || other.files.length > 0) return false;
  return JSON.stringify(one.body) === JSON.stringify(other.body);
}
