/** Work that can stop wherever it yields, to go on later: what takes long must not keep everybody waiting. */
export type Work<T> = Generator<void, T, void>;

/** Symbols that work in turns goes through between two yields: about a millisecond, so that asking for the time costs nothing. */
export const STRIDE = 4_096;

/** How long work may hold the thread before others get their turn, in milliseconds. */
const TURN = 5;

/** Lets everything that waits meanwhile go first. */
export function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A stretch of work that is done by hand, step after step, and gives way to others whenever it has lasted a turn. */
export class Turn {
  #began = performance.now();

  /** Whether it has lasted long enough. To be asked first, since even a promise that is kept takes as long as a short step. */
  get over(): boolean {
    return performance.now() - this.#began >= TURN;
  }

  /** Lets others go first, and begins anew. */
  async next(): Promise<void> {
    await othersTurn();
    this.#began = performance.now();
  }
}

/** Does the work turn by turn. Rejects with what the work throws. */
export async function inTurns<T>(work: Work<T>): Promise<T> {
  let turn = performance.now();
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) return step.value;
    if (performance.now() - turn < TURN) continue;
    await othersTurn();
    turn = performance.now();
  }
}

/** `items.map(of)` as work. */
export function* mapping<T, U>(items: readonly T[], of: (item: T) => U): Work<U[]> {
  const made: U[] = [];
  for (let at = 0; at < items.length; at++) {
    if (at % STRIDE === 0) yield;
    made.push(of(items[at] as T));
  }
  return made;
}

/** Does the work at one go. */
export function atOnce<T>(work: Work<T>): T {
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}
