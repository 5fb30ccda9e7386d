import type { Config } from '../config.ts';
import type { BackgroundInstall } from '../engine/native/install-in-background.ts';
import type { OpenedEngine } from '../engine/open-engine.ts';
import type { Journal } from '../telemetry/late-log.ts';

interface EngineSurroundings {
  readonly config: Config;
  readonly log: Journal;
  /** Is given a line that the person at the machine should read, such as why the faster engine is not used. */
  readonly tell: (line: string) => void;
}

/** The engine that tells: opened at the first story, and again once a faster one has been installed beside it. */
export class Engines {
  readonly #config: Config;
  readonly #log: Journal;
  readonly #tell: (line: string) => void;
  #opened: Promise<OpenedEngine> | undefined;
  #installing: BackgroundInstall | undefined;

  constructor({ config, log, tell }: EngineSurroundings) {
    this.#config = config;
    this.#log = log;
    this.#tell = tell;
  }

  async open(): Promise<OpenedEngine['engine']> {
    this.#opened ??= this.#openNow();
    return (await this.#opened).engine;
  }

  async #openNow(): Promise<OpenedEngine> {
    const { openEngine } = await import('../engine/open-engine.ts');
    const opened = await openEngine({ choice: this.#config.engine });
    if (opened.note && !this.#installing) this.#tell(opened.note);
    return opened;
  }

  /** Installs the native engine in the background where that is wanted and possible; else says why it is not used. */
  async improve(): Promise<void> {
    const { findNative } = await import('../engine/native/find-native.ts');
    const status = await findNative();
    if (this.#config.engine !== 'auto' || status.state === 'ready') return;
    // A failure within the last day is not repeated unasked.
    const failedLately =
      status.state === 'installable' && status.lastFailure && Date.now() < status.lastFailure.retryAt.getTime();
    if (status.state === 'impossible' || failedLately) {
      await this.open();
      return;
    }
    const { installInBackground } = await import('../engine/native/install-in-background.ts');
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
