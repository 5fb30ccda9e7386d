/**
 * What a teller reads with: several stories side by side, a row each, and what each would go on with. One kind of model
 * reads its window anew for every symbol, another carries its state along; a teller need not know.
 */
export interface Reader {
  /** Symbols before a place that its prediction can depend on; a context need not be read from further back. */
  readonly memory: number;
  /** Bytes that it takes in memory, what it remembers included, and beside them nothing but the model. */
  readonly bytes: number;
  /**
   * Puts the stories in another order: row k goes on as the row `from[k]` of before, or begins anew where that is -1.
   * Rows that are not named are let go. A reader begins with no rows.
   */
  arrange(from: readonly number[]): void;
  /** Reads one more symbol of every story. ids: (rows). */
  read(ids: Int32Array): void;
  /**
   * What the stories of some rows would go on with: (rows.length, vocabulary), natural logarithms of the
   * probabilities. At least one symbol of each was read. The array may be used again at the next call.
   */
  logits(rows: readonly number[]): Float32Array | Promise<Float32Array>;
  /**
   * What the story of a row would go on with after a shorter context, for where what `logits` holds likely may not be told:
   * (vocabulary), natural logarithms of probabilities. Null, or no such method, where a reader has nothing better to say.
   */
  shorter?(row: number): Float32Array | null;
  dispose(): void;
}
