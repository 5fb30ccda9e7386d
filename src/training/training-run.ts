import type { EngineChoice } from '../engine/engine.ts';
import { FabulistError, sentenceFor } from '../errors.ts';
import { BY_HEART } from '../language/recipe.ts';
import type { Corpus, Library } from '../library/library.ts';
import type { LiveTraining } from './live-training.ts';
import { prepareEngine } from './prepare-engine.ts';
import type { TrainingEvent, TrainingRequest } from './trainer.ts';
import { TrainerChild, type TrainerEnd } from './trainer-child.ts';
import type { TrainingRequests } from './training-requests.ts';

export interface TrainingRunOptions {
  readonly library: Library;
  /** Given to the trainer process, which opens the same library by itself. */
  readonly dataFolder: string;
  readonly starterFolder: string;
  /** Address of the database that the library is in; default: it is in the folders. */
  readonly database?: string | undefined;
  /** The attempt of the cluster's queue that this is, `job:number`; default: the queue has no part in it. */
  readonly attempt?: string;
  /** Whether the training is still this attempt's to make; default: always. */
  readonly isOurs?: () => Promise<boolean>;
  readonly engine: EngineChoice;
  /** Threads of one training; default all cores. */
  readonly threads?: number | undefined;
  /** What a nightly version may be worse by, as a share; default 0.02. */
  readonly tolerance?: number;
  /**
   * Which trainings wait until the native engine is installed: `all` but those of starters, or only those that WebAssembly
   * would take minutes for. Default `long`.
   */
  readonly waitForNative?: 'all' | 'long';
  /**
   * Milliseconds without a sign of life after which a trainer process is replaced; default 60,000, least 5,000 for a
   * heartbeat every 2,000.
   */
  readonly silence?: number;
  /** Where a defect or a surprise is told; default nowhere. */
  readonly log?: { warn(details: object, message: string): void };
}

/** Milliseconds before a training that something outside stands in the way of (another process, a full disk) is tried again. */
const PATIENCE = 3_000;
/** Bytes of text that make about BY_HEART symbols; above, WebAssembly takes minutes. */
const LONG = BY_HEART * 5;
/** A newer upload restarts a training that is less than half done; one that is further gives its model first. */
const HALF = 0.5;

/** One training on its way, through as many trainer processes as it takes. */
export class TrainingRun {
  readonly training: LiveTraining;
  readonly #options: TrainingRunOptions;
  readonly #requests: TrainingRequests;
  readonly #abort = new AbortController();
  /** Hash of the corpus that is being learned. */
  #hash = '';
  #child: TrainerChild | null = null;
  #restart: TrainingRequest | null = null;
  #closing = false;

  constructor(options: TrainingRunOptions, requests: TrainingRequests, training: LiveTraining) {
    this.#options = options;
    this.#requests = requests;
    this.training = training;
  }

