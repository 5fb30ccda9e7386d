import type { EngineChoice } from '../engine/engine.ts';
import type { ErrorCode } from '../errors.ts';
import type { Version } from '../library/library.ts';
import type { TrainingProgress, TrainingRequest } from './trainer.ts';

/** What a trainer process is told at its start. */
export interface TrainerOrder {
  readonly request: TrainingRequest;
  readonly dataFolder: string;
  readonly starterFolder: string;
  /** Where the library is in a database, and the attempt of the queue that this is; null where it is in the folders. */
  readonly database: { readonly url: string; readonly attempt: string | null } | null;
  readonly engine: EngineChoice;
  readonly threads: number | null;
  /** How much worse than the telling version a nightly one may be and still be told from: a share of its perplexity. */
  readonly tolerance: number;
}

/** From the trainer process to the one that forked it. Each of them is a sign of life. */
export type TrainerReport =
  | { readonly kind: 'alive' }
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'finished'; readonly version: Version; readonly stopped: boolean }
  | { readonly kind: 'cancelled' }
  /** What it made does not count: its attempt was overtaken, or its stories were removed meanwhile. */
  | { readonly kind: 'lost' }
  /** Another live process trains this corpus already. */
  | { readonly kind: 'busy' }
  /** It put its work into a checkpoint and ends, as it was told. */
  | { readonly kind: 'paused' }
  /** `detail` is for the log; null where the failure was an expected one. */
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode | null;
      readonly message: string;
      readonly detail: string | null;
    };

/** From the forking process to the trainer process. Losing the connection means `pause`. */
export type TrainerIntent = 'stop' | 'cancel' | 'pause';
