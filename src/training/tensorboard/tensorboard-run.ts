import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FabulistError } from '../../errors.ts';
import type { Model } from '../../language/model.ts';
import type { CurvePoint } from '../../language/progress.ts';
import type { Version } from '../../library/library.ts';
import type { TrainingEvent, TrainingProgress } from '../trainer.ts';
import { type BoardEvent, encodeEvent, encodeFileVersion } from './event.ts';
import { asMarkdown } from './markdown.ts';
import { projectorFiles } from './projector.ts';
import { tfRecord } from './tf-record.ts';

/**
 * Reports that are held back, about four seconds of them. A training that ends before is drawn from its whole learning
 * curve; of a longer one the reports, two a second, are curve enough.
 */
const HELD_BACK = 10;
/** Runs that begin in one second, at most. */
const RUNS_A_SECOND = 100;

export interface FinishedTraining {
  readonly version: Version;
  readonly model: Model;
  readonly curve: readonly CurvePoint[];
}

/**
 * One training as TensorBoard shows it: a folder with an event file, to which curves and samples are added while it runs,
 * and at the end with the files of the projector. Written synchronously: a few hundred bytes twice a second, all of
 * which are there when the command is interrupted.
 */
export class TensorBoardRun {
  /** The run's own folder, below the one that TensorBoard is started with. */
  readonly folder: string;
  readonly #file: number;
  readonly #now: () => number;
  #held: BoardEvent[] | null = [];
  /** The last step that was seen; 0 while nothing has been learned. */
  #step = 0;
  #sample: string | null = null;
  #heldOut: number | null = null;
  #open = true;
  #failure: unknown;

  /**
   * Begins a run called `name` (any text), making the folder where it is missing; what is there already stays as it is.
   * now: milliseconds since 1970; shown: the directory as typed. Throws `storage` where it cannot be written.
   */
  constructor(directory: string, name: string, now: () => number = Date.now, shown = directory) {
    this.#now = now;
    try {
      mkdirSync(directory, { recursive: true });
      this.folder = newFolder(directory, name, now());
      const seconds = Math.floor(now() / 1_000);
      const host = hostname().replace(/[^\w.-]+/g, '-') || 'localhost';
      this.#file = openSync(join(this.folder, `events.out.tfevents.${seconds}.${host}`), 'ax');
      writeFileSync(this.#file, tfRecord(encodeFileVersion(now() / 1_000)));
    } catch (error) {
      throw new FabulistError(
        'storage',
        `TensorBoard's files cannot be written to ${shown}: choose another folder with --tensorboard.`,
        { cause: error },
      );
    }
  }

  /** What kept the files from being written, or undefined. A training goes on without them. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Takes in what happens to the training. */
  follow(event: TrainingEvent): void {
    if (event.kind !== 'progress' || event.progress.step <= this.#step) return;
    const seen = this.#seen(event.progress);
    this.#held?.push(seen);
    if (this.#held && this.#held.length < HELD_BACK) return;
    this.#write(this.#held ?? [seen]);
    this.#held = null;
  }

  /** Adds what is known at the end: the rest of the curve, the last samples, the embedding. */
  finish({ version, model, curve }: FinishedTraining): void {
    const end = Date.parse(version.createdAt) / 1_000;
    const seconds = curve.at(-1)?.seconds ?? 0;
    const { step: last } = curve.at(-1) ?? { step: version.figures.steps };
    const samples = (this.#held ?? []).filter(({ texts }) => texts).map(({ scalars: _, ...event }) => event);
    // What was held back is in the curve, and exactly.
    if (this.#held) {
      this.#step = 0;
      this.#heldOut = null;
      this.#held = null;
    }
    const points: BoardEvent[] = [];
    for (const point of curve) {
      if (point.step <= this.#step) continue;
      this.#step = point.step;
      points.push({ step: point.step, wallTime: end - (seconds - point.seconds), scalars: this.#scalars(point) });
    }
    const { sampleText, sample } = version.figures;
    const texts = { sample: asMarkdown(sampleText), prediction: asMarkdown(sample) };
    this.#step = last;
    this.#write([...samples, ...points, { step: last, wallTime: end, texts }]);
    this.#attempt(() => {
      for (const [name, text] of Object.entries(projectorFiles(model))) writeFileSync(join(this.folder, name), text);
    });
    this.close();
  }

  /** Ends the run as it is. A training that was broken off keeps the curve that it had; where it had none, no run is left. */
  close(): void {
    if (!this.#open) return;
    if (this.#held) this.#write(this.#held);
    this.#held = null;
    closeSync(this.#file);
    this.#open = false;
    if (this.#step === 0) rmSync(this.folder, { recursive: true, force: true });
  }

  #seen(progress: TrainingProgress): BoardEvent {
    this.#step = progress.step;
    const told = progress.sample !== null && progress.sample !== this.#sample ? progress.sample : null;
    this.#sample = progress.sample;
    return {
      step: progress.step,
      wallTime: this.#now() / 1_000,
      scalars: this.#scalars(progress),
      ...(told !== null && { texts: { sample: asMarkdown(told) } }),
    };
  }

  /** Held-out perplexity is measured now and then, and repeated in between: only what is new is a point. */
  #scalars({ loss, accuracy, heldOutPerplexity }: Omit<CurvePoint, 'step' | 'seconds'>): Record<string, number> {
    const measured = heldOutPerplexity !== null && heldOutPerplexity !== this.#heldOut;
    this.#heldOut = heldOutPerplexity;
    return {
      'training/loss': loss,
      'training/accuracy': accuracy,
      'training/perplexity': Math.exp(loss),
      ...(measured && { 'held-out/perplexity': heldOutPerplexity }),
    };
  }

  #write(events: readonly BoardEvent[]): void {
    this.#attempt(() => {
      if (events.length > 0)
        writeFileSync(this.#file, Buffer.concat(events.map((event) => tfRecord(encodeEvent(event)))));
    });
  }

  /** After a failure nothing more is written: a record after half a one could not be read. */
  #attempt(task: () => void): void {
    if (this.#failure !== undefined) return;
    try {
      task();
    } catch (error) {
      this.#failure = error;
    }
  }
}

/** A new folder named by what is trained and when, in the machine's time: `alice-20261124-215541`. */
function newFolder(directory: string, name: string, now: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const at = new Date(now);
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
  const safe = [...name.replace(/[^\p{L}\p{N}\p{M}]+/gu, '-').replace(/^-/, '')]
    .slice(0, 40)
    .join('')
    .replace(/-$/, '');
  for (let number = 1; ; number++) {
    const folder = join(directory, `${safe || 'corpus'}-${day}-${time}${number === 1 ? '' : `-${number}`}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === RUNS_A_SECOND) throw error;
    }
  }
}
