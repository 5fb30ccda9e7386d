/** Has a say in what a story goes on with. */
export interface Guide {
  /**
   * Lowers or raises what the next symbol is chosen from, in place; minus infinity rules a symbol out. logits: (vocabulary).
   * history: the ids of the story so far, its opening included. left: symbols that may still be told, this one included.
   */
  steer(logits: Float32Array, history: readonly number[], left: number): void;
}

/** A guide to a good end: a story may stop short of its last symbols where one of its sentences does. */
export interface Ending extends Guide {
  /** Symbols before the last one at which a story may end already. */
  readonly reach: number;
  /** Whether a sentence ends with the last of these ids. */
  endsAt(history: readonly number[]): boolean;
  /** Whether an id is a mark that goes with the sentence before it, such as a closing quotation mark. */
  closes(id: number): boolean;
}
