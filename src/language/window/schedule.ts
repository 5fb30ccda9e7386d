import type { Recipe } from '../recipe.ts';
import type { Plan } from './plan.ts';

/**
 * A text learned whole is learned once every window it allows is predicted: then the rate falls by 7 % a step for so many
 * steps, which lets equally likely symbols settle at equal probabilities instead of taking turns.
 */
const SETTLING = 40;
const FALL = 0.93;
/** Steps without a loss 1 % lower after which a text learned whole has nothing more to give. */
const PATIENCE = 150;
/** Epochs in a row without a lower held-out loss, each of which halves the rate, after which a long text has nothing more to give. */
const EPOCHS = 3;

export interface ScheduleState {
  readonly factor: number;
  readonly settled: number;
  readonly bestLoss: number;
  readonly since: number;
  readonly finished: boolean;
}

/** The step size, and when nothing more can be learned. The article's recipe keeps its rate and never ends early. */
export class Schedule {
  readonly #recipe: Recipe;
  readonly #best: { readonly accuracy: number; readonly loss: number };
  readonly #whole: boolean;
  #state: ScheduleState = { factor: 1, settled: 0, bestLoss: Number.MAX_VALUE, since: 0, finished: false };
  #firstLoss: number | null = null;
  #loss = 0;

  /** best: what the best model of this window can reach on the training windows; needed where a text is learned whole. */
  constructor(
    recipe: Recipe,
    plan: Pick<Plan, 'whole'>,
    best: { readonly accuracy: number; readonly loss: number } | null,
  ) {
    this.#recipe = recipe;
    this.#whole = plan.whole;
    this.#best = best ?? { accuracy: 1, loss: 0 };
  }

  get rate(): number {
    return this.#recipe.rate * this.#state.factor;
  }

  get finished(): boolean {
    return this.#state.finished;
  }

  /** The lowest loss so far: of steps where a text is learned whole, else of epochs. */
  get bestLoss(): number {
    return this.#state.bestLoss;
  }

  /** Share of the way to the end that the losses tell of, 0 to 1; 0 where they tell nothing. */
  get share(): number {
    if (!this.#whole || this.#firstLoss === null) return 0;
    const { settled } = this.#state;
    const learned = 1 - Math.max(0, this.#loss - this.#best.loss) / Math.max(1e-9, this.#firstLoss - this.#best.loss);
    return 0.5 * Math.max(0, Math.min(1, learned)) + (0.5 * settled) / SETTLING;
  }

  /** After a step that saw every window. */
  afterStep(loss: number, accuracy: number): void {
    this.#firstLoss ??= loss;
    this.#loss = loss;
    let { factor, settled, bestLoss, since } = this.#state;
    since = loss < bestLoss * 0.99 ? 0 : since + 1;
    bestLoss = Math.min(bestLoss, loss);
    if (settled > 0 || accuracy >= this.#best.accuracy) {
      settled++;
      factor *= FALL;
    }
    this.#state = { factor, settled, bestLoss, since, finished: settled >= SETTLING || since >= PATIENCE };
  }

  /** After every window was seen once more; loss: held-out, or of training where nothing is held out. True where it is the lowest so far. */
  afterEpoch(loss: number): boolean {
    const better = loss < this.#state.bestLoss;
    const since = better ? 0 : this.#state.since + 1;
    this.#state = {
      ...this.#state,
      factor: better ? this.#state.factor : this.#state.factor / 2,
      bestLoss: Math.min(loss, this.#state.bestLoss),
      since,
      finished: since >= EPOCHS,
    };
    return better;
  }

  state(): ScheduleState {
    return this.#state;
  }

  restore(state: ScheduleState): void {
    this.#state = state;
  }
}
