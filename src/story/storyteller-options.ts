import type { Engine } from '../engine/engine.ts';
import type { Corpus, CorpusRef, Library, ServerId } from '../library/library.ts';
import type { Trainer } from '../training/trainer.ts';
import type { OpenTeller } from './loaded-model.ts';
import type { Quotas } from './quota.ts';
import type { Clock } from './story-sessions.ts';

/** What the storyteller of a library is given. */
export interface StorytellerOptions {
  readonly library: Library;
  readonly trainer: Trainer;
  /** The engine to tell with; called for every story that needs one, so that a faster one is taken up once it is there. */
  readonly openEngine: () => Promise<Engine>;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** When the nightly run is next due for a server; default: never. */
  readonly nextRetrain?: (server: ServerId) => Promise<Date | null>;
  /** Why a corpus is no longer trained by itself, or null; default: never set aside. */
  readonly setAside?: (corpus: Corpus) => Promise<string | null>;
  /** Bytes of one uploaded file at most; default 25 MB. */
  readonly maxUpload?: number;
  /** What one server may have; default: as much as it likes. */
  readonly quotas?: Quotas;
  /** Bytes of models held in memory; default 512 MB. */
  readonly modelMemory?: number;
  /** Called for every corpus that is gone after somebody's stories were deleted, for what else is kept about it. */
  readonly forgotten?: (corpus: CorpusRef) => Promise<void>;
  /** Default: the real one. */
  readonly openTeller?: OpenTeller;
  /** A whole number from 0 to 2^32 - 1, another one each time; default: the machine's randomness. */
  readonly randomSeed?: () => number;
  /** Where a surprise is told that concerns nobody who asked; default nowhere. */
  readonly log?: { warn(details: object, message: string): void };
}
