import { Random } from './random.ts';
import { type Candidate, drawSymbol, likeliest } from './sampler.ts';

export interface TellOptions {
  /** Symbols to add. */
  readonly words: number;
  /** 0: the most likely symbol every time. Above: drawn from softmax(logits / temperature). */
  readonly temperature: number;
  readonly seed: number;
}

export interface Told {
  /** The ids of the symbols that follow. */
  readonly ids: Int32Array;
  /** At each of their places, what the model held for most likely there, at temperature 1. */
  readonly candidates: readonly (readonly Candidate[])[];
}

/** Symbols named as most likely at each place. */
const CANDIDATES = 3;

/** One story in the telling: reads its context first, then chooses symbol after symbol. */
export class Telling {
  readonly #context: Int32Array;
  readonly #options: TellOptions;
  readonly #unknown: number;
  readonly #random: Random;
  readonly #ids: number[] = [];
  readonly #candidates: (readonly Candidate[])[] = [];
  #read = 0;

  /** context: ids, at least one; unknown: the id that is never told, or -1. */
  constructor(context: Int32Array, options: TellOptions, unknown: number) {
    this.#context = context;
    this.#options = options;
    this.#unknown = unknown;
    this.#random = new Random(options.seed);
  }

  /** The symbol to be read next. */
  next(): number {
    const id = this.#context[this.#read] ?? (this.#ids[this.#read - this.#context.length] as number);
    this.#read++;
    return id;
  }

  /** Whether a symbol is to be chosen now: all before it is read. */
  get chooses(): boolean {
    return this.#read >= this.#context.length;
  }

  get done(): boolean {
    return this.#ids.length >= this.#options.words;
  }

  /** Chooses the next symbol. logits: (vocabulary). */
  choose(logits: Float32Array): void {
    this.#candidates.push(likeliest(logits, CANDIDATES, this.#unknown));
    this.#ids.push(drawSymbol(logits, this.#options.temperature, this.#random, this.#unknown));
  }

  told(): Told {
    return { ids: Int32Array.from(this.#ids), candidates: this.#candidates };
  }
}
