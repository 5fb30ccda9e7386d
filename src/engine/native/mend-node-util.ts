import util from 'node:util';

/**
 * Gives Node a `util.isNullOrUndefined`, which tfjs-node 4.22.0 calls when it creates tensors. Node 23 dropped it, and
 * Node 22 prints a deprecation warning, so it is replaced there too. Call it before that package is used.
 */
export function mendNodeUtil(): void {
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined = (value) => value === null || value === undefined;
}
