import type { Log } from './log.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** The part of a log that the floors above write to. */
export interface Journal {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
  debug(details: object, message: string): void;
}

/**
 * A log that is loaded when its first line is written: most commands have nothing to log, and loading it is a seventh of
 * the time they take to start.
 */
export class LateLog implements Journal {
  readonly #level: string;
  #log: Promise<Log> | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor(level: string) {
    this.#level = level;
  }

  error(details: object, message: string): void {
    this.#write('error', details, message);
  }

  warn(details: object, message: string): void {
    this.#write('warn', details, message);
  }

  info(details: object, message: string): void {
    this.#write('info', details, message);
  }

  debug(details: object, message: string): void {
    this.#write('debug', details, message);
  }

  /** Resolves when every line so far is written. */
  flush(): Promise<void> {
    return this.#written;
  }

  #write(level: keyof Journal, details: object, message: string): void {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.#level)) return;
    this.#log ??= import('./log.ts').then(({ openLog }) => openLog(this.#level));
    this.#written = Promise.all([this.#log, this.#written]).then(([log]) => log[level](details, message));
  }
}
