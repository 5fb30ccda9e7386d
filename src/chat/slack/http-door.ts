import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BufferedIncomingMessage, HTTPModuleFunctions, HTTPReceiver } from '@slack/bolt';
import { FabulistError } from '../../errors.ts';
import { EVENTS_PATH } from './paths.ts';
import { quietLogger } from './quiet-logger.ts';

/** Slack sends no more than a modal's contents at once. */
const BODY_LIMIT = 2 * 1024 * 1024;

export interface HttpDoorOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Slack signs its requests with it; undefined where nothing is taken by HTTP but installing. */
  readonly signingSecret: string | undefined;
  /** Answers what is no event, such as installing; false where there is nothing at that path. */
  readonly pages: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly log: { warn(details: object, message: string): void };
}

/**
 * What Slack reaches us through in HTTP mode. Bolt checks signatures, ages and answers; this opens the port on one host, and
 * keeps from Bolt what would end the process there: a body that is no object.
 */
export class HttpDoor {
  readonly receiver: HTTPReceiver | undefined;
  readonly #options: HttpDoorOptions;
  readonly #server: Server;
  #warned = false;

  constructor(options: HttpDoorOptions) {
    this.#options = options;
    const { signingSecret } = options;
    this.receiver = signingSecret === undefined ? undefined : newReceiver(signingSecret);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Where it is open: `http://127.0.0.1:3000`. */
  get address(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Throws `usage` where the port cannot be had. */
  async open(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause: NodeJS.ErrnoException) => {
        const why = cause.code === 'EADDRINUSE' ? 'another program has it' : 'it may not be used';
        reject(
          new FabulistError(
            'usage',
            `Port ${port} on ${host} cannot be opened for Slack, ${why}: choose others with SLACK_PORT and SLACK_HOST.`,
            { cause },
          ),
        );
      });
      this.#server.listen(port, host, resolve);
    });
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const end = (status: number) => response.headersSent || response.writeHead(status).end();
    try {
      const path = (request.url ?? '').split('?')[0];
      if (path !== EVENTS_PATH || request.method !== 'POST' || !this.receiver) {
        if (!this.#options.pages?.(request, response)) end(404);
        return;
      }
      response.once('finish', () => this.#note(response.statusCode));
      const whole = await HTTPModuleFunctions.bufferIncomingMessage(request, BODY_LIMIT);
      if (isObject(whole)) this.receiver.requestListener(request, response);
      else end(400);
    } catch (error) {
      // Too long, or broken off.
      end(HTTPModuleFunctions.isRawBodyError(error) ? error.statusCode : 400);
    }
  }

  /** Once: whoever finds the port can send as much nonsense as they like. */
  #note(status: number): void {
    if (status !== 401 || this.#warned) return;
    this.#warned = true;
    this.#options.log.warn(
      { status },
      'A request that is not signed by Slack, or not for a workspace of ours, was refused; if nothing works, compare SLACK_SIGNING_SECRET',
    );
  }
}

function isObject(request: BufferedIncomingMessage): boolean {
  try {
    const body: unknown = HTTPModuleFunctions.parseHTTPRequestBody(request);
    return typeof body === 'object' && body !== null;
  } catch {
    return false;
  }
}

function newReceiver(signingSecret: string): HTTPReceiver {
  return new HTTPReceiver({
    signingSecret,
    logger: quietLogger,
    async processEventErrorHandler({ response }) {
      // What Bolt cannot place, or what is of a workspace that has not installed us.
      if (!response.headersSent) response.writeHead(401).end();
      return true;
    },
    unhandledRequestHandler({ response }) {
      if (!response.headersSent) response.writeHead(404).end();
    },
  });
}
