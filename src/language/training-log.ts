/** The article's display step. */
const EVERY = 1_000;

/** Symbols of a window that are shown; of a wider one the last ones. */
const SHOWN = 8;

export interface Prediction {
  readonly window: readonly string[];
  readonly truth: string;
  readonly predicted: string;
}

/** `['could', 'easily', 'retire'] - [while] vs [while]`: the window, the true next symbol, the predicted one (Listing 8). */
export function predictionLine({ window, truth, predicted }: Prediction): string {
  const shown = window.length > SHOWN ? ['...', ...window.slice(-SHOWN)] : window;
  return `[${shown.map((symbol) => `'${symbol}'`).join(', ')}] - [${truth}] vs [${predicted}]`;
}

/** The article's log: averages over every 1,000 steps, and the last prediction of each (Listing 8). */
export class TrainingLog {
  #loss = 0;
  #hits = 0;
  #steps = 0;

  /** Takes one step in; returns the two lines to print after every thousandth, else null. loss in nats. */
  add(step: number, loss: number, hit: boolean, prediction: () => Prediction): string | null {
    this.#loss += loss;
    this.#hits += hit ? 1 : 0;
    this.#steps++;
    if (step % EVERY !== 0) return null;
    const [loss_, accuracy] = [this.#loss / this.#steps, (100 * this.#hits) / this.#steps];
    this.#loss = this.#hits = this.#steps = 0;
    return (
      `Iter= ${step}, Average Loss= ${loss_.toFixed(6)}, Average Accuracy= ${accuracy.toFixed(2)}%\n` +
      predictionLine(prediction())
    );
  }
}
