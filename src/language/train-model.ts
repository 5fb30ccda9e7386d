import type { Engine, NamedValues } from '../engine/engine.ts';
import { FabulistError } from '../errors.ts';
import { decodeValues, encodeValues } from './checkpoint.ts';
import { detectLanguage } from './detect-language.ts';
import { Learner } from './learner.ts';
import type { Model } from './model.ts';
import { type Plan, planFor } from './plan.ts';
import { Progress, type ProgressState } from './progress.ts';
import { completeRecipe, type Recipe, type RecipeOptions } from './recipe.ts';
import { Schedule, type ScheduleState } from './schedule.ts';
import { type SplitText, splitText } from './split-text.ts';
import { tellSample } from './tell-sample.ts';
import { tokenizeForms } from './tokenizer.ts';
import { type TrainingFigures, trainingFigures } from './training-figures.ts';
import { TrainingLog } from './training-log.ts';
import { bestPossible } from './windows.ts';

/** One look at a running training. */
export interface TrainingReport {
  readonly step: number;
  /** Share done, 0 to 1, by steps, by seconds or by what is left to learn, whichever is furthest. */
  readonly share: number;
  readonly secondsSpent: number;
  /** Seconds left, or null while there is nothing to estimate it from. */
  readonly secondsLeft: number | null;
  /** Mean loss a symbol, nats, over the latest steps. */
  readonly loss: number;
  readonly accuracy: number;
  readonly heldOutPerplexity: number | null;
  /** A sentence the model tells at this point, typeset: it learns as it goes. */
  readonly sample: string | null;
}

export type Intent = 'go-on' | 'stop' | 'cancel' | 'pause';

export interface TrainingHooks {
  /** About twice a second. */
  readonly onProgress?: (report: TrainingReport) => void;
  /** Two lines every 1,000 steps of the `article` recipe, in the form of its Listing 8. */
  readonly onLog?: (line: string) => void;
  /** Keeps an unfinished training, at most `CHECKPOINT_SECONDS` after the one before. */
  readonly onCheckpoint?: (files: Record<string, Uint8Array>) => Promise<void>;
  /** What `onCheckpoint` kept, of the same texts and options. */
  readonly resume?: Readonly<Record<string, Uint8Array>> | undefined;
  /** Asked after every step: goes on; ends now with the best model so far; ends with nothing; ends after a checkpoint. */
  readonly intent?: () => Intent;
}

/** A training that ended after a checkpoint, to be resumed. */
export const PAUSED = 'paused';

export interface TrainedModel {
  readonly model: Model;
  readonly figures: TrainingFigures;
  /** Ended early on request. */
  readonly stopped: boolean;
}

/** A kill loses less than this, in seconds. */
const CHECKPOINT_SECONDS = 15;
/** Work done between two looks at the rest of the world, and between two reports, in milliseconds. */
const TURN = 50;
const REPORT = 400;
/** Share of the time that may go into telling sentences while it learns. */
const SAMPLE_SHARE = 0.04;

/** What a checkpoint holds besides tensors. */
interface Kept {
  readonly step: number;
  readonly schedule: ScheduleState;
  readonly progress: ProgressState;
}

/**
 * Trains a model on the stories, by either recipe: the same loop takes batch after batch from the recipe's plan.
 * Throws `usage` for impossible options, `too-short` where no window fits, `cancelled` on request, `training-failed` where
 * the loss is no longer a number.
 */
export async function trainModel(
  engine: Engine,
  texts: readonly string[],
  options: RecipeOptions,
  hooks: TrainingHooks = {},
): Promise<TrainedModel | typeof PAUSED> {
  const run = new TrainingRun(engine, texts, options, hooks);
  try {
    return await run.run();
  } finally {
    run.dispose();
  }
}

class TrainingRun {
  readonly #engine: Engine;
  readonly #hooks: TrainingHooks;
  readonly #recipe: Recipe;
  readonly #text: SplitText;
  readonly #language: string;
  readonly #plan: Plan;
  readonly #learner: Learner;
  readonly #schedule: Schedule;
  readonly #progress: Progress;
  readonly #log = new TrainingLog();
  #step = 0;
  #best: NamedValues[] | null = null;

  constructor(engine: Engine, texts: readonly string[], options: RecipeOptions, hooks: TrainingHooks) {
    // The article averages over 1,000 single windows; a batch holds hundreds.
    this.#progress = new Progress(options.name === 'article' ? 1_000 : 50);
    this.#engine = engine;
    this.#hooks = hooks;
    const forms = texts.map(tokenizeForms);
    const words = forms.reduce((sum, story) => sum + story.length, 0);
    this.#recipe = completeRecipe(options, words);
    this.#text = splitText(forms, this.#recipe.holdOut, this.#recipe.window);
    const { vocabulary, windows } = this.#text;
    if (windows.count === 0) {
      throw new FabulistError(
        'too-short',
        `This text has ${words} words and punctuation marks, too few to learn from: it takes at least ${this.#recipe.window + 1} in one story.`,
      );
    }
    this.#language = detectLanguage(texts.join('\n'));
    this.#plan = planFor(this.#recipe, windows);
    this.#learner = new Learner(engine, this.#recipe, vocabulary.size, this.#plan.optimizer);
    this.#schedule = new Schedule(this.#recipe, this.#plan, this.#plan.whole ? bestPossible(windows) : null);
  }

