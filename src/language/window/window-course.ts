import type { NamedValues } from '../../engine/engine.ts';
import { decodeValues, encodeValues } from '../checkpoint.ts';
import { type Course, type Lesson, mustBeFinite } from '../course.ts';
import type { Model } from '../model.ts';
import type { ProgressState } from '../progress.ts';
import type { Recipe } from '../recipe.ts';
import { type CourseFigures, courseFigures } from '../training-figures.ts';
import { predictionLine, TrainingLog } from '../training-log.ts';
import type { Evaluation } from './evaluation.ts';
import { Learner } from './learner.ts';
import { type Plan, planFor } from './plan.ts';
import { Schedule, type ScheduleState } from './schedule.ts';
import { bestPossible } from './windows.ts';

/** What a checkpoint holds besides tensors. */
interface Kept {
  readonly step: number;
  readonly schedule: ScheduleState;
  readonly progress: ProgressState;
}

/** Learns to predict each symbol from the window before it: batch after batch of the recipe's plan. */
export class WindowCourse implements Course {
  readonly recipe: Recipe;
  readonly #lesson: Lesson;
  readonly #plan: Plan;
  readonly #learner: Learner;
  readonly #schedule: Schedule;
  readonly #log = new TrainingLog();
  #step = 0;
  #best: NamedValues[] | null = null;

  constructor(lesson: Lesson) {
    const { engine, recipe, text } = lesson;
    this.recipe = recipe;
    this.#lesson = lesson;
    this.#plan = planFor(recipe, text.windows);
    this.#learner = new Learner(engine, recipe, text.vocabulary.size, this.#plan.optimizer);
    this.#schedule = new Schedule(recipe, this.#plan, this.#plan.whole ? bestPossible(text.windows) : null);
  }

  get step(): number {
    return this.#step;
  }

  get finished(): boolean {
    return this.#schedule.finished;
  }

  get share(): number {
    return this.#schedule.share;
  }

  async learn(): Promise<void> {
    const { progress, text, onLog } = this.#lesson;
    this.#step++;
    const batch = this.#plan.batch(this.#step);
    const { loss, accuracy, predicted } = this.#learner.step(batch, this.#schedule.rate);
    mustBeFinite(loss);
    progress.add(this.#step, this.#plan.whole, loss, accuracy);
    if (this.recipe.name === 'article') {
      const { vocabulary, windows } = text;
      const lines = this.#log.add(this.#step, loss, accuracy === 1, () => ({
        window: vocabulary.decode(batch.levels.map(({ symbols }) => symbols[0] as number)),
        truth: vocabulary.symbolOf(batch.targets[0] as number),
        predicted: vocabulary.symbolOf(predicted),
      }));
      if (lines) onLog?.(lines);
      if (this.#step % windows.count === 0) progress.mark();
      return;
    }
    if (this.#plan.whole) return this.#schedule.afterStep(loss, accuracy);
    if (this.#step % this.#plan.epoch !== 0) return;
    const heldOut = await this.#heldOut();
    const better = this.#schedule.afterEpoch(heldOut?.loss ?? progress.loss);
    progress.mark(heldOut?.perplexity ?? null);
    if (better && heldOut) this.#best = await this.#learner.values();
  }

  async model(): Promise<Model> {
    const { text, language } = this.#lesson;
    const { vocabulary, stories } = text;
    return {
      recipe: this.recipe,
      vocabulary,
      text: { stories },
      language,
      weights: await this.#learner.values(),
      grams: null,
      predictions: null,
    };
  }

  async checkpoint(): Promise<Record<string, Uint8Array>> {
    const { progress } = this.#lesson;
    const kept: Kept = { step: this.#step, schedule: this.#schedule.state(), progress: progress.state() };
    return {
      ...encodeValues('training', await this.#learner.state(), kept),
      ...(this.#best ? encodeValues('best', this.#best, {}) : {}),
    };
  }

  resume(files: Readonly<Record<string, Uint8Array>>): void {
    const kept = decodeValues<Kept>('training', files);
    if (!kept) return;
    const { values, details } = kept;
    this.#learner.restore(values);
    this.#step = details.step;
    this.#schedule.restore(details.schedule);
    this.#lesson.progress.restore(details.progress);
    this.#best = decodeValues('best', files)?.values ?? null;
  }

  async finish(): Promise<{ model: Model; figures: CourseFigures }> {
    const { engine, text, progress } = this.#lesson;
    const last = await this.#heldOut();
    if (this.#best && last && last.loss > this.#schedule.bestLoss) this.#learner.assign(this.#best);
    const { windows, vocabulary } = text;
    const model = await this.model();
    const training = await this.#learner.evaluate(windows);
    const heldOut = await this.#heldOut();
    progress.mark(heldOut?.perplexity ?? null);
    const { row, predicted } = training.example;
    const sample = predictionLine({
      window: vocabulary.decode(windows.contexts.subarray(row * windows.window, (row + 1) * windows.window)),
      truth: vocabulary.symbolOf(windows.targets[row] as number),
      predicted: vocabulary.symbolOf(predicted),
    });
    const figures = courseFigures({
      model,
      engine: engine.name,
      text,
      training,
      heldOut: heldOut && { ...heldOut, perplexityModelOnly: heldOut.perplexity },
      steps: this.#step,
      progress,
      sample,
    });
    return { model, figures };
  }

  dispose(): void {
    this.#learner.dispose();
  }

  async #heldOut(): Promise<Evaluation | null> {
    const { heldOut } = this.#lesson.text;
    return heldOut && this.#learner.evaluate(heldOut.windows, heldOut.unknown);
  }
}
