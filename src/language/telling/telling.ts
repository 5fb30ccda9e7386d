import { Random } from '../random.ts';
import { expOf } from './elementary.ts';
import type { Ending, Guide } from './guide.ts';
import { type Candidate, drawSymbol, likeliest } from './sampler.ts';

export interface TellOptions {
  /** Symbols to add; fewer only with an `ending`. */
  readonly words: number;
  /** 0: the most likely symbol every time. Above: drawn from softmax(logits / temperature). */
  readonly temperature: number;
  /** The share of probability that is drawn from, the most likely symbols first: above 0, to 1 (the default, all of them). */
  readonly topP?: number;
  readonly seed: number;
  /** Symbols at the head of the context that are no part of the story: the guides do not see them. Default 0. */
  readonly silent?: number;
  /** Asked in this order before every choice. One that would leave no symbol to choose is not heeded there. */
  readonly guides?: readonly Guide[];
  /** Asked after them, and may end the story before its last words. */
  readonly ending?: Ending | undefined;
}

export interface Told {
  /** The ids of the symbols that follow. */
  readonly ids: Int32Array;
  /** At each of their places, what the model held for most likely there, at temperature 1 and unguided. */
  readonly candidates: readonly (readonly Candidate[])[];
}

/** Symbols named as most likely at each place. */
const CANDIDATES = 3;
/** The share of probability below which what is left is told by chance: a text learned by heart leaves a thousandth of it to all else. */
const CHANCE = 0.05;
/** A closing mark that is more likely than not is told after the end of the last sentence. */
const LIKELY = 0.5;

/** One story in the telling: reads its context first, then chooses symbol after symbol. */
export class Telling {
  readonly #context: Int32Array;
  readonly #options: TellOptions;
  readonly #unknown: number;
  readonly #random: Random;
  readonly #history: number[];
  readonly #ids: number[] = [];
  readonly #candidates: (readonly Candidate[])[] = [];
  #read: number;
  /** Whether a sentence has ended near the end: nothing but its closing mark may follow. */
  #ended = false;
  #done = false;

  /** context: ids, at least one, of which the last `memory` are read; unknown: the id that is never told, or -1. */
  constructor(context: Int32Array, options: TellOptions, memory: number, unknown: number) {
    this.#context = context;
    this.#options = options;
    this.#unknown = unknown;
    this.#random = new Random(options.seed);
    this.#history = [...context.subarray(options.silent ?? 0)];
    this.#read = Math.max(0, context.length - memory);
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
    return this.#done;
  }

  /**
   * Chooses the next symbol, or none where the story ends. logits: (vocabulary), logarithms of probabilities; shorter: as
   * `Reader.shorter` has it, where it is there. Both are changed by it.
   */
  choose(logits: Float32Array, shorter?: () => Float32Array | null): void {
    const { words, temperature, topP, ending } = this.#options;
    const candidates = likeliest(logits, CANDIDATES, this.#unknown);
    if (this.#ended) {
      const [first] = candidates;
      if (first && first.probability >= LIKELY && ending?.closes(first.id)) this.#tell(first.id, candidates);
      this.#done = true;
      return;
    }
    const left = words - this.#ids.length;
    this.#steer(logits, left);
    const steered = (shorter && this.#ruledOut(logits) && shorter()) || logits;
    if (steered !== logits) this.#steer(steered, left);
    this.#tell(drawSymbol(steered, temperature, this.#random, this.#unknown, topP), candidates);
    this.#done = left === 1;
    this.#ended = !this.#done && ending !== undefined && left <= ending.reach + 1 && ending.endsAt(this.#history);
  }

  told(): Told {
    return { ids: Int32Array.from(this.#ids), candidates: this.#candidates };
  }

  #tell(id: number, candidates: readonly Candidate[]): void {
    this.#ids.push(id);
    this.#history.push(id);
    this.#candidates.push(candidates);
  }

  #steer(logits: Float32Array, left: number): void {
    const { guides = [], ending } = this.#options;
    if (this.#unknown >= 0) logits[this.#unknown] = Number.NEGATIVE_INFINITY;
    for (const guide of guides) this.#heed(guide, logits, left);
    if (ending) this.#heed(ending, logits, left);
  }

  /** Whether next to nothing is left of what was likely, so that what is told would be told by chance. */
  #ruledOut(logits: Float32Array): boolean {
    if (!this.#options.guides?.length) return false;
    let left = 0;
    // Mostly the first few have enough: the frequent symbols come first.
    for (let id = 0; id < logits.length; id++) {
      left += expOf(Math.min(0, logits[id] as number));
      if (left >= CHANCE) return false;
    }
    return true;
  }

  #heed(guide: Guide, logits: Float32Array, left: number): void {
    const before = logits.slice();
    guide.steer(logits, this.#history, left);
    if (logits.every((logit) => logit === Number.NEGATIVE_INFINITY)) logits.set(before);
  }
}
