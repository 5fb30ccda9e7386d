import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';
import { LocalTrainer, type LocalTrainerOptions } from '../../src/training/local-trainer.ts';
import type { Training, TrainingEvent, TrainingRequest } from '../../src/training/trainer.ts';

/** A library and a trainer of their own in a temporary folder, closed and removed after the test. */
export function house(options: Partial<LocalTrainerOptions> = {}, parent = tmpdir()) {
  const dataFolder = mkdtempSync(join(parent, 'fabulist-training-'));
  const folders = { dataFolder, starterFolder: fileURLToPath(new URL('../../corpora', import.meta.url)) };
  const library = new FileLibrary(folders);
  const warnings: string[] = [];
  const log = {
    warn: (details: object, message: string) => void warnings.push(`${message} ${JSON.stringify(details)}`),
  };
  const start = () => new LocalTrainer({ library, ...folders, engine: 'wasm', log, ...options });
  const trainer = start();
  const trainers = [trainer];
  onTestFinished(async () => {
    for (const one of trainers) await one.close();
    await library.close();
    rmSync(dataFolder, { recursive: true, force: true });
  });
  return {
    ...folders,
    library,
    trainer,
    warnings,
    /** Another trainer on the same library, as after a restart. */
    restart: () => {
      const again = start();
      trainers.push(again);
      return again;
    },
    async store(name: string, text: string, mode: 'append' | 'clean' = 'append', server = 'local') {
      const story = { fileName: `${name}.txt`, by: 'ann', encoding: 'utf-8', bytes: Buffer.byteLength(text), text };
      return (await library.addStories({ server, name }, [story], mode)).corpus;
    },
  };
}

export function request(name: string, more: Partial<TrainingRequest> = {}): TrainingRequest {
  return {
    corpus: { server: 'local', name },
    options: { units: 16, iterations: 60 },
    reason: 'asked',
    by: 'ann',
    ...more,
  };
}

/** A training that goes on until it is told to end. */
export const ENDLESS = { name: 'article', units: 32, iterations: 10_000_000 } as const;

/** Resolves with the first event that the condition holds for. */
export function when(training: Training, condition: (event: TrainingEvent) => boolean): Promise<TrainingEvent> {
  return new Promise((resolve) => {
    const unwatch = training.watch((event) => {
      if (!condition(event)) return;
      queueMicrotask(() => unwatch());
      resolve(event);
    });
  });
}

export const runs = (training: Training) =>
  when(training, (event) => event.kind === 'progress' && event.progress.step > 0);
