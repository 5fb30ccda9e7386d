import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, string, number, Buffer>(scrypt);

/** Days that somebody stays signed in. */
const DAYS = 30;
/** Wrong passwords in a minute, all addresses together: a person mistypes, a program guesses. */
const TRIES = 10;
const MINUTE = 60_000;

export type Verdict = 'right' | 'wrong' | 'too-many';

/**
 * The password of the page. It is compared by way of scrypt, one at a time. A session is a date signed with the key that
 * the password gives, so it outlives a restart and ends where the password is changed.
 */
export class Password {
  readonly #salt: string;
  readonly #key: Promise<Buffer>;
  #wrong: number[] = [];
  #trying: Promise<unknown> = Promise.resolve();

  /** salt: of this installation. */
  constructor(password: string, salt: string) {
    this.#salt = salt;
    this.#key = derive(password, salt, 32);
    this.#key.catch(() => undefined);
  }

  check(typed: string): Promise<Verdict> {
    // Before the wait: whoever guesses in parallel fills no queue.
    if (this.#tooMany()) return Promise.resolve('too-many');
    const tried = this.#trying.then(() => this.#check(typed));
    this.#trying = tried.catch(() => undefined);
    return tried;
  }

  async #check(typed: string): Promise<Verdict> {
    if (this.#tooMany()) return 'too-many';
    const [key, given] = await Promise.all([this.#key, derive(typed, this.#salt, 32)]);
    if (timingSafeEqual(key, given)) return 'right';
    this.#wrong.push(Date.now());
    return 'wrong';
  }

  #tooMany(): boolean {
    const since = Date.now() - MINUTE;
    this.#wrong = this.#wrong.filter((at) => at > since);
    return this.#wrong.length >= TRIES;
  }

  /** The value of a new session's cookie, and how long it lasts in seconds. */
  async session(): Promise<{ value: string; seconds: number }> {
    const seconds = DAYS * 24 * 60 * 60;
    const until = `${Date.now() + seconds * 1_000}.${randomBytes(12).toString('base64url')}`;
    return { value: `${until}.${await this.#sign(until)}`, seconds };
  }

  async isSession(value: string | undefined): Promise<boolean> {
    const [, until, at, signature] = value?.match(/^((\d{1,15})\.[\w-]{16})\.([\w-]{43})$/) ?? [];
    if (until === undefined || signature === undefined || Number(at) < Date.now()) return false;
    return timingSafeEqual(Buffer.from(signature), Buffer.from(await this.#sign(until)));
  }

  async #sign(text: string): Promise<string> {
    return createHmac('sha256', await this.#key)
      .update(text)
      .digest('base64url');
  }
}
