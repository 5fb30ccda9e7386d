import type { CurvePoint } from '../../language/progress.ts';

/** What a learning curve says, beyond its points. */
export interface CurveFacts {
  /** Those that can be drawn, in order. */
  readonly points: readonly CurvePoint[];
  /** Where the held-out text was measured: after some points, not after each. Loss in nats. */
  readonly unread: readonly { readonly at: CurvePoint; readonly loss: number }[];
  /**
   * The moment of the best model: the lowest loss on what was held out; without such, the highest accuracy, and of several
   * the lowest loss.
   */
  readonly best: CurvePoint | undefined;
  /** Whether it guessed the held-out text worse after that, while it went on with what it read: it learned by heart. */
  readonly byHeart: boolean;
}

/** Nats that a held-out loss must rise by to mean anything: one percent of the perplexity. */
const RISE = 0.01;

export function curveFacts(given: readonly CurvePoint[]): CurveFacts {
  const points = given.filter(({ step, seconds, loss, accuracy }) =>
    [step, seconds, loss, accuracy].every(Number.isFinite),
  );
  const unread = measurementsOf(points);
  const lowest = unread.reduce<(typeof unread)[number] | undefined>(
    (best, one) => (best && best.loss <= one.loss ? best : one),
    undefined,
  );
  const last = unread.at(-1);
  return {
    points,
    unread,
    best: lowest?.at ?? mostRight(points),
    byHeart: lowest !== undefined && last !== undefined && last.loss > lowest.loss + RISE,
  };
}

/**
 * A measurement stands at every point until the next one. The last point of all may hold that of the best model once more,
 * which is the one that is kept: no measurement of the state at that time.
 */
function measurementsOf(points: readonly CurvePoint[]): { at: CurvePoint; loss: number }[] {
  const measured: { at: CurvePoint; loss: number }[] = [];
  let before: number | null = null;
  for (const at of points) {
    const { heldOutPerplexity } = at;
    if (heldOutPerplexity === before) continue;
    before = heldOutPerplexity;
    const loss = heldOutPerplexity === null ? Number.NaN : Math.log(heldOutPerplexity);
    if (Number.isFinite(loss)) measured.push({ at, loss });
  }
  const last = measured.at(-1);
  const repeats = measured.slice(0, -2).some(({ loss }) => last && Math.abs(loss - last.loss) < 1e-6);
  return repeats && last?.at === points.at(-1) ? measured.slice(0, -1) : measured;
}

function mostRight(points: readonly CurvePoint[]): CurvePoint | undefined {
  return points.reduce<CurvePoint | undefined>((best, one) => {
    if (!best || one.accuracy > best.accuracy) return one;
    return one.accuracy === best.accuracy && one.loss <= best.loss ? one : best;
  }, undefined);
}
