import { setTimeout as sleep } from 'node:timers/promises';
import { SocketModeReceiver } from '@slack/bolt';
import { FabulistError } from '../../errors.ts';
import { isTokenRefused } from './api-errors.ts';
import { quietLogger } from './quiet-logger.ts';
import { clientOptions } from './workspaces.ts';

/** Seconds between two attempts to reach Slack. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 60;

export interface SocketDoorOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly log: { error(details: object, message: string): void; warn(details: object, message: string): void };
  readonly signal: AbortSignal;
  /** Milliseconds that an outage may last before it is worth a line in the log: Slack renews its connections hourly. */
  readonly patience: number;
}

/**
 * What Slack reaches us through in Socket Mode. The reconnecting is ours: the client's own gives up, by ending the process,
 * where Slack refuses the token in the middle of it, and waits 5 seconds where none are needed.
 */
export class SocketDoor {
  readonly receiver: SocketModeReceiver;
  readonly #options: SocketDoorOptions;
  #outage: NodeJS.Timeout | undefined;
  #warned = false;

  constructor(options: SocketDoorOptions) {
    this.#options = options;
    this.receiver = new SocketModeReceiver({
      appToken: options.appToken,
      autoReconnectEnabled: false,
      logger: quietLogger,
      installerOptions: { clientOptions: clientOptions(options.apiUrl, 0) },
      async processEventErrorHandler({ event }) {
        // What Bolt cannot place, or is of a workspace that has not installed us, need not be sent again. An
        // acknowledgement that Bolt itself sends at this point would end the process where the connection is lost.
        await event.ack().catch(() => undefined);
        return false;
      },
    });
    this.#guard();
  }

  /** Resolves once it is connected; stays so from then on. Throws `usage` for a token that Slack does not know. */
  async open(): Promise<void> {
    const { signal, log } = this.#options;
    try {
      await this.#connect('Slack cannot be reached; trying again until it can');
    } catch (error) {
      throw new FabulistError(
        'usage',
        'Slack does not accept SLACK_APP_TOKEN: copy the app-level token (xapp-...) from the page of the app again.',
        { cause: error },
      );
    }
    if (signal.aborted) return;
    this.#stay().catch((error: unknown) => {
      if (signal.aborted) return;
      log.error({ err: error }, 'Slack no longer accepts SLACK_APP_TOKEN: set the new one and start again');
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#outage);
    // A peer that does not answer is not waited for.
    await Promise.race([this.receiver.client.disconnect(), sleep(1_000, undefined, { ref: false })]);
  }

  async #stay(): Promise<void> {
    const { signal, log, patience } = this.#options;
    while (!signal.aborted) {
      await this.#lost();
      if (signal.aborted) return;
      this.#outage = setTimeout(() => {
        log.warn({}, 'The connection to Slack is lost; reconnecting until it is back');
      }, patience).unref();
      await this.#connect();
      clearTimeout(this.#outage);
    }
  }

  #lost(): Promise<void> {
    return new Promise((resolve) => this.receiver.client.once('disconnected', resolve));
  }

  /** Tries until it succeeds, or is told to stop. Throws what refuses the token. */
  async #connect(complaint?: string): Promise<void> {
    const { log, signal } = this.#options;
    let wait = FIRST_WAIT;
    while (!signal.aborted) {
      try {
        await this.receiver.client.start();
        // It may have been told to stop while it asked Slack where to connect.
        if (signal.aborted) await this.receiver.client.disconnect();
        return;
      } catch (error) {
        if (isTokenRefused(error)) throw error;
        if (complaint !== undefined && wait === FIRST_WAIT) log.warn({ err: error }, complaint);
        await sleep(wait * 1_000, undefined, { signal }).catch(() => undefined);
        wait = Math.min(LONGEST_WAIT, wait * 2);
      }
    }
  }

  /** A packet that is not what the client expects would end the process: it throws where nobody can catch it. */
  #guard(): void {
    const { client } = this.receiver;
    const [listener] = client.listeners('ws_message') as unknown as ((
      data: unknown,
      binary: boolean,
    ) => Promise<void>)[];
    if (!listener) return;
    client.removeAllListeners('ws_message');
    client.on('ws_message', (data: unknown, binary: boolean) => {
      listener(data, binary).catch((error: unknown) => {
        if (this.#warned) return;
        this.#warned = true;
        this.#options.log.warn({ err: error }, 'A packet of Slack was not understood');
      });
    });
  }
}
