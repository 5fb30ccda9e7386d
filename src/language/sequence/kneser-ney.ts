import { STRIDE, type Work } from '../turns.ts';
import { childOf, type NGrams } from './n-grams.ts';

/** Discounts of an order for n-grams counted once, twice, and three times or more. */
type Discounts = readonly [number, number, number, number];

/**
 * Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1999, section 3):
 *
 *     p(w | h) = max(0, c(h w) - D(c(h w))) / c(h .) + gamma(h) p(w | h')
 *     gamma(h) = (D1 N1(h .) + D2 N2(h .) + D3 N3+(h .)) / c(h .)
 *
 * where h' is h without its first symbol and N1, N2, N3+ count the symbols that follow h once, twice, and more often. At the
 * highest order c is how often the n-gram occurs; below it is how many different symbols stand before it, which is
 * Kneser and Ney's thought: `Francisco` is frequent, but only after `San`. Below one symbol every one is equally likely.
 */
export class KneserNey {
  readonly #grams: NGrams;
  readonly #vocabulary: number;
  readonly #discounts: readonly Discounts[];
  /** The followers of no context: every symbol there is. */
  #all: Followers | null = null;
  /** (vocabulary): p(.) with no context. */
  #alone: Float32Array | null = null;

  private constructor(grams: NGrams, vocabulary: number, discounts: readonly Discounts[]) {
    this.#grams = grams;
    this.#vocabulary = vocabulary;
    this.#discounts = discounts;
  }

  /** vocabulary: how many symbols there are, `<unk>` among them. */
  static *building(grams: NGrams, vocabulary: number): Work<KneserNey> {
    const discounts: Discounts[] = [];
    for (const { counts } of grams.levels) discounts.push(yield* findingDiscounts(counts));
    return new KneserNey(grams, vocabulary, discounts);
  }

  /** Symbols of context that are looked at, at most. */
  get context(): number {
    return this.#grams.levels.length - 1;
  }

  /** p(symbol | the end of the context). context: ids, the latest last. */
  probability(context: ArrayLike<number>, symbol: number): number {
    let p = 1 / this.#vocabulary;
    for (const [order, { start, end, total, gamma }] of this.#contexts(context)) {
      const { counts } = this.#grams.levels[order] as NGrams['levels'][number];
      const node = childOf(this.#grams, order, start, end, symbol);
      const count = node < 0 ? 0 : (counts[node] as number);
      p = Math.max(0, count - this.#discount(order, count)) / total + gamma * p;
    }
    return p;
  }

  /** p(. | the end of the context) for every symbol, written into `into`: (vocabulary). */
  distribution(context: ArrayLike<number>, into: Float32Array): void {
    const [first, ...longer] = this.#contexts(context);
    this.#alone ??= this.#withoutContext(first?.[1]);
    // What each order adds is scaled by the gammas of the longer ones; so is the ground they stand on, all at once.
    let scale = longer.reduce((product, [, { gamma }]) => product * gamma, 1);
    for (let id = 0; id < into.length; id++) into[id] = (this.#alone[id] as number) * scale;
    for (const [order, followers] of longer) {
      scale /= followers.gamma;
      this.#add(order, followers, scale, into);
    }
  }

  /** p(.) by how often each symbol occurs. */
  #withoutContext(followers: Followers | undefined): Float32Array {
    const p = new Float32Array(this.#vocabulary).fill((followers?.gamma ?? 1) / this.#vocabulary);
    if (followers) this.#add(0, followers, 1, p);
    return p;
  }

  /** Adds what an order itself gives to the symbols that follow its context, times `scale`. */
  #add(order: number, { start, end, total }: Followers, scale: number, into: Float32Array): void {
    const { counts, symbols } = this.#grams.levels[order] as NGrams['levels'][number];
    for (let node = start; node < end; node++) {
      const [count, id] = [counts[node] as number, symbols[node] as number];
      into[id] = (into[id] as number) + (scale * Math.max(0, count - this.#discount(order, count))) / total;
    }
  }

  /** The followers of ever longer ends of the context, shortest first, as far as the text knows them. */
  *#contexts(context: ArrayLike<number>): Generator<[order: number, Followers]> {
    for (let order = 0; order <= this.context && order <= context.length; order++) {
      let [start, end] = [0, (this.#grams.levels[0] as NGrams['levels'][number]).symbols.length];
      for (let k = 0; k < order; k++) {
        const node = childOf(this.#grams, k, start, end, context[context.length - order + k] as number);
        if (node < 0) return;
        const { children } = this.#grams.levels[k] as NGrams['levels'][number];
        [start, end] = [children[node] as number, children[node + 1] as number];
      }
      const followers = this.#followers(order, start, end);
      if (followers.total === 0) return;
      yield [order, followers];
    }
  }

  #followers(order: number, start: number, end: number): Followers {
    // Those of no context are all symbols, and the same every time.
    if (order === 0 && this.#all) return this.#all;
    const { counts } = this.#grams.levels[order] as NGrams['levels'][number];
    let [total, held] = [0, 0];
    for (let node = start; node < end; node++) {
      const count = counts[node] as number;
      total += count;
      held += this.#discount(order, count);
    }
    const followers = { start, end, total, gamma: total === 0 ? 1 : held / total };
    if (order === 0) this.#all = followers;
    return followers;
  }

  #discount(order: number, count: number): number {
    return (this.#discounts[order] as Discounts)[Math.min(3, count)] as number;
  }
}

/** The n-grams that continue a context: nodes from `start` to `end`, what they count together, and what is left to shorter contexts. */
interface Followers {
  readonly start: number;
  readonly end: number;
  readonly total: number;
  readonly gamma: number;
}

/** D1 = 1 - 2Y n2/n1, D2 = 2 - 3Y n3/n2, D3+ = 3 - 4Y n4/n3 with Y = n1 / (n1 + 2 n2): Chen and Goodman's equation 26. */
function* findingDiscounts(counts: Int32Array): Work<Discounts> {
  const times = [0, 0, 0, 0, 0];
  for (let node = 0; node < counts.length; node++) {
    if (node % STRIDE === 0) yield;
    const count = counts[node] as number;
    if (count >= 1 && count <= 4) times[count] = (times[count] as number) + 1;
  }
  const [, n1, n2, n3, n4] = times.map((n) => n || 1) as [number, number, number, number, number];
  const y = n1 / (n1 + 2 * n2);
  // A short text can ask for discounts below nothing, or above the count itself.
  const within = (discount: number, most: number) => Math.min(most, Math.max(0.1, discount));
  return [
    0,
    within(1 - (2 * y * n2) / n1, 0.95),
    within(2 - (3 * y * n3) / n2, 1.9),
    within(3 - (4 * y * n4) / n3, 2.85),
  ];
}
