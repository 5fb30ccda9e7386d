import { FabulistError, sentenceFor } from '../errors.ts';
import { type CorpusRef, type Library, type ServerId, STARTERS, type Version } from '../library/library.ts';
import { noteNight } from './night-notes.ts';
import type { ReportTo, Trainer, Training } from './trainer.ts';
import { TrainingRequests } from './training-requests.ts';

/** What the nightly run did with one corpus. */
export interface NightlyReport {
  readonly corpus: CorpusRef;
  /** Stories that the model before had not read. */
  readonly storiesRead: number;
  /** The version that told before, null for the first. */
  readonly before: Version | null;
  /** The new version; null where the training failed. */
  readonly after: Version | null;
  /** Why the new version was kept out, or why there is none; null where it tells now. */
  readonly problem: string | null;
  /** Where the corpus was last trained on request. */
  readonly reportTo: ReportTo | null;
}

export interface NightlyRunOptions {
  readonly library: Library;
  readonly trainer: Trainer;
  /** Tells the morning report; its failures are logged and spoil nothing. */
  readonly report: (report: NightlyReport) => Promise<void> | void;
  /** Corpora that are trained at a time; default 1. */
  readonly together?: number;
  readonly log?: { warn(details: object, message: string): void };
}

/** Retrains the corpora that have new stories, by default one after the other, and reports on each. One run at a time. */
export class NightlyRun {
  readonly #options: NightlyRunOptions;
  readonly #requests: TrainingRequests;
  #running: Promise<NightlyReport[]> | null = null;
  #stopped = false;

  constructor(options: NightlyRunOptions) {
    this.#options = options;
    this.#requests = new TrainingRequests(options.library, Date.now);
  }

  /** Begins a run over some servers, by default all. While one is under way, gives its reports instead. */
  begin(
    serves: (server: ServerId) => boolean = () => true,
    onTraining: (training: Training) => void = () => undefined,
  ): Promise<NightlyReport[]> {
    this.#running ??= this.#runAll(serves, onTraining).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Resolves once no run is under way. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running.catch(() => undefined);
  }

  /** Ends a run with the corpus it is at. Safe to call twice. */
  stop(): void {
    this.#stopped = true;
  }

  async #runAll(
    serves: (server: ServerId) => boolean,
    onTraining: (training: Training) => void,
  ): Promise<NightlyReport[]> {
    this.#stopped = false;
    const reports: NightlyReport[] = [];
    const { library, together = 1 } = this.#options;
    const underWay = new Set<Promise<void>>();
    for await (const { server, name } of library.everyCorpus()) {
      if (this.#stopped) break;
      if (server === STARTERS || !serves(server)) continue;
      const work = this.#reported({ server, name }, reports, onTraining).finally(() => underWay.delete(work));
      underWay.add(work);
      while (underWay.size >= together) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    return reports;
  }

  async #reported(
    corpus: CorpusRef,
    reports: NightlyReport[],
    onTraining: (training: Training) => void,
  ): Promise<void> {
    const report = await this.#looked(corpus, onTraining);
    if (!report) return;
    reports.push(report);
    await this.#tell(report);
  }

  /** One corpus that cannot be read or trained keeps none of the others from their turn. */
  async #looked(corpus: CorpusRef, onTraining: (training: Training) => void): Promise<NightlyReport | null> {
    try {
      return await this.#retrain(corpus, onTraining);
    } catch (error) {
      if (this.#stopped) return null;
      if (!(error instanceof FabulistError))
        this.#options.log?.warn({ err: error, corpus }, 'A corpus could not be retrained');
      return { corpus, storiesRead: 0, before: null, after: null, problem: sentenceFor(error), reportTo: null };
    }
  }

  async #tell(report: NightlyReport): Promise<void> {
    try {
      const { corpus, storiesRead, before, after, problem } = report;
      const at = new Date().toISOString();
      const ids = { before: before?.id ?? null, after: after?.id ?? null };
      await noteNight(this.#options.library, corpus, { at, storiesRead, ...ids, problem });
      await this.#options.report(report);
    } catch (error) {
      this.#options.log?.warn({ err: error, corpus: report.corpus }, 'A morning report could not be told');
    }
  }

  /** Null where there is nothing new to learn. */
  async #retrain(ref: CorpusRef, onTraining: (training: Training) => void): Promise<NightlyReport | null> {
    const { library, trainer } = this.#options;
    const corpus = await library.corpus(ref.server, ref.name);
    const { versions, telling } = await library.versions(ref);
    const [newest] = versions;
    if (!corpus || newest?.corpusHash === corpus.hash || !(await this.#requests.mayTrain(ref, corpus.hash)))
      return null;
    const before = versions.find(({ id }) => id === telling) ?? null;
    const read = new Set(newest?.stories);
    const { options, reportTo } = await this.#requests.lastAsked(ref);
    const training = await trainer.train({ corpus: ref, options, reason: 'nightly', by: 'nightly' });
    onTraining(training);
    const end = await training.ended;
    // What the end of this process interrupts goes on in the next, and is no failure.
    if (end.kind === 'cancelled' || (end.kind === 'failed' && this.#stopped)) return null;
    const after = end.kind === 'finished' ? end.version : null;
    const problem = end.kind === 'failed' ? end.message : (after?.keptOut ?? null);
    const storiesRead = corpus.stories.filter(({ hash }) => !read.has(hash)).length;
    return { corpus: ref, storiesRead, before, after, problem, reportTo: reportTo ?? null };
  }
}
