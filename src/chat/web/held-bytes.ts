import { randomBytes } from 'node:crypto';

interface Held {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Bytes on their way from or to a person, by a key that nobody can guess. The oldest go where they become too many. */
export class HeldBytes {
  readonly #held = new Map<string, Held>();
  readonly #most: number;
  #sum = 0;

  /** most: bytes held at most, but the latest is always held. */
  constructor(most: number) {
    this.#most = most;
  }

  put(name: string, bytes: Uint8Array): string {
    const key = randomBytes(16).toString('hex');
    this.#held.set(key, { name, bytes });
    this.#sum += bytes.byteLength;
    for (const [oldest] of this.#held) {
      if (this.#sum <= this.#most || oldest === key) break;
      this.take(oldest);
    }
    return key;
  }

  get(key: string): Held | undefined {
    return this.#held.get(key);
  }

  /** Gives it, and lets go of it. */
  take(key: string): Held | undefined {
    const held = this.#held.get(key);
    if (held && this.#held.delete(key)) this.#sum -= held.bytes.byteLength;
    return held;
  }
}
