import type { RecipeOptions } from '../language/recipe.ts';
import type { TrainingReport } from '../language/train-model.ts';
import type { CorpusRef, Version } from '../library/library.ts';

/** Where the progress and the end of a training are told: enough for an adapter to find the message again after a restart. */
export interface ReportTo {
  /** The adapter's name: `discord`, `slack`, `web`, `terminal`. */
  readonly surface: string;
  readonly channel: string;
  /** The message that shows the training, where the surface has such a thing. */
  readonly message?: string;
  /** The language it was asked for in, where that is not what the channel has: `de`. */
  readonly locale?: string;
}

export interface TrainingRequest {
  readonly corpus: CorpusRef;
  readonly options: RecipeOptions;
  /** `remainder`: what `/forget` or a broken-off training left is learned with the options it was last asked for with. */
  readonly reason: 'asked' | 'nightly' | 'starter' | 'remainder';
  /** Platform id of who asked; `nightly` for the nightly run. */
  readonly by: string;
  readonly reportTo?: ReportTo;
}

/** The figures of the latest report, about twice a second. */
export type TrainingProgress = TrainingReport;

export type TrainingEvent =
  | {
      readonly kind: 'queued' /** 1 = next. */;
      readonly place: number /** No trainer of the cluster runs just now. */;
      readonly unattended?: true;
    }
  /** Something goes before the training itself: `Installing the native engine (120 of 274 MB)`. */
  | { readonly kind: 'preparing'; readonly what: string; readonly share: number | null }
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  /** A line of the article's log (Listing 8), from the `article` recipe. */
  | { readonly kind: 'log'; readonly line: string }
  | {
      readonly kind: 'finished';
      readonly version: Version /** Stopped early on request, keeping the best. */;
      readonly stopped: boolean;
    }
  | { readonly kind: 'cancelled' }
  /** One plain sentence; the corpus is tried again later unless `setAside`. */
  | { readonly kind: 'failed'; readonly message: string; readonly setAside: boolean };

/** A training that was asked for. */
export interface Training {
  readonly request: TrainingRequest;
  /** The latest event, for those who come late. */
  readonly latest: TrainingEvent;
  /** Calls the listener with the latest event at once and with every later one; returns how to stop listening. */
  watch(listener: (event: TrainingEvent) => void): () => void;
  /** It is shown elsewhere from now on, also after a restart. Absent where nothing outlives the process anyway. */
  moved?(reportTo: ReportTo): void;
  /** Settles with the last event (`finished`, `cancelled` or `failed`); never rejects. */
  readonly ended: Promise<TrainingEvent>;
}

/** Trains corpora in a process of its own, one at a time by default, in the order of asking. */
export interface Trainer {
  /** Asks for a training; the same corpus asked for twice is one training. Resolves once the request is stored. */
  train(request: TrainingRequest): Promise<Training>;
  /** Waiting and running ones, in the order of asking. */
  trainings(): readonly Training[];
  /** Ends a training and forgets its progress. False when that corpus is not being trained. */
  cancel(corpus: CorpusRef): Promise<boolean>;
  /** Ends a training now and keeps the best model so far as a version. False when that corpus is not being trained. */
  stop(corpus: CorpusRef): Promise<boolean>;
  /** Ends the trainer process at once; what was running resumes from its checkpoint at the next start. */
  close(): Promise<void>;
}
