import type { NamedValues } from './engine.ts';

/** The values of that name; throws where there are none: they belong to another model. */
export function valuesOf(state: readonly NamedValues[], name: string): Float32Array {
  const found = state.find((entry) => entry.name === name);
  if (!found) throw new Error(`The checkpoint lacks ${name}.`);
  return found.values;
}
