import type { PrefixTree } from '../src/language/window/prefix-tree.ts';

/**
 * Floating-point operations that one training step of the window model cannot do without: its matrix products, a
 * multiplication and an addition counted as two, each taken over the rows that are left when windows share their beginnings.
 *
 *     recurrent product of a level, from the one before   2 rows(t - 1) units 4 units   forward; as much for the gradient on
 *     a layer's product with the layer beneath            2 rows(t) units 4 units       its way back and for that of the matrix
 *     output                                              2 windows units vocabulary
 *
 * Not counted, though done: what would be counted without sharing; gates, softmax and optimizer, which are 30 operations
 * for each of a step's numbers where a product is a thousand (under 2 % of the fable's step); moving rows about. The input
 * side is a table whose rows are looked up: it needs no product. So the share of the machine's rate that follows from this
 * count is the strictest there is: a step that did the same windows one by one would be credited with 1.4 times as much.
 */
export function necessaryOperations(
  tree: PrefixTree,
  { layers, units, vocabulary }: { layers: number; units: number; vocabulary: number },
): number {
  const rows = tree.levels.map(({ symbols }) => symbols.length);
  const sum = (of: readonly number[]) => of.reduce((total, one) => total + one, 0);
  const product = (count: number, from: number, to: number) => 2 * count * from * to;
  const recurrent = layers * product(sum(rows.slice(0, -1)), units, 4 * units);
  const lower = (layers - 1) * product(sum(rows), units, 4 * units);
  const output = product(tree.targets.length, units, vocabulary);
  return 3 * (recurrent + lower + output);
}
