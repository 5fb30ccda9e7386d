import type { Surface } from './chat/announcements.ts';
import type { Config } from './config.ts';
import type { BackgroundInstall } from './engine/native/install-in-background.ts';
import type { OpenedEngine } from './engine/open-engine.ts';
import type { Library, ServerId } from './library/library.ts';
import type { Closable, Ground } from './main/ground.ts';
import { openGround } from './main/open-ground.ts';
import type { Storyteller } from './story/storyteller.ts';
import type { Journal } from './telemetry/late-log.ts';
import type { NightlyReport } from './training/nightly-run.ts';
import type { NightlySchedule } from './training/nightly-schedule.ts';
import type { Trainer, Training } from './training/trainer.ts';

/** Everything below the surfaces, put together. */
export interface House {
  readonly library: Library;
  readonly trainer: Trainer;
  readonly storyteller: Storyteller;
  /** Where morning reports and trainings of an earlier process are told; whoever opens a surface adds it. */
  readonly surfaces: Surface[];
  /** Retrains now what has new stories, of one server or of all; each training is shown to `onTraining` as it begins. */
  retrain(onTraining: (training: Training) => void, server?: ServerId): Promise<NightlyReport[]>;
  /** Gives a server a nightly schedule of its own, or with null the common one again; resolves to its next run. */
  schedule(server: ServerId, schedule: NightlySchedule | null): Promise<Date | null>;
  /**
   * For a process that stays: takes up what an earlier one left, retrains every night, and gets the faster engine where
   * it can be had.
   */
  settle(): Promise<void>;
  /** Stops everything, in the reverse order of starting. Safe to call twice: the second call waits for the first. */
  close(): Promise<void>;
}

export interface Foundations {
  readonly config: Config;
  readonly log: Journal;
  /** Is given a line that the person at the machine should read, such as why the faster engine is not used. */
  readonly tell: (line: string) => void;
  /** True for a process that stays, rather than a single command. */
  readonly stays?: boolean;
  /** Which trainings wait until the native engine is installed; see `TrainingRunOptions`. */
  readonly waitForNative: 'all' | 'long';
}

/**
 * Puts the house together: library, trainer, storyteller. Modules are imported here, not above, because a person waits
 * while a command starts: only what a command uses is loaded.
 */
export async function assemble(foundations: Foundations): Promise<House> {
  const { config, log } = foundations;
  // The engine and the process of a training look for it there.
  if (config.cacheFolder) process.env.FABULIST_CACHE = config.cacheFolder;
  const [{ LibraryStoryteller }, ground] = await Promise.all([
    import('./story/library-storyteller.ts'),
    openGround(foundations),
  ]);
  const { library, trainer } = ground;
  const surfaces: Surface[] = [];
  const announcements = once(async () => {
    const { Announcements } = await import('./chat/announcements.ts');
    return new Announcements(surfaces, log);
  });
  const nightly = once(async () => {
    const { Nightly } = await import('./training/nightly.ts');
    const report = async (report: NightlyReport) => ground.report(report, await announcements());
    return new Nightly({ library, trainer, schedule: config.retrain, report, log, ...ground.nightly });
  });
  const engines = new Engines(foundations);
  const teller = new LibraryStoryteller({
    library,
    trainer,
    openEngine: () => engines.open(),
    nextRetrain: async (server) => (await nightly()).nextRun(server),
    setAside: (corpus) => trainer.setAside(corpus),
    async forgotten(corpus) {
      await trainer.forget(corpus);
      const { forgetNight } = await import('./training/night-notes.ts');
      await forgetNight(library, corpus);
    },
    maxUpload: config.maxUpload,
    quotas: config.quotas,
    modelMemory: config.modelMemory,
    log,
  });
  const parts: Closable[] = [...ground.parts, engines, teller];
  const storyteller = await watched(foundations, ground, teller, parts);
  return {
    library,
    trainer,
    storyteller,
    surfaces,
    async retrain(onTraining, server) {
      return (await nightly()).run((other) => server === undefined || other === server, onTraining);
    },
    async schedule(server, schedule) {
      await (await nightly()).override(server, schedule);
      return (await nightly()).nextRun(server);
    },
    async settle() {
      const [told, nights] = [await announcements(), await nightly()];
      const names = surfaces.map(({ adapter }) => adapter.name);
      ground
        .takeUp(names)
        .then((trainings) => told.follow(trainings))
        .catch((error: unknown) => log.error({ err: error }, 'earlier trainings were not taken up'));
      parts.push({ close: async () => nights.stop() });
      await ground.receive(names, told);
      await nights.start();
      await engines.improve();
    },
    close: once(() => closeInReverse(parts)),
  };
}

