import type { EngineChoice } from '../engine/engine.ts';
import { FabulistError, sentenceFor } from '../errors.ts';
import { BY_HEART } from '../language/recipe.ts';
import type { Corpus, CorpusRef, Library } from '../library/library.ts';
import { LiveTraining } from './live-training.ts';
import { prepareEngine } from './prepare-engine.ts';
import type { Trainer, Training, TrainingRequest } from './trainer.ts';
import { TrainerChild, type TrainerEnd } from './trainer-child.ts';
import { keyOf, TrainingRequests } from './training-requests.ts';

export interface LocalTrainerOptions {
  readonly library: Library;
  /** Given to the trainer process, which opens the same library by itself. */
  readonly dataFolder: string;
  readonly starterFolder: string;
  readonly engine: EngineChoice;
  /** Trainings at a time; default 1. */
  readonly trainers?: number;
  /** Threads of one training; default all cores. */
  readonly threads?: number | undefined;
  /** What a nightly version may be worse by, as a share; default 0.02. */
  readonly tolerance?: number;
  /**
   * Which trainings wait until the native engine is installed: `all` but those of starters, or only those that WebAssembly
   * would take minutes for. Default `long`.
   */
  readonly waitForNative?: 'all' | 'long';
  /** Milliseconds since 1970; default the clock of the machine. */
  readonly now?: () => number;
  /** Where a defect or a surprise is told; default nowhere. */
  readonly log?: { warn(details: object, message: string): void };
}

/** Milliseconds before a training that something outside stands in the way of (another process, a full disk) is tried again. */
const PATIENCE = 3_000;
/** A newer upload restarts a training that is less than half done; one that is further first gives its model. */
const HALF = 0.5;
/** Bytes of text that make about BY_HEART symbols; above, WebAssembly takes minutes. */
const LONG = BY_HEART * 5;

interface Running {
  readonly training: LiveTraining;
  /** Hash of the corpus when it began. */
  hash: string;
  child: TrainerChild | null;
  readonly abort: AbortController;
  /** A newer request that takes the place of this one as soon as it has ended. */
  restart: TrainingRequest | null;
}

