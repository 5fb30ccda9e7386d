import { ops, type Tensor } from '../../engine/engine.ts';
import type { PrefixTree } from './prefix-tree.ts';

/** A `PrefixTree` in the engine, where a text that is learned from whole batches reads it at every step; all int32. */
export interface PlacedTree {
  /** symbols and parents: (rows), as `Level` has them. */
  readonly levels: readonly { readonly symbols: Tensor; readonly parents: Tensor | null }[];
  /** (rows of all levels): their symbols, level after level. */
  readonly symbols: Tensor;
  /** (windows) */
  readonly targets: Tensor;
}

/** The tensors belong to the surrounding tidy. */
export function placeTree({ levels, targets }: PrefixTree): PlacedTree {
  const int32 = (values: Int32Array) => ops.tensor1d(values, 'int32') as Tensor;
  const placed = levels.map(({ symbols, parents }) => ({
    symbols: int32(symbols),
    parents: parents && int32(parents),
  }));
  return {
    levels: placed,
    symbols: int32(Int32Array.from(levels.flatMap((level) => [...level.symbols]))),
    targets: int32(targets),
  };
}

export function tensorsOf({ levels, symbols, targets }: PlacedTree): Tensor[] {
  const ofLevels = levels.flatMap((level) => (level.parents ? [level.symbols, level.parents] : [level.symbols]));
  return [...ofLevels, symbols, targets];
}
