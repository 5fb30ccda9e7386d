import { setImmediate as turn } from 'node:timers/promises';

/**
 * The n-grams of a text as a trie: the nodes of level k are its runs of k + 1 symbols, sorted, so that those that continue
 * one run stand together and a symbol among them is found by halving.
 */
export interface NGrams {
  readonly levels: readonly Level[];
}

interface Level {
  /** (nodes): the last symbol of each run. */
  readonly symbols: Int32Array;
  /** (nodes): at the last level how often the run occurs, below it how many different symbols stand before it. */
  readonly counts: Int32Array;
  /** (nodes + 1): the nodes of the next level that continue node n are children[n] to children[n + 1]. Empty at the last. */
  readonly children: Int32Array;
}

/** The node of `symbol` between two nodes of a level, or -1. */
export function childOf(grams: NGrams, level: number, start: number, end: number, symbol: number): number {
  const { symbols } = grams.levels[level] as Level;
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((symbols[middle] as number) < symbol) low = middle + 1;
    else high = middle;
  }
  return low < end && symbols[low] === symbol ? low : -1;
}

/** Symbols looked up between two turns of others. */
const SLICE = 200_000;

/**
 * Counts the n-grams of the stories, none reaching across two of them. order: symbols of the longest; vocabulary: how many
 * symbols there are. Takes about a second for a million symbols; others get their turn meanwhile.
 */
export async function countNGrams(stories: readonly Int32Array[], order: number, vocabulary: number): Promise<NGrams> {
  const text = joined(stories);
  const levels: Level[] = [];
  /** The node of the run of the current length that starts at each place; -1 where a story ends before. */
  let nodes = new Int32Array(text.length).fill(0);
  for (let level = 0; level < order; level++) {
    const keys = new Float64Array(text.length).fill(Number.POSITIVE_INFINITY);
    for (let at = 0; at + level < text.length; at++) {
      const symbol = text[at + level] as number;
      // A run's key is the run without its last symbol, then that symbol: sorting keys sorts runs.
      if (symbol >= 0 && (nodes[at] as number) >= 0) keys[at] = (nodes[at] as number) * vocabulary + symbol;
      if (at % SLICE === SLICE - 1) await turn();
    }
    await turn();
    // Sorting is one turn: some 150 milliseconds for two million symbols.
    const sorted = unique(keys);
    await turn();
    const next = new Int32Array(text.length).fill(-1);
    for (let at = 0; at < text.length; at++) {
      if (keys[at] !== Number.POSITIVE_INFINITY) next[at] = find(sorted, keys[at] as number);
      if (at % SLICE === SLICE - 1) await turn();
    }
    const counts = new Int32Array(sorted.length);
    for (const node of next) if (node >= 0) counts[node] = (counts[node] as number) + 1;
    const below = levels.at(-1);
    await turn();
    if (below) {
      const parents = sorted.map((key) => Math.floor(key / vocabulary));
      for (const parent of parents) below.children[parent + 1] = (below.children[parent + 1] as number) + 1;
      for (let node = 0; node < below.symbols.length; node++) {
        below.children[node + 1] = (below.children[node + 1] as number) + (below.children[node] as number);
      }
      await turn();
      countBefore(below.counts, nodes, next, sorted.length);
      await turn();
    }
    const last = level === order - 1;
    levels.push({
      symbols: Int32Array.from(sorted, (key) => key % vocabulary),
      counts,
      children: new Int32Array(last ? 0 : sorted.length + 1),
    });
    nodes = next;
    await turn();
  }
  return { levels };
}

/** As one array: the number of levels, then of each its number of nodes and its three arrays. */
export function encodeNGrams({ levels }: NGrams): Int32Array {
  const parts = levels.flatMap(({ symbols, counts, children }) => [
    Int32Array.of(symbols.length, children.length),
    symbols,
    counts,
    children,
  ]);
  const all = new Int32Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  all[0] = levels.length;
  let at = 1;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Reads it back, without copying. Throws Error where the numbers do not add up. */
export function decodeNGrams(all: Int32Array): NGrams {
  let at = 1;
  const take = (count: number) => {
    at += count;
    if (at > all.length) throw new Error('the n-grams end early');
    return all.subarray(at - count, at);
  };
  const levels = Array.from({ length: all[0] ?? 0 }, () => {
    const [nodes, links] = take(2) as unknown as [number, number];
    return { symbols: take(nodes), counts: take(nodes), children: take(links) };
  });
  return { levels };
}

/** Replaces the counts of a level by the number of different symbols before each run: of different longer runs that end in it. */
function countBefore(counts: Int32Array, shorter: Int32Array, longer: Int32Array, longerRuns: number): void {
  counts.fill(0);
  const seen = new Uint8Array(longerRuns);
  for (let at = 0; at + 1 < longer.length; at++) {
    const run = longer[at] as number;
    if (run < 0 || seen[run]) continue;
    seen[run] = 1;
    const ending = shorter[at + 1] as number;
    counts[ending] = (counts[ending] as number) + 1;
  }
}

/** The stories one after the other, with -1 between them. */
function joined(stories: readonly Int32Array[]): Int32Array {
  const text = new Int32Array(stories.reduce((sum, story) => sum + story.length + 1, 0)).fill(-1);
  let at = 0;
  for (const story of stories) {
    text.set(story, at);
    at += story.length + 1;
  }
  return text;
}

/** The finite keys, each once, ascending. */
function unique(keys: Float64Array): Float64Array {
  const sorted = keys.slice().sort();
  let count = 0;
  for (const key of sorted)
    if (key !== Number.POSITIVE_INFINITY && (count === 0 || key !== sorted[count - 1])) sorted[count++] = key;
  return sorted.slice(0, count);
}

function find(sorted: Float64Array, key: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
