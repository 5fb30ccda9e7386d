import type { EngineName } from '../engine/engine.ts';
import type { Figures } from '../library/library.ts';
import type { Model } from './model.ts';
import type { CurvePoint, Progress } from './progress.ts';
import type { SplitText } from './split-text.ts';

/** What was measured of a finished training, and its learning curve. */
export interface TrainingFigures extends Figures {
  readonly engine: EngineName;
  readonly curve: readonly CurvePoint[];
}

/** Those that a course measures itself: a sentence of the model is told by who knows how to tell. */
export type CourseFigures = Omit<TrainingFigures, 'sampleText'>;

/** How well a text is predicted. loss: mean of a symbol, nats. */
export interface Predicted {
  readonly accuracy: number;
  readonly loss: number;
  readonly perplexity: number;
}

export function courseFigures(from: {
  model: Model;
  engine: EngineName;
  text: SplitText;
  training: Predicted;
  /** perplexityModelOnly: without what the model is mixed with. */
  heldOut: (Predicted & { readonly perplexityModelOnly: number }) | null;
  steps: number;
  progress: Progress;
  /** A prediction in the article's form. */
  sample: string;
}): CourseFigures {
  const { model, text, training, heldOut, progress } = from;
  const round = (value: number, digits = 4) => Number(value.toFixed(digits));
  return {
    words: text.words,
    vocabulary: text.vocabulary.size,
    steps: from.steps,
    seconds: round(progress.seconds, 3),
    secondsToAccuracy: progress.secondsToAccuracy === null ? null : round(progress.secondsToAccuracy, 3),
    loss: round(training.loss, 6),
    perplexity: round(training.perplexity),
    accuracy: round(training.accuracy, 6),
    heldOutAccuracy: heldOut && round(heldOut.accuracy),
    heldOutPerplexity: heldOut && round(heldOut.perplexity, 2),
    heldOutPerplexityModelOnly: heldOut && round(heldOut.perplexityModelOnly, 2),
    heldOutUnknownShare: text.heldOut && round(text.heldOut.unknownShare),
    sample: from.sample,
    language: model.language,
    recipe: model.recipe.name,
    engine: from.engine,
    curve: progress.curve,
  };
}
