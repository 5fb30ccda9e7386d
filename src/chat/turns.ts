/**
 * Lets a few do their work at a time, so that the work for a crowd leaves room for acknowledging whoever comes next. What
 * takes longer than a moment waits for something else, such as a training, and gives its turn away.
 */
export class Turns {
  readonly #most: number;
  readonly #moment: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #over = false;

  /** most: at a time. moment: milliseconds. */
  constructor(most = 8, moment = 500) {
    this.#most = most;
    this.#moment = moment;
  }

  /** Does the work when its turn comes, in the order of asking. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#over || this.#taken < this.#most) this.#taken++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let given = false;
    const give = () => {
      if (given) return;
      given = true;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken--;
    };
    const timer = setTimeout(give, this.#moment);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      give();
    }
  }

  /** Nobody waits for a turn any more: where all that is left is to say that nothing will come. */
  end(): void {
    this.#over = true;
    const waiting = this.#waiting.splice(0);
    this.#taken += waiting.length;
    for (const begin of waiting) begin();
  }
}
