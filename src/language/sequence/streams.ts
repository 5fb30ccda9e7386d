import { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { divide } from './division.ts';
import type { Stretch } from './sequence-network.ts';

/** Share of streams that begin anew at a stretch. */
const FORGETS = 0.05;

/** One step's stretch, and which streams forget what they read before it. */
export interface StreamStep {
  readonly stretch: Stretch;
  /** (streams): 0 where the stream begins anew, else 1. Null where none does. */
  readonly remembers: Float32Array | null;
}

/**
 * A text divided into streams that are read side by side, stretch after stretch (Zaremba, Sutskever and Vinyals 2014). Every
 * pass over the text divides it at other places, and now and then a stream forgets what it has read, so that the model also
 * learns to go on from the few words of an opening.
 */
export class Streams {
  /** Steps of one pass over the text. */
  readonly epoch: number;
  readonly streams: number;
  readonly #text: Int32Array;
  readonly #seed: number;
  readonly #hidden: number;
  readonly #span: number;
  readonly #length: number;
  readonly #rare: (id: number) => boolean;
  readonly #unknown: number | undefined;

  /**
   * stories: at least two symbols in all. rare: the symbols of which a share `hidden` is read as `unknown`, so that the model
   * learns what follows a word it has never seen; none where there is no `unknown`.
   */
  constructor(
    stories: readonly Int32Array[],
    { seed, hidden }: Pick<Recipe, 'seed' | 'hidden'>,
    unknown: number | undefined,
    rare: (id: number) => boolean,
  ) {
    const symbols = stories.reduce((sum, story) => sum + story.length, 0);
    this.#text = new Int32Array(symbols);
    let at = 0;
    for (const story of stories) {
      this.#text.set(story, at);
      at += story.length;
    }
    this.#seed = seed;
    this.#hidden = hidden;
    this.#unknown = unknown;
    this.#rare = rare;
    const { streams, span, length, epoch } = divide(symbols);
    this.streams = streams;
    this.#span = span;
    this.#length = length;
    this.epoch = epoch;
  }

  /** The same step always gives the same symbols, also after a resumed training. step: counted from 1. */
  at(step: number): StreamStep {
    const pass = Math.floor((step - 1) / this.epoch);
    const stretch = (step - 1) % this.epoch;
    const random = new Random((this.#seed + step * 0x9e3779b1) >>> 0);
    const shift = new Random((this.#seed + pass * 0x85ebca6b) >>> 0).below(this.#text.length);
    const [streams, span] = [this.streams, this.#span];
    const ids = new Int32Array(span * streams);
    const targets = new Int32Array(span * streams);
    const symbol = (stream: number, place: number) =>
      this.#text[(shift + stream * this.#length + stretch * span + place) % this.#text.length] as number;
    for (let t = 0; t < span; t++) {
      for (let s = 0; s < streams; s++) {
        const id = symbol(s, t);
        const unread = this.#unknown !== undefined && this.#rare(id) && random.next() < this.#hidden;
        ids[t * streams + s] = unread ? (this.#unknown as number) : id;
        targets[t * streams + s] = symbol(s, t + 1);
      }
    }
    const remembers = Float32Array.from({ length: streams }, () => (stretch === 0 || random.next() < FORGETS ? 0 : 1));
    return { stretch: { streams, ids, targets }, remembers: remembers.includes(0) ? remembers : null };
  }
}