  /** Runs to the end, which it tells the training. It never rejects. Resolves to a newer request that came too late to be taken in. */
  async run(): Promise<TrainingRequest | null> {
    const { training } = this;
    try {
      for (let end: TrainingEvent | null = null; end === null; ) {
        end = await this.#settle(await this.#attempt());
        if (!end) continue;
        // Forgotten before it is told: whoever hears of the end may end this process.
        if (!this.#closing || end.kind === 'finished') await this.#requests.remove(training.request.corpus);
        training.tell(end);
      }
    } catch (error) {
      const { log } = this.#options;
      log?.warn({ err: error, corpus: training.request.corpus }, 'A training could not be run');
      training.tell({ kind: 'failed', message: sentenceFor(error), setAside: false });
    }
    return this.#restart;
  }

  /**
   * Takes a newer request for the same corpus in: by going on where nothing changed, by starting over where less than half
   * is done. False where it should rather be a training of its own, after this one.
   */
  takes(request: TrainingRequest, corpus: Corpus): boolean {
    // One that is being cancelled ends, whatever is asked for meanwhile.
    if (this.#abort.signal.aborted) return false;
    const { latest } = this.training;
    const same = JSON.stringify(request.options) === JSON.stringify(this.training.request.options);
    if (this.#hash === '' || (this.#hash === corpus.hash && same)) {
      this.training.replace(request);
      return true;
    }
    if (latest.kind === 'progress' && latest.progress.share >= HALF) return false;
    this.#restart = request;
    this.#child?.tell('cancel');
    return true;
  }

  cancel(): void {
    this.#restart = null;
    this.#abort.abort();
    this.#child?.tell('cancel');
  }

  /** False before there is anything to keep. */
  stop(): boolean {
    this.#child?.tell('stop');
    return this.#child !== null;
  }

  /** Ends it at once; a checkpoint is kept. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#abort.abort();
    await this.#child?.close();
  }

  async #attempt(): Promise<TrainerEnd> {
    const { training } = this;
    const { library, engine } = this.#options;
    const { corpus: ref } = training.request;
    const corpus = await library.corpus(ref.server, ref.name);
    if (!corpus) {
      return {
        kind: 'failed',
        code: 'unknown-corpus',
        message: `The corpus "${ref.name}" is no longer there.`,
        detail: null,
      };
    }
    this.#hash = corpus.hash;
    training.tell({ kind: 'preparing', what: 'Reading the stories', share: null });
    try {
      const onPreparing = (preparing: { what: string; share: number | null }) =>
        training.tell({ kind: 'preparing', ...preparing });
      await prepareEngine(engine, this.#waits(corpus), onPreparing, this.#abort.signal);
    } catch (error) {
      if (!(error instanceof FabulistError)) throw error;
      if (error.code !== 'cancelled') return { kind: 'failed', code: error.code, message: error.message, detail: null };
    }
    if (this.#abort.signal.aborted) return { kind: 'cancelled' };
    return this.#process();
  }

  #process(): Promise<TrainerEnd> {
    const { dataFolder, starterFolder, engine, threads = null, tolerance = 0.02, silence = 60_000 } = this.#options;
    const { request } = this.training;
    const { database: url, attempt = null } = this.#options;
    const database = url === undefined ? null : { url, attempt };
    const order = { request, dataFolder, starterFolder, database, engine, threads, tolerance };
    const child = new TrainerChild(order, silence, (report) => {
      if (report.kind === 'progress' || report.kind === 'log') this.training.tell(report);
    });
    this.#child = child;
    return child.ended.finally(() => {
      this.#child = null;
    });
  }

  /** What the end of a process means: the end of the training, or null for one more try. */
  async #settle(end: TrainerEnd): Promise<TrainingEvent | null> {
    const { corpus: ref } = this.training.request;
    if (this.#closing && end.kind !== 'finished') {
      return {
        kind: 'failed',
        message: 'Fabulist was shut down; the training goes on at the next start.',
        setAside: false,
      };
    }
    if (this.#restart && end.kind !== 'finished') {
      this.training.replace(this.#restart);
      this.#restart = null;
      return null;
    }
    switch (end.kind) {
      case 'finished':
        await this.#requests.succeed(ref);
        return { kind: 'finished', version: end.version, stopped: end.stopped };
      case 'cancelled':
        await this.#options.library.clearCheckpoint(ref);
        await this.#requests.leave(ref, this.#hash);
        return { kind: 'cancelled' };
      case 'paused':
        return null;
      case 'lost':
        return this.#others('The stories have changed; beginning again');
      case 'busy':
        return this.#others('Another process is training this corpus already');
      case 'died':
        return this.#brokeOff('The training broke off several times without a result.', end.how);
      case 'failed':
        if (end.detail !== null) return this.#brokeOff(end.message, end.detail);
        if (end.code === 'disk-full') await this.#pause('The disk is full: free some space, and the training goes on');
        else if (end.code === 'unavailable')
          await this.#pause('The database cannot be reached; the training goes on when it can');
        else return this.#refuse(end.message);
        return null;
    }
  }

  /** What the stories or the options themselves rule out would fail the same way again. */
  async #refuse(message: string): Promise<TrainingEvent> {
    await this.#requests.refuse(this.training.request.corpus, this.#hash, message);
    return { kind: 'failed', message, setAside: true };
  }

  async #brokeOff(message: string, detail: string): Promise<TrainingEvent | null> {
    const { corpus } = this.training.request;
    this.#options.log?.warn({ corpus, detail }, 'A training broke off');
    return (await this.#requests.fail(corpus, this.#hash, message))
      ? { kind: 'failed', message, setAside: true }
      : null;
  }

  /** Another process trains this corpus, or it was changed: what is made of it now is what was asked for. */
  async #others(why: string): Promise<TrainingEvent | null> {
    if (!((await this.#options.isOurs?.()) ?? true)) {
      return { kind: 'failed', message: 'Another process makes this training now.', setAside: false };
    }
    await this.#pause(why);
    const [newest] = (await this.#options.library.versions(this.training.request.corpus)).versions;
    return newest?.corpusHash === this.#hash ? { kind: 'finished', version: newest, stopped: false } : null;
  }

  async #pause(why: string): Promise<void> {
    this.training.tell({ kind: 'preparing', what: why, share: null });
    const { signal } = this.#abort;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      const timer = setTimeout(resolve, PATIENCE);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
    });
  }

  #waits(corpus: Corpus): boolean {
    const { request } = this.training;
    if (request.reason === 'starter') return false;
    const bytes = corpus.stories.reduce((sum, story) => sum + story.bytes, 0);
    return this.#options.waitForNative === 'all' || request.options.name === 'article' || bytes > LONG;
  }
}