/** Opens the port for health and metrics where there is to be one, and has the storyteller measured. */
async function watched(
  { config, stays }: Foundations,
  ground: Ground,
  storyteller: Storyteller,
  parts: Closable[],
): Promise<Storyteller> {
  if (!stays || !config.metrics) return storyteller;
  const [{ observe }, { measured }] = await Promise.all([
    import('./main/observation.ts'),
    import('./main/measured.ts'),
  ]);
  const trainings = () => {
    const all = ground.trainer.trainings();
    const waiting = all.filter(({ latest }) => latest.kind === 'queued').length;
    return { waiting, running: all.length - waiting };
  };
  const { oldest, processes } = ground;
  const observed = { ready: ground.check, trainings, ...(oldest && { oldest }), ...(processes && { processes }) };
  const observation = await observe(config.metrics, observed);
  parts.push(observation);
  return measured(storyteller, observation.metrics);
}

/** The engine that tells: opened at the first story, and again once a faster one has been installed beside it. */
class Engines {
  readonly #config: Config;
  readonly #log: Journal;
  readonly #tell: (line: string) => void;
  #opened: Promise<OpenedEngine> | undefined;
  #installing: BackgroundInstall | undefined;

  constructor({ config, log, tell }: Foundations) {
    this.#config = config;
    this.#log = log;
    this.#tell = tell;
  }

  async open(): Promise<OpenedEngine['engine']> {
    this.#opened ??= this.#openNow();
    return (await this.#opened).engine;
  }

  async #openNow(): Promise<OpenedEngine> {
    const { openEngine } = await import('./engine/open-engine.ts');
    const opened = await openEngine({ choice: this.#config.engine });
    if (opened.note && !this.#installing) this.#tell(opened.note);
    return opened;
  }

  /** Installs the native engine in the background where that is wanted and possible; else says why it is not used. */
  async improve(): Promise<void> {
    const { findNative } = await import('./engine/native/find-native.ts');
    const status = await findNative();
    if (this.#config.engine !== 'auto' || status.state === 'ready') return;
    // A failure within the last day is not repeated unasked.
    const failedLately =
      status.state === 'installable' && status.lastFailure && Date.now() < status.lastFailure.retryAt.getTime();
    if (status.state === 'impossible' || failedLately) {
      await this.open();
      return;
    }
    const { installInBackground } = await import('./engine/native/install-in-background.ts');
    this.#tell(
      'Installing the native engine in the background (274 MB, once); until it is there, WebAssembly computes.',
    );
    this.#installing = installInBackground();
    this.#installing.done.then(
      () => {
        this.#opened = undefined;
        this.#log.info({}, 'the native engine is there and computes from now on');
      },
      (error: unknown) => this.#log.warn({ err: error }, 'the native engine was not installed'),
    );
  }

  async close(): Promise<void> {
    await this.#installing?.stop();
  }
}

/** Closes all of them even where one fails, and throws the first failure. */
async function closeInReverse(parts: readonly Closable[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts.toReversed()) {
    await part.close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

function once<T>(work: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: work() };
    return result.value;
  };
}
