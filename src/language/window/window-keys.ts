/** What stands for symbols in a row where something is remembered of them. */
export type WindowKey = number | string;

/** count: how many of the symbols, the first ones; default all. */
export type KeyOf = (symbols: ArrayLike<number>, count?: number) => WindowKey;

/**
 * Gives symbols in a row, as many as a window at most, a key that no others have. vocabulary: how many symbols there are. A number
 * wherever all fit below 2^53, since text takes several times as long to put together and to look up.
 */
export function windowKeys(vocabulary: number, window: number): KeyOf {
  // Digits from 1 on, so that no symbols are the beginning of others with zeros before them.
  const base = vocabulary + 1;
  if (base ** window <= Number.MAX_SAFE_INTEGER) {
    return (symbols, count = symbols.length) => {
      let key = 0;
      for (let k = 0; k < count; k++) key = key * base + (symbols[k] as number) + 1;
      return key;
    };
  }
  return (symbols, count = symbols.length) => {
    let key = '';
    for (let k = 0; k < count; k++) key += ` ${symbols[k]}`;
    return key;
  };
}
