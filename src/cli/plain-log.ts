import type { Journal } from '../telemetry/late-log.ts';

/**
 * The log of a command that a person waits for: a warning is a sentence among what else is said, without its details.
 * Whoever wants those sets LOG_LEVEL, and gets JSON lines.
 */
export class PlainLog implements Journal {
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  error(details: object, message: string): void {
    this.warn(details, message);
  }

  warn(details: object, message: string): void {
    this.#say(sentenceOf(details, message));
  }

  info(): void {
    // No news to somebody who waits for a result.
  }

  debug(): void {
    // As above.
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

function sentenceOf(details: object, message: string): string {
  if (message === 'A training broke off') {
    const how = 'detail' in details ? /SIG[A-Z]+/.exec(String(details.detail))?.[0] : undefined;
    return `The training broke off${how ? ` (${how})` : ''}; beginning again from where it was.`;
  }
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
