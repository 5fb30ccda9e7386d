import { setTimeout as sleep } from 'node:timers/promises';
import type { Measurement } from './measurement.ts';

/** As many people as ask within one second, on a surface that asks to be answered within three. */
export const CROWD = 200;

/** Asks CROWD times, spread evenly over a second. */
export async function crowd<T>(ask: (at: number) => T): Promise<T[]> {
  const begun = performance.now();
  const asked: T[] = [];
  for (let at = 0; at < CROWD; at++) {
    const wait = begun + (at * 1_000) / CROWD - performance.now();
    if (wait > 0) await sleep(wait);
    asked.push(ask(at));
  }
  return asked;
}

/** took: milliseconds to each acknowledgement. */
export function acknowledgements(surface: string, took: readonly number[]): Measurement[] {
  const sorted = [...took].sort((one, other) => one - other);
  const share = (part: number) => sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] as number;
  const figures: [string, number][] = [
    ['slowest', share(1)],
    ['99th percentile', share(0.99)],
    ['95th percentile', share(0.95)],
    ['median', share(0.5)],
  ];
  return figures.map(([what, milliseconds]) => ({
    name: `acknowledgement of ${CROWD} in a second on ${surface} while a book trains, ${what}`,
    ours: Math.round(milliseconds),
    peer: null,
    peerName: null,
    unit: 'ms',
    ratio: null,
  }));
}
