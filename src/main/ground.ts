import type { Announcements } from '../chat/announcements.ts';
import type { Config } from '../config.ts';
import type { Corpus, CorpusRef, Library } from '../library/library.ts';
import type { Journal } from '../telemetry/late-log.ts';
import type { NightlyReport } from '../training/nightly-run.ts';
import type { Trainer, Training } from '../training/trainer.ts';

export interface Closable {
  close(): Promise<void>;
}

/** What the storyteller stands on: where everything is kept, and who trains. */
export interface Ground {
  readonly library: Library;
  readonly trainer: Trainer & {
    setAside(corpus: Corpus): Promise<string | null>;
    forget(corpus: CorpusRef): Promise<void>;
  };
  /** Takes up what an earlier process left; resolves to the trainings whose end is to be told on these surfaces. */
  takeUp(surfaces: readonly string[]): Promise<readonly Training[]>;
  /** Tells a morning report where its corpus lives, be that another process's surface. */
  report(report: NightlyReport, announcements: Announcements): Promise<void>;
  /** For a process that stays: begins to tell what other processes have to report. */
  receive(surfaces: readonly string[], announcements: Announcements): Promise<void>;
  readonly nightly: {
    readonly together?: number;
    readonly mayBegin?: (shift: string, due: number) => Promise<boolean>;
  };
  /** Resolves while everything can be reached; throws otherwise. */
  check(): Promise<void>;
  /** Seconds that the oldest waiting training has waited, where there is a queue of its own. */
  readonly oldest?: () => Promise<number>;
  /** How many processes live, by what they do, where there are several. */
  readonly processes?: () => Promise<Readonly<Record<'chat' | 'trainer', number>>>;
  /** Closed in the reverse order. */
  readonly parts: readonly Closable[];
}

export interface GroundOptions {
  readonly config: Config;
  readonly log: Journal;
  readonly waitForNative: 'all' | 'long';
  /** A process that stays leaves training to the cluster where there is one; a single command trains by itself. */
  readonly stays?: boolean;
}

/** What every training of this machine is made with, wherever it was asked for. */
export function trainingOptions({ config, log, waitForNative }: GroundOptions) {
  const { dataFolder, starterFolder, engine, trainerThreads: threads, retrain, database } = config;
  const { tolerance } = retrain;
  return { dataFolder, starterFolder, database: database?.url, engine, threads, tolerance, waitForNative, log };
}
