/** One point of the learning curve. */
export interface CurvePoint {
  readonly step: number;
  readonly seconds: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly heldOutPerplexity: number | null;
}

export interface ProgressState {
  readonly seconds: number;
  readonly secondsToAccuracy: number | null;
  readonly loss: number;
  readonly accuracy: number;
  readonly heldOutPerplexity: number | null;
  readonly curve: readonly CurvePoint[];
}

/** The figure that the article reports after 50,000 iterations. */
const ARTICLE_ACCURACY = 0.912;
/** Points of the curve at most: more than a picture shows. */
const POINTS = 400;

/** How far a training has come: its time, its running averages and its learning curve. */
export class Progress {
  #state: ProgressState = {
    seconds: 0,
    secondsToAccuracy: null,
    loss: 0,
    accuracy: 0,
    heldOutPerplexity: null,
    curve: [],
  };
  /** Steps that a running average looks back over. */
  readonly #lookBack: number;
  #before = 0;
  readonly #start = performance.now();
  #steps = 0;
  #step = 0;
  #every = 1;

  constructor(lookBack: number) {
    this.#lookBack = lookBack;
  }

  /** Seconds of training, over all its lives where it was resumed. */
  get seconds(): number {
    return this.#before + (performance.now() - this.#start) / 1_000;
  }

  get loss(): number {
    return this.#state.loss;
  }

  get accuracy(): number {
    return this.#state.accuracy;
  }

  get heldOutPerplexity(): number | null {
    return this.#state.heldOutPerplexity;
  }

  get secondsToAccuracy(): number | null {
    return this.#state.secondsToAccuracy;
  }

  get curve(): readonly CurvePoint[] {
    return this.#state.curve;
  }

  /** Takes one step in. whole: its loss and accuracy are those of every window, else of a part, and are averaged. */
  add(step: number, whole: boolean, loss: number, accuracy: number): void {
    this.#step = step;
    this.#steps++;
    const weight = whole ? 1 : Math.max(1 / this.#steps, 1 / this.#lookBack);
    const average = (before: number, now: number) => before + weight * (now - before);
    const state = {
      ...this.#state,
      loss: average(this.#state.loss, loss),
      accuracy: average(this.#state.accuracy, accuracy),
    };
    // An average over fewer steps than it looks back over may be high by chance.
    const sure = whole || this.#steps >= this.#lookBack;
    if (state.secondsToAccuracy === null && sure && state.accuracy >= ARTICLE_ACCURACY)
      state.secondsToAccuracy = this.seconds;
    this.#state = state;
    if (step % this.#every === 0) this.mark();
  }

  /** Adds a point to the curve now. */
  mark(heldOutPerplexity: number | null = this.#state.heldOutPerplexity): void {
    const { loss, accuracy } = this.#state;
    let curve = [...this.#state.curve, { step: this.#step, seconds: this.seconds, loss, accuracy, heldOutPerplexity }];
    if (curve.length > POINTS) {
      curve = curve.filter((_, k) => k % 2 === 0);
      this.#every *= 2;
    }
    this.#state = { ...this.#state, heldOutPerplexity, curve };
  }

  state(): ProgressState {
    return { ...this.#state, seconds: this.seconds };
  }

  restore(state: ProgressState): void {
    this.#state = state;
    this.#before = state.seconds;
    this.#steps = this.#lookBack;
    this.#every = Math.max(1, Math.ceil((state.curve.at(-1)?.step ?? 0) / POINTS));
  }
}
