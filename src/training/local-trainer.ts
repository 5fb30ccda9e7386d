import type { EngineChoice } from '../engine/engine.ts';
import type { CorpusRef, Library } from '../library/library.ts';
import type { Trainer, Training, TrainingRequest } from './trainer.ts';

export interface LocalTrainerOptions {
  readonly library: Library;
  /** Given to the trainer process, which opens the same library by itself. */
  readonly dataFolder: string;
  readonly starterFolder: string;
  readonly engine: EngineChoice;
  /** Trainings at a time; default 1. */
  readonly trainers?: number;
  /** Threads of one training; default all cores. */
  readonly threads?: number;
  /** Where a defect or a surprise is told; default nowhere. */
  readonly log?: { warn(details: object, message: string): void };
}

/** Trains in child processes of this one. */
export declare class LocalTrainer implements Trainer {
  constructor(options: LocalTrainerOptions);
  train(request: TrainingRequest): Promise<Training>;
  trainings(): readonly Training[];
  cancel(corpus: CorpusRef): Promise<boolean>;
  stop(corpus: CorpusRef): Promise<boolean>;
  /** Takes up what an earlier process left: unfinished trainings and stale corpora. Call once after start. */
  resume(): Promise<void>;
  close(): Promise<void>;
}
