import { FabulistError } from '../errors.ts';
import { type Corpus, type CorpusRef, STARTERS } from '../library/library.ts';
import { sameCorpus } from '../library/same-corpus.ts';
import { LiveTraining } from './live-training.ts';
import type { Trainer, Training, TrainingRequest } from './trainer.ts';
import { type LastAsked, TrainingRequests } from './training-requests.ts';
import { TrainingRun, type TrainingRunOptions } from './training-run.ts';

export interface LocalTrainerOptions extends TrainingRunOptions {
  /** Trainings at a time; default 1. */
  readonly trainers?: number;
  /** Milliseconds since 1970; default the clock of the machine. */
  readonly now?: () => number;
}

/** Trains in child processes of this one, in the order of asking, one at a time by default. */
export class LocalTrainer implements Trainer {
  readonly #options: LocalTrainerOptions;
  readonly #requests: TrainingRequests;
  #waiting: LiveTraining[] = [];
  #running: TrainingRun[] = [];
  readonly #work = new Set<Promise<void>>();
  #closed = false;

  constructor(options: LocalTrainerOptions) {
    this.#options = options;
    this.#requests = new TrainingRequests(options.library, options.now ?? Date.now);
  }

  async train(asked: TrainingRequest): Promise<Training> {
    const { server, name } = asked.corpus;
    const corpus = await this.#options.library.corpus(server, name);
    if (!corpus)
      throw new FabulistError('unknown-corpus', `The corpus "${name}" is not there, so it cannot be trained.`);
    const request =
      asked.reason === 'remainder' ? { ...asked, ...asBefore(await this.#requests.lastAsked(asked.corpus)) } : asked;
    await this.#requests.add(request);
    if (this.#closed)
      throw new FabulistError('cancelled', 'Fabulist is shutting down; the training begins at the next start.');
    const waiting = this.#waiting.find((training) => sameCorpus(training.request.corpus, request.corpus));
    if (waiting) return waiting.replace(request);
    const running = this.#running.find((run) => sameCorpus(run.training.request.corpus, request.corpus));
    if (running?.takes(request, corpus)) return running.training;
    const training = new LiveTraining(request, (moved) => this.#track(this.#requests.move(moved)));
    this.#waiting.push(training);
    this.#pump();
    return training;
  }

  trainings(): readonly Training[] {
    return [...this.#running.map(({ training }) => training), ...this.#waiting];
  }

  async cancel(corpus: CorpusRef): Promise<boolean> {
    const waiting = this.#waiting.find((training) => sameCorpus(training.request.corpus, corpus));
    const running = this.#running.find((run) => sameCorpus(run.training.request.corpus, corpus));
    if (waiting) {
      this.#waiting = this.#waiting.filter((training) => training !== waiting);
      await this.#requests.remove(corpus);
      const { library } = this.#options;
      const kept = await library.corpus(corpus.server, corpus.name);
      await library.clearCheckpoint(corpus);
      if (kept) await this.#requests.leave(corpus, kept.hash);
      waiting.tell({ kind: 'cancelled' });
      this.#tellPlaces();
    }
    running?.cancel();
    return Boolean(waiting || running);
  }

  async stop(corpus: CorpusRef): Promise<boolean> {
    const running = this.#running.find((run) => sameCorpus(run.training.request.corpus, corpus));
    return running?.stop() || this.cancel(corpus);
  }

  /** Why a corpus with this content is not trained by itself any more, one sentence, or null. */
  setAside(corpus: Corpus): Promise<string | null> {
    return this.#requests.setAside(corpus, corpus.hash);
  }

  /** Deletes what is kept about a corpus that is gone. */
  forget(corpus: CorpusRef): Promise<void> {
    return this.#requests.forget(corpus);
  }

  /**
   * Takes up what an earlier process left: what was asked for, in the order of asking, and then every other corpus whose
   * stories its newest model has not learned. Resolves when the first part is done; the second goes on by itself.
   */
  async resume(): Promise<void> {
    for (const request of await this.#requests.waiting()) {
      try {
        await this.train(request);
      } catch (error) {
        if (!(error instanceof FabulistError) || error.code !== 'unknown-corpus') throw error;
        await this.#requests.remove(request.corpus);
      }
    }
    this.#track(this.#sweep());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#running.map((run) => run.close()));
    await Promise.all([...this.#work]);
  }

  /** All the stale corpora that nobody asked for: a killed process may have stored stories and not come to asking. */
  async #sweep(): Promise<void> {
    const { library } = this.#options;
    for await (const corpus of library.everyCorpus()) {
      if (this.#closed) return;
      // A starter is learned when somebody asks for its first story.
      if (corpus.server === STARTERS) continue;
      const ref = { server: corpus.server, name: corpus.name };
      const [newest] = (await library.versions(ref)).versions;
      if (newest?.corpusHash === corpus.hash || !(await this.#requests.mayTrain(ref, corpus.hash))) continue;
      const last = asBefore(await this.#requests.lastAsked(ref));
      await this.train({ corpus: ref, ...last, reason: 'asked', by: 'fabulist' });
    }
  }

  #pump(): void {
    while (this.#running.length < (this.#options.trainers ?? 1) && !this.#closed) {
      const isRunning = ({ request }: Training) =>
        this.#running.some((run) => sameCorpus(run.training.request.corpus, request.corpus));
      const next = this.#waiting.find((training) => !isRunning(training));
      if (!next) break;
      this.#waiting = this.#waiting.filter((training) => training !== next);
      const run = new TrainingRun(this.#options, this.#requests, next);
      this.#running.push(run);
      this.#track(this.#look(run));
    }
    this.#tellPlaces();
  }

  async #look(run: TrainingRun): Promise<void> {
    const late = await run.run();
    this.#running = this.#running.filter((other) => other !== run);
    // The end of one training forgot the request that both shared.
    const next = this.#waiting.find(({ request }) => sameCorpus(request.corpus, run.training.request.corpus));
    if (next) await this.#requests.add(next.request);
    if (late && !this.#closed) await this.train(late);
    this.#pump();
  }

  #tellPlaces(): void {
    this.#waiting.forEach((training, index) => {
      const place = index + 1;
      if (training.latest.kind !== 'queued' || training.latest.place !== place)
        training.tell({ kind: 'queued', place });
    });
  }

  /** Background work reports its failures and never throws. */
  #track(work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error) => this.#options.log?.warn({ err: error }, 'A training could not be looked after'))
      .finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }
}

/** What was asked for before, for a training that nobody asks for: its message shows what came of the one before. */
function asBefore({ options, reportTo }: LastAsked): LastAsked {
  if (!reportTo) return { options };
  const { message: _, ...place } = reportTo;
  return { options, reportTo: place };
}
