import type { Engine } from '../engine/engine.ts';
import { FabulistError } from '../errors.ts';
import type { Model } from './model.ts';
import type { Progress } from './progress.ts';
import type { Recipe } from './recipe.ts';
import type { SplitText } from './split-text.ts';
import type { CourseFigures } from './training-figures.ts';

/** A training as its loop sees it, whatever kind of model comes of it. */
export interface Course {
  readonly recipe: Recipe;
  /** Steps taken. */
  readonly step: number;
  /** Whether nothing more can be learned. */
  readonly finished: boolean;
  /** Share of the way to the end that the course itself knows of, 0 to 1. */
  readonly share: number;
  /** Takes one step, and does what the end of an epoch asks for. Throws `training-failed` where the loss is no longer a number. */
  learn(): Promise<void>;
  /** The model as it stands. */
  model(): Promise<Model>;
  /** All that the next step depends on, as files. */
  checkpoint(): Promise<Record<string, Uint8Array>>;
  /** Takes up what `checkpoint` gave, of the same text and recipe; what is not one of its own is ignored. */
  resume(files: Readonly<Record<string, Uint8Array>>): void;
  /** The best model so far, and what was measured of it. */
  finish(): Promise<{ model: Model; figures: CourseFigures }>;
  dispose(): void;
}

/** What a course is given. */
export interface Lesson {
  readonly engine: Engine;
  readonly recipe: Recipe;
  readonly text: SplitText;
  /** ISO 639-1, or `und`. */
  readonly language: string;
  readonly progress: Progress;
  /** Two lines every 1,000 steps of the `article` recipe. */
  readonly onLog?: ((line: string) => void) | undefined;
}

/** Throws `training-failed` where a loss is no longer a number. */
export function mustBeFinite(loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new FabulistError(
    'training-failed',
    'The training ran away (its loss is no longer a number): try a smaller --rate.',
  );
}
