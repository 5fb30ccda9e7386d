import type { Engine } from '../engine/engine.ts';
import { FabulistError } from '../errors.ts';
import type { Course } from './course.ts';
import { type Forecast, forecast } from './forecast.ts';
import type { Model } from './model.ts';
import { Progress } from './progress.ts';
import { completeRecipe, type RecipeOptions } from './recipe.ts';
import { SequenceCourse } from './sequence/sequence-course.ts';
import { type SplitText, splitTextInTurns } from './split-text.ts';
import { tellSample } from './telling/tell-sample.ts';
import { detectLanguage } from './text/detect-language.ts';
import { tokenizeFormsInTurns } from './text/tokenizer.ts';
import type { TrainingFigures } from './training-figures.ts';
import { othersTurn } from './turns.ts';
import { WindowCourse } from './window/window-course.ts';

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
  /** What was to be expected before the first step. */
  readonly forecast?: Forecast;
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
/** To what share mistakes must have fallen for a sentence to be told anew all the same: one from before says nothing any more. */
const FEWER_MISTAKES = 0.5;

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
  const forms: string[][] = [];
  for (const text of texts) {
    forms.push(await tokenizeFormsInTurns(text));
  }
  const words = forms.reduce((sum, story) => sum + story.length, 0);
  const recipe = completeRecipe(options, words);
  const text = await splitTextInTurns(forms, recipe.holdOut, recipe.window);
  if (text.windows.count === 0) {
    throw new FabulistError('too-short', tooShort(text, recipe.window));
  }
  await othersTurn();
  // The article averages over 1,000 single windows; a batch holds hundreds.
  const progress = new Progress(recipe.name === 'article' ? 1_000 : 50);
  const language = detectLanguage(texts.join('\n'));
  await othersTurn();
  const lesson = { engine, recipe, text, language, progress, onLog: hooks.onLog };
  const course = recipe.model === 'sequence' ? new SequenceCourse(lesson) : new WindowCourse(lesson);
  try {
    // The first weights of a large vocabulary are many, and so are those of a checkpoint.
    await othersTurn();
    if (hooks.resume) course.resume(hooks.resume);
    return await run(course, progress, forecast(recipe, text, engine.name), hooks, (model) =>
      tellSample(engine, model),
    );
  } finally {
    course.dispose();
  }
}

function tooShort({ words, stories }: SplitText, window: number): string {
  const learned = stories.reduce((sum, story) => sum + story.length, 0);
  const has = `${words} ${words === 1 ? 'word or punctuation mark' : 'words and punctuation marks'}`;
  const least = `it takes at least ${window + 1} in one story`;
  if (learned === words) return `This text has ${has}, too few to learn from: ${least}.`;
  return `This text has ${has} and ${words - learned} of them are held out, which leaves too few to learn from: hold out less, or hand over more, for ${least}.`;
}

/** Step after step, with a look at the rest of the world between them. */
async function run(
  course: Course,
  progress: Progress,
  expected: Forecast,
  hooks: TrainingHooks,
  tell: (model: Model) => Promise<string>,
): Promise<TrainedModel | typeof PAUSED> {
  const { iterations, seconds } = course.recipe;
  const report = (sample: string | null) => hooks.onProgress?.(reportOf(course, progress, expected, sample));
  let [turn, reported, nextSentence, checkpoint] = Array(4).fill(performance.now()) as [number, number, number, number];
  let sample: string | null = null;
  let mistakes = 1;
  let stopped = false;
  report(sample);
  await othersTurn();
  while (!course.finished && course.step < iterations && progress.seconds < seconds) {
    await course.learn();
    const intent = hooks.intent?.() ?? 'go-on';
    if (intent === 'cancel')
      throw new FabulistError('cancelled', 'The training was cancelled; nothing was kept of it.');
    if (intent === 'pause') {
      await hooks.onCheckpoint?.(await course.checkpoint());
      return PAUSED;
    }
    stopped = intent === 'stop';
    if (stopped) break;
    const now = performance.now();
    if (now - turn < TURN) continue;
    await othersTurn();
    turn = performance.now();
    if (hooks.onProgress && now - reported > REPORT) {
      if (now >= nextSentence || 1 - progress.accuracy < FEWER_MISTAKES * mistakes) {
        sample = await tell(await course.model());
        mistakes = 1 - progress.accuracy;
        nextSentence = performance.now() + (performance.now() - now) / SAMPLE_SHARE;
      }
      report(sample);
      reported = performance.now();
    }
    if (hooks.onCheckpoint && now - checkpoint > CHECKPOINT_SECONDS * 1_000) {
      await hooks.onCheckpoint(await course.checkpoint());
      checkpoint = performance.now();
    }
  }
  const { model, figures } = await course.finish();
  return { model, figures: { ...figures, sampleText: await tell(model) }, stopped };
}

function reportOf(course: Course, progress: Progress, expected: Forecast, sample: string | null): TrainingReport {
  const { seconds, loss, accuracy, heldOutPerplexity } = progress;
  const { recipe, step } = course;
  const share = Math.min(1, Math.max(course.share, step / recipe.iterations, seconds / recipe.seconds));
  const secondsLeft = share > 0.02 ? (seconds * (1 - share)) / share : null;
  return {
    step,
    share,
    secondsSpent: seconds,
    secondsLeft,
    loss,
    accuracy,
    heldOutPerplexity,
    sample,
    forecast: expected,
  };
}
