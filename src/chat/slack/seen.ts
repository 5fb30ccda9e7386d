/** Longer than Slack repeats a delivery, and than a captured request stays valid. */
const REMEMBERED = 3_600_000;
const MOST = 50_000;

/** What was done already: Slack delivers some things twice, and a captured request can be sent again. */
export class Seen {
  /** When each was first seen, in milliseconds since 1970, oldest first. */
  readonly #times = new Map<string, number>();

  /** Whether this is the first time; from now on it is not. */
  first(key: string): boolean {
    const now = Date.now();
    for (const [known, at] of this.#times) {
      if (now - at < REMEMBERED && this.#times.size < MOST) break;
      this.#times.delete(known);
    }
    if (this.#times.has(key)) return false;
    this.#times.set(key, now);
    return true;
  }
}
