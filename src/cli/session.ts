import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Config, loadConfig, readDotenv } from '../config.ts';
import type { Foundations, House } from '../main.ts';
import type { Asker } from '../story/storyteller.ts';
import { type Journal, LateLog } from '../telemetry/late-log.ts';
import { refuseFile } from './folders.ts';
import { Output, type Sink } from './output.ts';
import { PlainLog } from './plain-log.ts';
import { TrainingDisplay } from './training-display.ts';

/** The person at the command line, the same as in the terminal chat: what one stores the other may forget. */
export const ASKER: Asker = { server: 'local', channel: 'terminal', user: 'local' };

/** What a run of the command line touches outside itself. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths of the command line begin. */
  readonly folder: string;
  /** Where `.env` is looked for. */
  readonly dotenvFolder: string;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  assemble(foundations: Foundations): Promise<House>;
}

export interface GlobalOptions {
  readonly json?: boolean;
  readonly data?: string;
  readonly engine?: string;
}

/** Gives a command's action its session. `stays`: that of a conversation, see `Session`. */
export type OpenSession = (command: Command, stays?: boolean) => Session;

/** One run of one command: its configuration, its output, and the house, which is put together when it is first asked for. */
export class Session {
  readonly surroundings: Surroundings;
  readonly config: Config;
  readonly output: Output;
  readonly display: TrainingDisplay;
  readonly log: Journal & { flush(): Promise<void> };
  readonly #stays: boolean;
  readonly #ending = new AbortController();
  readonly #surfaces: { stop(): Promise<void> }[] = [];
  #house: Promise<House> | undefined;

  /** stays: a conversation, in which a short training does not wait for an installation, and whose log a service may read. */
  constructor(surroundings: Surroundings, options: GlobalOptions, stays = false) {
    const { env, folder, dotenvFolder, stdout, stderr } = surroundings;
    const data = options.data && resolve(folder, options.data);
    const given = { FABULIST_DATA: data, FABULIST_ENGINE: options.engine };
    this.surroundings = surroundings;
    this.config = loadConfig(given, env, readDotenv(dotenvFolder));
    this.output = new Output(stdout, stderr, { json: options.json === true, color: !env.NO_COLOR });
    this.#stays = stays;
    this.display = new TrainingDisplay(stderr);
    const { logLevel } = this.config;
    const machineReads = logLevel !== undefined || (stays && !stderr.isTTY);
    this.log = machineReads ? new LateLog(logLevel ?? 'info') : new PlainLog((line) => this.display.note(line));
  }

  /** Aborted when the session closes: for work that is not the house's. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Throws `storage` where the data folder is a file. */
  house(): Promise<House> {
    this.#house ??= this.#assemble();
    return this.#house;
  }

  async #assemble(): Promise<House> {
    await refuseFile(this.config.dataFolder);
    return this.surroundings.assemble(this.foundations());
  }

  /** What a house is put together from. */
  foundations(): Foundations {
    return {
      config: this.config,
      log: this.log,
      tell: (line) => this.display.note(line),
      stays: this.#stays,
      waitForNative: this.#stays ? 'long' : 'all',
    };
  }

  /** Resolves when the session is told to end. */
  ended(): Promise<void> {
    const { signal } = this;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  /** What listens to people on this house; it is stopped before the house closes. */
  surface(surface: { stop(): Promise<void> }): void {
    this.#surfaces.push(surface);
  }

  /** Ends everything this session began. Safe to call twice, and in the middle of the command. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.display.stop();
    // Each waits for the answers it is giving: together, so that the whole ends in time.
    await Promise.all(this.#surfaces.map((surface) => surface.stop()));
    // A house that could not be put together has said so to the command that asked for it.
    const house = await this.#house?.catch(() => undefined);
    await house?.close();
    await this.log.flush();
  }
}
