import type { Guide } from '../language/telling/guide.ts';
import type { RunIndex } from '../language/text/run-index.ts';

/** Symbols of a story that are looked back on. */
const REACH = 600;
/** A run of so many symbols is told once: a second time the story would go round in a circle. */
const LONGEST_REPEAT = 12;
/** A run of so many is told again only where nothing else is nearly as likely. */
const REPEAT = 4;
/** How much less likely it counts then, as the logarithm of a third. */
const LESS = Math.log(3);
/** A short run, such as "and so", does not come three times in a row. */
const SHORT_CYCLE = 6;

/**
 * Keeps a story from going round in circles. What the corpus itself repeats, such as the refrain of a song, may be
 * repeated just as it stands there.
 */
export class LoopGuide implements Guide {
  readonly #text: RunIndex;

  /** text: the corpus, marks included. */
  constructor(text: RunIndex) {
    this.#text = text;
  }

  steer(logits: Float32Array, whole: readonly number[]): void {
    const history = whole.slice(-REACH);
    const lowered = new Set<number>();
    // What followed at `then` would follow again, and the `same` symbols before it are the same as here.
    for (let then = 1; then < history.length; then++) {
      const same = sameBefore(history, then);
      if (same === 0) continue;
      const id = history[then] as number;
      const period = history.length - then;
      const thrice = period <= SHORT_CYCLE && same + 1 >= 2 * period;
      if (thrice || same + 1 >= LONGEST_REPEAT) {
        if (!this.#text.has(Int32Array.from([...history.slice(then - same), id])))
          logits[id] = Number.NEGATIVE_INFINITY;
      } else if (same + 1 >= REPEAT && !lowered.has(id)) {
        lowered.add(id);
        logits[id] = (logits[id] as number) - LESS;
      }
    }
  }
}

/** How many symbols before a place are those at the end of the history. */
function sameBefore(history: readonly number[], place: number): number {
  let same = 0;
  // The two runs may overlap: that is what a short cycle is.
  while (same < place && history[place - 1 - same] === history[history.length - 1 - same]) same++;
  return same;
}
