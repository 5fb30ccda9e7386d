import { createServer, type Server, type ServerResponse } from 'node:http';
import { FabulistError } from '../errors.ts';
import type { Metrics } from './metrics.ts';

export interface HealthServerOptions {
  readonly port: number;
  /** Name or address of this machine to listen on. */
  readonly host: string;
  readonly metrics: Metrics;
  /** Resolves while this process can serve people; throws where something it needs is out of reach. */
  readonly ready: () => Promise<void>;
}

/** Milliseconds after which a readiness that is still being looked into counts as none. */
const PATIENCE = 3_000;

/**
 * Answers `/healthz` (the process runs: otherwise start it anew), `/readyz` (it can serve: otherwise send it nobody) and
 * `/metrics`, on a port of its own, to whoever can reach that.
 */
export class HealthServer {
  readonly #options: HealthServerOptions;
  readonly #server: Server;
  #closed: Promise<void> | undefined;

  constructor(options: HealthServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      const path = request.url?.split('?')[0];
      if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'GET only\n');
      else void this.#answer(path, response);
    });
    this.#server.requestTimeout = 10_000;
  }

  /** Resolves to the port. Throws `usage` where the port cannot be had. */
  async open(): Promise<number> {
    const { port, host } = this.#options;
    return await new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => {
        const sentence = `METRICS_PORT ${port} of ${host} cannot be opened: name a free port, or another METRICS_HOST.`;
        reject(new FabulistError('usage', sentence, { cause }));
      });
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    return this.#closed;
  }

  async #answer(path: string | undefined, response: ServerResponse): Promise<void> {
    try {
      if (path === '/healthz') answer(response, 200, 'ok\n');
      else if (path === '/readyz') {
        const ready = await this.#ready();
        answer(response, ready ? 200 : 503, ready ? 'ready\n' : 'not ready\n');
      } else if (path === '/metrics') {
        const { metrics } = this.#options;
        answer(response, 200, await metrics.text(), metrics.contentType);
      } else answer(response, 404, 'Here are /healthz, /readyz and /metrics.\n');
    } catch {
      answer(response, 500, 'failed\n');
    }
  }

  async #ready(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), PATIENCE);
    });
    const looked = this.#options.ready().then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([looked, tooLong]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}
