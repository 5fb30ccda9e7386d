import type { NamedValues } from '../../engine/engine.ts';
import { decodeValues, encodeValues } from '../checkpoint.ts';
import { type Course, type Lesson, mustBeFinite } from '../course.ts';
import type { Model } from '../model.ts';
import type { ProgressState } from '../progress.ts';
import type { Recipe } from '../recipe.ts';
import { UNKNOWN } from '../text/vocabulary.ts';
import { type CourseFigures, courseFigures } from '../training-figures.ts';
import { predictionLine } from '../training-log.ts';
import { checkHeldOut, measureHeldOut, measureTraining } from './measure.ts';
import { GRAMS_ORDER } from './mixture.ts';
import { countNGrams, type NGrams } from './n-grams.ts';
import { SequenceLearner } from './sequence-learner.ts';
import { Streams } from './streams.ts';

/** Share of the way between two looks at the held-out text. */
const CHECK_EVERY = 0.05;
/** Looks in a row that found it predicted worse, after which nothing more is to be gained. */
const PATIENCE = 5;
/** Symbols that occur this often or less are now and then read as unknown. */
const RARE = 2;
/** What is left of the rate at the end. */
const LAST_RATE = 0.02;

/** What a checkpoint holds besides tensors. */
interface Kept {
  readonly step: number;
  readonly progress: ProgressState;
  readonly checked: number;
  readonly bestLoss: number | null;
  readonly since: number;
}

/** Learns to predict each symbol from all before it: stretch after stretch of the text's streams. */
export class SequenceCourse implements Course {
  readonly recipe: Recipe;
  readonly #lesson: Lesson;
  readonly #learner: SequenceLearner;
  readonly #streams: Streams;
  #step = 0;
  /** Share of the way at the latest look at the held-out text. */
  #checked = 0;
  #best: { readonly loss: number; readonly values: NamedValues[] | null } | null = null;
  #since = 0;
  #grams: NGrams | null = null;

  constructor(lesson: Lesson) {
    const { engine, recipe, text } = lesson;
    this.recipe = recipe;
    this.#lesson = lesson;
    const times = new Uint32Array(text.vocabulary.size);
    for (const story of text.stories) for (const id of story) times[id] = (times[id] as number) + 1;
    const rare = (id: number) => (times[id] as number) <= RARE;
    this.#streams = new Streams(text.stories, recipe, text.vocabulary.idOf(UNKNOWN), rare);
    this.#learner = new SequenceLearner(engine, recipe, text.vocabulary.size);
  }

  get step(): number {
    return this.#step;
  }

  get finished(): boolean {
    return this.#since >= PATIENCE;
  }

  get share(): number {
    const { seconds, iterations } = this.recipe;
    return Math.min(1, Math.max(this.#step / iterations, this.#lesson.progress.seconds / seconds));
  }

  /** The rate falls along half a cosine (Loshchilov and Hutter 2017). */
  get #rate(): number {
    return this.recipe.rate * (LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + Math.cos(Math.PI * this.share)));
  }

  async learn(): Promise<void> {
    const { progress } = this.#lesson;
    this.#step++;
    const { loss, accuracy } = this.#learner.step(this.#streams.at(this.#step), this.#rate);
    mustBeFinite(loss);
    progress.add(this.#step, false, loss, accuracy);
    if (this.share - this.#checked < CHECK_EVERY || this.#step < this.#streams.epoch) return;
    this.#checked = this.share;
    await this.#check();
  }

  async model(): Promise<Model> {
    const { text, language } = this.#lesson;
    const { vocabulary, stories } = text;
    this.#grams ??= await countNGrams(stories, GRAMS_ORDER, vocabulary.size);
    return {
      recipe: this.recipe,
      vocabulary,
      text: { stories },
      language,
      weights: await this.#learner.values(),
      grams: this.#grams,
      predictions: null,
    };
  }

  async checkpoint(): Promise<Record<string, Uint8Array>> {
    const kept: Kept = {
      step: this.#step,
      progress: this.#lesson.progress.state(),
      checked: this.#checked,
      bestLoss: this.#best?.loss ?? null,
      since: this.#since,
    };
    return {
      ...encodeValues('sequence', await this.#learner.state(), kept),
      ...(this.#best?.values ? encodeValues('best', this.#best.values, {}) : {}),
    };
  }

  resume(files: Readonly<Record<string, Uint8Array>>): void {
    const kept = decodeValues<Kept>('sequence', files);
    if (!kept) return;
    const { values, details } = kept;
    this.#learner.restore(values);
    this.#step = details.step;
    this.#lesson.progress.restore(details.progress);
    this.#checked = details.checked;
    this.#since = details.since;
    const best = decodeValues('best', files)?.values ?? null;
    this.#best = details.bestLoss === null ? null : { loss: details.bestLoss, values: best };
  }

  async finish(): Promise<{ model: Model; figures: CourseFigures }> {
    const { engine, text, progress } = this.#lesson;
    await this.#check();
    if (this.#best?.values) this.#learner.assign(this.#best.values);
    const model = await this.model();
    const heldOut = text.heldOut && (await measureHeldOut(this.#learner, text.heldOut, model));
    const { example, ...training } = await measureTraining(this.#learner, text.stories);
    progress.mark(heldOut?.perplexityModelOnly ?? null);
    const { vocabulary } = text;
    const figures = courseFigures({
      model,
      engine: engine.name,
      text,
      training,
      heldOut,
      steps: this.#step,
      progress,
      sample: predictionLine({
        window: vocabulary.decode(example.before),
        truth: vocabulary.symbolOf(example.truth),
        predicted: vocabulary.symbolOf(example.predicted),
      }),
    });
    return { model, figures };
  }

  dispose(): void {
    this.#learner.dispose();
  }

  /** Looks how well the held-out text is predicted, and keeps the weights that did it best. */
  async #check(): Promise<void> {
    const { text, progress } = this.#lesson;
    if (!text.heldOut) return progress.mark();
    const loss = await checkHeldOut(this.#learner, text.heldOut);
    progress.mark(Math.exp(loss));
    const better = loss < (this.#best?.loss ?? Number.POSITIVE_INFINITY);
    this.#since = better ? 0 : this.#since + 1;
    if (better) this.#best = { loss, values: await this.#learner.values() };
  }
}
