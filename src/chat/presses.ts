/** The messages that a reply takes, in order; the first of them shows the part `first` of it. */
export interface ShownIn {
  readonly ids: readonly string[];
  readonly first: number;
}

/**
 * Answers the presses of one message one after the other, each where the one before has left the reply: a double click, or
 * two people, press a button of a message that its answer is about to change. Both answered at once, both would add the same
 * further messages, and the older answer might be the one that stays.
 */
export class Presses {
  /** Of each message that is pressed just now, where the reply will be. */
  readonly #latest = new Map<string, Promise<ShownIn>>();

  /** message: its id, among all of the surface. pressed: where the reply was. answer: resolves to where it is then. */
  async take(message: string, pressed: ShownIn, answer: (shown: ShownIn) => Promise<ShownIn>): Promise<void> {
    const before = this.#latest.get(message);
    const answered = before ? before.then(answer) : answer(pressed);
    // Whatever came of this one, the next has its turn.
    const settled = answered.catch(() => before ?? pressed);
    this.#latest.set(message, settled);
    try {
      await answered;
    } finally {
      if (this.#latest.get(message) === settled) this.#latest.delete(message);
    }
  }
}