  async run(): Promise<TrainedModel | typeof PAUSED> {
    this.#resume();
    let [turn, report, nextSentence, checkpoint] = Array(4).fill(performance.now()) as [number, number, number, number];
    let sentence: string | null = null;
    let stopped = false;
    while (
      !this.#schedule.finished &&
      this.#step < this.#recipe.iterations &&
      this.#progress.seconds < this.#recipe.seconds
    ) {
      await this.#learn();
      const intent = this.#hooks.intent?.() ?? 'go-on';
      if (intent === 'cancel')
        throw new FabulistError('cancelled', 'The training was cancelled; nothing was kept of it.');
      if (intent === 'pause') {
        await this.#hooks.onCheckpoint?.(await this.#checkpoint());
        return PAUSED;
      }
      stopped = intent === 'stop';
      if (stopped) break;
      const now = performance.now();
      if (now - turn < TURN) continue;
      await new Promise(setImmediate);
      turn = performance.now();
      if (this.#hooks.onProgress && now - report > REPORT) {
        if (now >= nextSentence) {
          sentence = await this.#sentence();
          nextSentence = performance.now() + (performance.now() - now) / SAMPLE_SHARE;
        }
        this.#hooks.onProgress(this.#report(sentence));
        report = performance.now();
      }
      if (this.#hooks.onCheckpoint && now - checkpoint > CHECKPOINT_SECONDS * 1_000) {
        await this.#hooks.onCheckpoint(await this.#checkpoint());
        checkpoint = performance.now();
      }
    }
    return { ...(await this.#finish()), stopped };
  }

  dispose(): void {
    this.#learner.dispose();
  }

  /** One step, and what the end of an epoch asks for. */
  async #learn(): Promise<void> {
    this.#step++;
    const batch = this.#plan.batch(this.#step);
    const { loss, accuracy, predicted } = this.#learner.step(batch, this.#schedule.rate);
    if (!Number.isFinite(loss)) {
      throw new FabulistError(
        'training-failed',
        'The training ran away (its loss is no longer a number): try a smaller --rate.',
      );
    }
    this.#progress.add(this.#step, this.#plan.whole, loss, accuracy);
    if (this.#recipe.name === 'article') {
      const { vocabulary, windows } = this.#text;
      const lines = this.#log.add(this.#step, loss, accuracy === 1, () => ({
        window: vocabulary.decode(batch.levels.map(({ symbols }) => symbols[0] as number)),
        truth: vocabulary.symbolOf(batch.targets[0] as number),
        predicted: vocabulary.symbolOf(predicted),
      }));
      if (lines) this.#hooks.onLog?.(lines);
      if (this.#step % windows.count === 0) this.#progress.mark();
      return;
    }
    if (this.#plan.whole) return this.#schedule.afterStep(loss, accuracy);
    if (this.#step % this.#plan.epoch !== 0) return;
    const heldOut = await this.#heldOut();
    const better = this.#schedule.afterEpoch(heldOut?.loss ?? this.#progress.loss);
    this.#progress.mark(heldOut?.perplexity ?? null);
    if (better && heldOut) this.#best = await this.#learner.values();
  }

  async #heldOut() {
    const { heldOut } = this.#text;
    if (!heldOut) return null;
    return this.#learner.evaluate(heldOut.windows, heldOut.unknown);
  }

  #model(weights: readonly NamedValues[]): Model {
    const { vocabulary, stories } = this.#text;
    return { recipe: this.#recipe, vocabulary, text: { stories }, language: this.#language, weights };
  }

  async #sentence(): Promise<string> {
    return tellSample(this.#engine, this.#model(await this.#learner.values()));
  }

  #report(sample: string | null): TrainingReport {
    const { seconds, loss, accuracy, heldOutPerplexity } = this.#progress;
    const share = Math.min(
      1,
      Math.max(this.#schedule.share, this.#step / this.#recipe.iterations, seconds / this.#recipe.seconds),
    );
    const secondsLeft = share > 0.02 ? (seconds * (1 - share)) / share : null;
    return { step: this.#step, share, secondsSpent: seconds, secondsLeft, loss, accuracy, heldOutPerplexity, sample };
  }

  async #checkpoint(): Promise<Record<string, Uint8Array>> {
    const kept: Kept = { step: this.#step, schedule: this.#schedule.state(), progress: this.#progress.state() };
    return {
      ...encodeValues('training', await this.#learner.state(), kept),
      ...(this.#best ? encodeValues('best', this.#best, {}) : {}),
    };
  }

  #resume(): void {
    const kept = this.#hooks.resume && decodeValues<Kept>('training', this.#hooks.resume);
    if (!kept) return;
    const { values, details } = kept;
    this.#learner.restore(values);
    this.#step = details.step;
    this.#schedule.restore(details.schedule);
    this.#progress.restore(details.progress);
    this.#best = decodeValues('best', this.#hooks.resume ?? {})?.values ?? null;
  }

  async #finish(): Promise<{ model: Model; figures: TrainingFigures }> {
    const last = await this.#heldOut();
    if (this.#best && last && last.loss > this.#schedule.bestLoss) this.#learner.assign(this.#best);
    const { windows } = this.#text;
    const model = this.#model(await this.#learner.values());
    const training = await this.#learner.evaluate(windows);
    const heldOut = await this.#heldOut();
    this.#progress.mark(heldOut?.perplexity ?? null);
    return {
      model,
      figures: trainingFigures({
        model,
        engine: this.#engine.name,
        text: this.#text,
        training,
        heldOut,
        steps: this.#step,
        progress: this.#progress,
        sampleText: await tellSample(this.#engine, model),
      }),
    };
  }
}
