import type { CurvePoint } from '../../../src/language/progress.ts';
import type { Version } from '../../../src/library/library.ts';
import { FIGURES } from '../../story/fakes.ts';

/** What stands in an SVG of ours to be read. */
export function textsIn(svg: string): string[] {
  return [...svg.matchAll(/<text\b[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);
}

/** A training of 40 steps, 5 seconds each, learning throughout. heldOut: the perplexity measured at every tenth step. */
export function curve(heldOut: readonly number[] = []): CurvePoint[] {
  return Array.from({ length: 40 }, (_, at) => ({
    step: at + 1,
    seconds: 5 * (at + 1),
    loss: 4 - at * 0.05,
    accuracy: 0.02 * at,
    heldOutPerplexity: heldOut[Math.floor((at + 1) / 10) - 1] ?? null,
  }));
}

/** A version of that day of November 2026, compared by held-out text where a perplexity is given. */
export function version(
  day: number,
  accuracy: number,
  perplexity: number | null,
  keptOut: string | null = null,
): Version {
  const date = String(day).padStart(2, '0');
  return {
    id: `202611${date}-030000-3f9a`,
    createdAt: `2026-11-${date}T03:00:00.000Z`,
    corpusHash: 'c0ffee',
    stories: ['beef'],
    keptOut,
    figures: {
      ...FIGURES,
      accuracy,
      perplexity: 1.5,
      heldOutAccuracy: perplexity === null ? null : accuracy / 2,
      heldOutPerplexity: perplexity,
    },
  };
}
