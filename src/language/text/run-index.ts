import { STRIDE, type Work } from '../turns.ts';

/** Stands between two sequences; no id of a run, known or unknown, is equal to it. */
const BOUNDARY = -(2 ** 31);

/**
 * Finds runs of ids in a text. The places of each id are kept in one array, sorted by id, so that a question costs as much
 * as its ids occur in the text, not as much as the text is long. For a book of 130,000 symbols: built in a few
 * milliseconds, about 1 MB.
 */
export class RunIndex {
  /** All sequences, one after the other, with a boundary after each. */
  readonly #text: Int32Array;
  /** The places of id k are `#places[#from[k]]` to before `#places[#from[k + 1]]`. */
  readonly #from: Int32Array;
  readonly #places: Int32Array;

  private constructor(text: Int32Array, from: Int32Array, places: Int32Array) {
    this.#text = text;
    this.#from = from;
    this.#places = places;
  }

  /**
   * sequences: ids from 0 to `count` - 1; kept: by id, whether it counts as a part of the text, default all. Those that do not
   * are as if they were not there.
   */
  static *building(sequences: readonly Int32Array[], count: number, kept?: readonly boolean[]): Work<RunIndex> {
    const from = new Int32Array(count + 1);
    for (const sequence of sequences) {
      for (let at = 0; at < sequence.length; at++) {
        if (at % STRIDE === 0) yield;
        const id = sequence[at] as number;
        if (kept === undefined || kept[id]) from[id + 1] = (from[id + 1] as number) + 1;
      }
    }
    for (let id = 0; id < count; id++) from[id + 1] = (from[id + 1] as number) + (from[id] as number);
    const places = new Int32Array(from[count] as number);
    const text = new Int32Array(places.length + sequences.length);
    const next = from.slice();
    let end = 0;
    for (const sequence of sequences) {
      for (let at = 0; at < sequence.length; at++) {
        if (at % STRIDE === 0) yield;
        const id = sequence[at] as number;
        if (kept !== undefined && !kept[id]) continue;
        places[next[id] as number] = end;
        next[id] = (next[id] as number) + 1;
        text[end++] = id;
      }
      text[end++] = BOUNDARY;
    }
    return new RunIndex(text, from, places);
  }

  /** Bytes that an index of so many symbols takes. */
  static bytes(symbols: number): number {
    return 8 * symbols;
  }

  /** The length of the longest run at the start of `run` that stands in the text; an id that is not in the text, such as -1, ends it. */
  longest(run: Int32Array): number {
    const text = this.#text;
    const [first, last] = this.#placesOf(run[0]);
    let longest = 0;
    for (let k = first; k < last && longest < run.length; k++) {
      const place = this.#places[k] as number;
      // A place that cannot beat the longest so far is seen to at once by its last symbol.
      if (text[place + longest] !== run[longest]) continue;
      let length = 1;
      while (length < run.length && text[place + length] === run[length]) length++;
      if (length > longest) longest = length;
    }
    return longest;
  }

  /** Whether the whole run, of at least one id, stands in the text. */
  has(run: Int32Array): boolean {
    return !this.#starts(run).next().done;
  }

  /** The ids that follow the run, of at least one id, somewhere in the text. */
  after(run: Int32Array): Set<number> {
    const ids = new Set<number>();
    for (const start of this.#starts(run)) {
      const id = this.#text[start + run.length] as number;
      if (id >= 0) ids.add(id);
    }
    return ids;
  }

  /** Whether the run, of at least one id, stands in the text with another id behind it. */
  continues(run: ArrayLike<number>): boolean {
    for (const start of this.#starts(run)) if ((this.#text[start + run.length] as number) >= 0) return true;
    return false;
  }

  /**
   * Visits each place where the last id of the run stands with another id behind it. length: how many of the run's last ids
   * stand there, at least 1; next: the id behind them.
   */
  visitEndings(run: ArrayLike<number>, visit: (length: number, next: number) => void): void {
    const last = run.length - 1;
    const [first, end] = this.#placesOf(run[last]);
    for (let k = first; k < end; k++) {
      const place = this.#places[k] as number;
      const next = this.#text[place + 1] as number;
      if (next < 0) continue;
      let length = 1;
      while (length <= last && this.#text[place - length] === run[last - length]) length++;
      visit(length, next);
    }
  }

  /** How often an id stands in the text. */
  occurrences(id: number): number {
    const [first, end] = this.#placesOf(id);
    return end - first;
  }

  /** Where the run stands in the text. */
  *#starts(run: ArrayLike<number>): Generator<number, undefined> {
    // From the rarest of its ids, the fewest places are to be looked at.
    let rarest = 0;
    let [first, last] = this.#placesOf(run[0]);
    for (let k = 1; k < run.length; k++) {
      const [from, to] = this.#placesOf(run[k]);
      if (to - from < last - first) [rarest, first, last] = [k, from, to];
    }
    for (let k = first; k < last; k++) {
      const start = (this.#places[k] as number) - rarest;
      let length = 0;
      while (length < run.length && this.#text[start + length] === run[length]) length++;
      if (length === run.length) yield start;
    }
    return undefined;
  }

  /** Where in `#places` those of an id stand: the first, and the one after the last. */
  #placesOf(id: number | undefined): [from: number, to: number] {
    if (id === undefined || id < 0 || id + 1 >= this.#from.length) return [0, 0];
    return [this.#from[id] as number, this.#from[id + 1] as number];
  }
}
