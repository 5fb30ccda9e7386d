import util from 'node:util';

/**
 * Gives Node the functions of `util` that tfjs-node 4.22.0 calls when it creates tensors: `isNullOrUndefined`, which Node 23
 * dropped, and `isArray`. Node 22 prints a deprecation warning for both, so they are replaced there too. Call it before that
 * package is used.
 */
export function mendNodeUtil(): void {
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  old.isNullOrUndefined = (value) => value === null || value === undefined;
  old.isArray = Array.isArray;
}
