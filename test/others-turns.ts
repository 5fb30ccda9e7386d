import { performance } from 'node:perf_hooks';

/** Longer than half a turn, in milliseconds. */
const SLOW = 4;

/** The value, given back after so long that after two of them others must have had their turn. */
export function slowly<T>(value: T): T {
  const until = performance.now() + SLOW;
  while (performance.now() < until);
  return value;
}

/** How often others had their turn while something went on. */
export async function othersTurns(work: () => Promise<unknown> | unknown): Promise<number> {
  let turns = 0;
  let over = false;
  const count = () => {
    if (over) return;
    turns++;
    setImmediate(count);
  };
  setImmediate(count);
  await work();
  over = true;
  return turns;
}