/** Trains in child processes of this one, in the order of asking, one at a time by default. */
export class LocalTrainer implements Trainer {
  readonly #options: LocalTrainerOptions;
  readonly #requests: TrainingRequests;
  #waiting: LiveTraining[] = [];
  readonly #running = new Map<string, Running>();
  readonly #runs = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: LocalTrainerOptions) {
    this.#options = options;
    this.#requests = new TrainingRequests(options.library, options.now ?? Date.now);
  }

  async train(request: TrainingRequest): Promise<Training> {
    if (this.#closing.signal.aborted)
      throw new FabulistError('cancelled', 'Fabulist is shutting down; ask again when it is back.');
    const corpus = await this.#corpusOf(request.corpus);
    await this.#requests.add(request);
    const key = keyOf(request.corpus);
    const waiting = this.#waiting.find((training) => keyOf(training.request.corpus) === key);
    if (waiting) return waiting.replace(request);
    const running = this.#running.get(key);
    if (running) {
      if (running.restart) return running.training;
      if (running.hash === corpus.hash && sameOptions(running.training.request, request)) return running.training;
      const { latest } = running.training;
      if (latest.kind !== 'progress' || latest.progress.share < HALF) {
        running.restart = request;
        running.child?.tell('cancel');
        return running.training;
      }
    }
    const training = new LiveTraining(request);
    this.#waiting.push(training);
    this.#pump();
    return training;
  }

  trainings(): readonly Training[] {
    return [...[...this.#running.values()].map(({ training }) => training), ...this.#waiting];
  }

  async cancel(corpus: CorpusRef): Promise<boolean> {
    const key = keyOf(corpus);
    const waiting = this.#waiting.find((training) => keyOf(training.request.corpus) === key);
    const running = this.#running.get(key);
    if (waiting) {
      this.#waiting = this.#waiting.filter((training) => training !== waiting);
      if (!running) await this.#forgetRequest(corpus);
      waiting.tell({ kind: 'cancelled' });
      this.#tellPlaces();
    }
    if (running) {
      running.restart = null;
      running.abort.abort();
      running.child?.tell('cancel');
    }
    return Boolean(waiting || running);
  }

  async stop(corpus: CorpusRef): Promise<boolean> {
    const running = this.#running.get(keyOf(corpus));
    if (!running?.child) return this.cancel(corpus);
    running.child.tell('stop');
    return true;
  }

  /** Why a corpus with this content is not trained by itself any more, one sentence, or null. */
  setAside(corpus: Corpus): Promise<string | null> {
    return this.#requests.setAside(corpus, corpus.hash);
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
        // Its corpus was deleted meanwhile.
        if (!(error instanceof FabulistError)) throw error;
        await this.#requests.remove(request.corpus);
      }
    }
    this.#track(this.#sweep());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const { abort, child } of this.#running.values()) {
      abort.abort();
      void child?.close();
    }
    await Promise.allSettled([...this.#runs]);
  }

  async #sweep(): Promise<void> {
    for await (const corpus of this.#options.library.everyCorpus()) {
      if (this.#closing.signal.aborted) return;
      const { versions } = await this.#options.library.versions(corpus);
      if (versions[0]?.corpusHash === corpus.hash || !(await this.#requests.mayTrain(corpus, corpus.hash))) continue;
      const ref = { server: corpus.server, name: corpus.name };
      await this.train({ corpus: ref, options: await this.#requests.options(ref), reason: 'asked', by: 'fabulist' });
    }
  }

  #pump(): void {
    const most = this.#options.trainers ?? 1;
    while (this.#running.size < most && !this.#closing.signal.aborted) {
      const next = this.#waiting.find((training) => !this.#running.has(keyOf(training.request.corpus)));
      if (!next) break;
      this.#waiting = this.#waiting.filter((training) => training !== next);
      const running: Running = { training: next, hash: '', child: null, abort: new AbortController(), restart: null };
      this.#running.set(keyOf(next.request.corpus), running);
      this.#track(this.#run(running));
    }
    this.#tellPlaces();
  }

  #tellPlaces(): void {
    this.#waiting.forEach((training, index) => {
      const place = index + 1;
      if (training.latest.kind !== 'queued' || training.latest.place !== place)
        training.tell({ kind: 'queued', place });
    });
  }

  /** A background loop: it reports and never throws. */
  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error) => this.#options.log?.warn({ err: error }, 'A training could not be looked after'))
      .finally(() => this.#runs.delete(tracked));
    this.#runs.add(tracked);
  }

  async #run(running: Running): Promise<void> {
    const { training } = running;
    try {
      while (!(await this.#attempt(running))) {
        // Tried again: after a death, for a newer request, or once what stood in the way may be gone.
      }
    } catch (error) {
      this.#options.log?.warn({ err: error, corpus: training.request.corpus }, 'A training could not be run');
      training.tell({ kind: 'failed', message: sentenceFor(error), setAside: true });
      await this.#requests.remove(training.request.corpus).catch(() => this.#options.log?.warn({}, 'A request stays'));
    } finally {
      this.#running.delete(keyOf(training.request.corpus));
      this.#pump();
    }
  }

  /** One try; true when there is nothing left to do. */
  async #attempt(running: Running): Promise<boolean> {
    const { training, abort } = running;
    const { corpus: ref } = training.request;
    const corpus = await this.#corpusOf(ref);
    running.hash = corpus.hash;
    training.tell({ kind: 'preparing', what: 'Reading the stories', share: null });
    let end: TrainerEnd;
    try {
      await prepareEngine(
        this.#options.engine,
        this.#waits(training.request, corpus),
        (preparing) => training.tell({ kind: 'preparing', ...preparing }),
        abort.signal,
      );
      end = abort.signal.aborted ? { kind: 'cancelled' } : await this.#child(running);
    } catch (error) {
      if (!(error instanceof FabulistError)) throw error;
      end =
        error.code === 'cancelled'
          ? { kind: 'cancelled' }
          : { kind: 'failed', code: error.code, message: error.message, detail: null };
    }
    if (this.#closing.signal.aborted && end.kind !== 'finished') {
      training.tell({
        kind: 'failed',
        message: 'Fabulist was shut down; the training goes on at the next start.',
        setAside: false,
      });
      return true;
    }
    return this.#settle(running, end);
  }

  async #settle(running: Running, end: TrainerEnd): Promise<boolean> {
    const { training, restart } = running;
    const { corpus: ref } = training.request;
    if (restart && end.kind !== 'finished') {
      running.restart = null;
      training.replace(restart);
      return false;
    }
    switch (end.kind) {
      case 'finished': {
        await this.#requests.succeed(ref);
        if (!this.#waiting.some((other) => keyOf(other.request.corpus) === keyOf(ref)))
          await this.#requests.remove(ref);
        training.tell({ kind: 'finished', version: end.version, stopped: end.stopped });
        if (restart) await this.train(restart);
        return true;
      }
      case 'cancelled':
        await this.#forgetRequest(ref);
        training.tell({ kind: 'cancelled' });
        return true;
      case 'paused':
        return false;
      case 'busy':
        return this.#othersResult(running);
      case 'failed':
        if (end.code === 'disk-full') {
          training.tell({
            kind: 'preparing',
            what: 'The disk is full: free some space, and the training goes on',
            share: null,
          });
          await this.#wait(running.abort.signal);
          return false;
        }
        if (end.detail !== null) return this.#failed(running, end.message, end.detail);
        // What the stories or the options themselves rule out would fail the same way again.
        await this.#requests.remove(ref);
        await this.#requests.refuse(ref, running.hash, end.message);
        training.tell({ kind: 'failed', message: end.message, setAside: true });
        return true;
      case 'died':
        return this.#failed(running, 'The training broke off several times without a result.', end.how);
    }
  }

  async #failed({ training, hash }: Running, message: string, detail: string): Promise<boolean> {
    const { corpus } = training.request;
    this.#options.log?.warn({ corpus, detail }, 'A training broke off');
    if (!(await this.#requests.fail(corpus, hash, message))) return false;
    await this.#requests.remove(corpus);
    training.tell({ kind: 'failed', message, setAside: true });
    return true;
  }

  /** Another process trains this corpus: what it makes is what was asked for. */
  async #othersResult({ training, hash, abort }: Running): Promise<boolean> {
    const { corpus } = training.request;
    training.tell({ kind: 'preparing', what: 'Another process is training this corpus already', share: null });
    await this.#wait(abort.signal);
    const { versions } = await this.#options.library.versions(corpus);
    const [newest] = versions;
    if (newest?.corpusHash !== hash) return false;
    await this.#requests.remove(corpus);
    training.tell({ kind: 'finished', version: newest, stopped: false });
    return true;
  }

  #child(running: Running): Promise<TrainerEnd> {
    const { dataFolder, starterFolder, engine, threads, tolerance } = this.#options;
    const { training } = running;
    const child = new TrainerChild(
      {
        request: training.request,
        dataFolder,
        starterFolder,
        engine,
        threads: threads ?? null,
        tolerance: tolerance ?? 0.02,
      },
      (report) => {
        if (report.kind === 'progress') training.tell(report);
        if (report.kind === 'log') training.tell(report);
      },
    );
    running.child = child;
    return child.ended.finally(() => {
      running.child = null;
    });
  }

  #waits(request: TrainingRequest, corpus: Corpus): boolean {
    if (request.reason === 'starter') return false;
    const bytes = corpus.stories.reduce((sum, story) => sum + story.bytes, 0);
    return this.#options.waitForNative === 'all' || request.options.name === 'article' || bytes > LONG;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE);
      signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }

  async #corpusOf(ref: CorpusRef): Promise<Corpus> {
    const corpus = await this.#options.library.corpus(ref.server, ref.name);
    if (!corpus)
      throw new FabulistError('unknown-corpus', `The corpus "${ref.name}" is not there, so it cannot be trained.`);
    return corpus;
  }

  async #forgetRequest(ref: CorpusRef): Promise<void> {
    const corpus = await this.#options.library.corpus(ref.server, ref.name);
    await this.#requests.remove(ref);
    await this.#options.library.clearCheckpoint(ref);
    if (corpus) await this.#requests.leave(ref, corpus.hash);
  }
}

function sameOptions(a: TrainingRequest, b: TrainingRequest): boolean {
  return JSON.stringify(a.options) === JSON.stringify(b.options);
}
