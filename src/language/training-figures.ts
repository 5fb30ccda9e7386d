import type { EngineName } from '../engine/engine.ts';
import type { Figures } from '../library/library.ts';
import type { Evaluation } from './evaluation.ts';
import type { Model } from './model.ts';
import type { CurvePoint, Progress } from './progress.ts';
import type { SplitText } from './split-text.ts';
import { predictionLine } from './training-log.ts';

/** What was measured of a finished training, and its learning curve. */
export interface TrainingFigures extends Figures {
  readonly engine: EngineName;
  readonly curve: readonly CurvePoint[];
}

export function trainingFigures(from: {
  model: Model;
  engine: EngineName;
  text: SplitText;
  training: Evaluation;
  heldOut: Evaluation | null;
  steps: number;
  progress: Progress;
  sampleText: string;
}): TrainingFigures {
  const { model, text, training, heldOut, progress } = from;
  const round = (value: number, digits = 4) => Number(value.toFixed(digits));
  const { windows, vocabulary } = text;
  const { row, predicted } = training.example;
  return {
    words: text.words,
    vocabulary: vocabulary.size,
    steps: from.steps,
    seconds: round(progress.seconds, 3),
    secondsToAccuracy: progress.secondsToAccuracy === null ? null : round(progress.secondsToAccuracy, 3),
    loss: round(training.loss, 6),
    perplexity: round(training.perplexity),
    accuracy: round(training.accuracy, 6),
    heldOutAccuracy: heldOut && round(heldOut.accuracy),
    heldOutPerplexity: heldOut && round(heldOut.perplexity, 2),
    heldOutPerplexityModelOnly: heldOut && round(heldOut.perplexity, 2),
    heldOutUnknownShare: text.heldOut && round(text.heldOut.unknownShare),
    sample: predictionLine({
      window: vocabulary.decode(windows.contexts.subarray(row * windows.window, (row + 1) * windows.window)),
      truth: vocabulary.symbolOf(windows.targets[row] as number),
      predicted: vocabulary.symbolOf(predicted),
    }),
    sampleText: from.sampleText,
    language: model.language,
    recipe: model.recipe.name,
    engine: from.engine,
    curve: progress.curve,
  };
}
