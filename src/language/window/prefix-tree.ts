import type { Windows } from './windows.ts';

/**
 * A batch of windows as a tree of their beginnings. An LSTM that starts from no state is in the same state after the same
 * symbols, so what windows have in common at their start is computed once, and exactly: after the first symbol there are at
 * most as many different states as symbols, whatever the number of windows.
 *
 * Level t holds the states after t + 1 symbols; the last level has one row a window, in the order of the windows.
 */
export interface PrefixTree {
  readonly levels: readonly Level[];
  /** (windows): the symbol that follows each row of the last level. */
  readonly targets: Int32Array;
}

export interface Level {
  /** (rows): the symbol that each row reads. */
  readonly symbols: Int32Array;
  /** (rows): the row of the level before that each row continues; null where row k continues row k. */
  readonly parents: Int32Array | null;
}

export function prefixTree({ window, count, contexts, targets }: Windows): PrefixTree {
  const levels: Level[] = [];
  let rowOf: Int32Array = new Int32Array(count); // the row, on the level before, of each window's beginning
  let rows = 0;
  for (let t = 0; t < window; t++) {
    const symbolAt = (w: number) => contexts[w * window + t] as number;
    if (t === window - 1) {
      const same = t > 0 && rows === count && rowOf.every((row, w) => row === w);
      levels.push({
        symbols: Int32Array.from({ length: count }, (_, w) => symbolAt(w)),
        parents: t === 0 || same ? null : rowOf,
      });
      break;
    }
    const seen = new Map<number, number>();
    const symbols: number[] = [];
    const parents: number[] = [];
    const next = new Int32Array(count);
    for (let w = 0; w < count; w++) {
      const parent = rowOf[w] as number;
      const key = parent * 2 ** 26 + symbolAt(w); // exact: rows stay far below 2^27, symbols below 2^26
      let row = seen.get(key);
      if (row === undefined) {
        row = symbols.length;
        seen.set(key, row);
        symbols.push(symbolAt(w));
        parents.push(parent);
      }
      next[w] = row;
    }
    const same = parents.length === rows && parents.every((parent, row) => parent === row);
    levels.push({ symbols: Int32Array.from(symbols), parents: t === 0 || same ? null : Int32Array.from(parents) });
    rowOf = next;
    rows = symbols.length;
  }
  return { levels, targets };
}
