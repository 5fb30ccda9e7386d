import { request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A request with exactly these headers and this path, which no browser and no `fetch` would send. */
export function ask(address: string, path: string, { method = 'GET', headers = {}, body }: RawRequest = {}) {
  const { hostname, port } = new URL(address);
  return new Promise<RawAnswer>((resolve, reject) => {
    const sent = request({ host: hostname, port, path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A request of the page itself. */
export function own(address: string, path: string, body?: object, more: Readonly<Record<string, string>> = {}) {
  if (body === undefined) return ask(address, path, { headers: more });
  const headers = { Origin: new URL(address).origin, 'Content-Type': 'application/json', ...more };
  return ask(address, path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** A connection on which somebody speaks HTTP by hand. */
export async function wire(address: string): Promise<Socket> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** The answer so far, as soon as it holds the text. */
export function until(socket: Socket, text: string): Promise<string> {
  let all = '';
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      all += chunk.toString();
      if (all.includes(text)) resolve(all);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`closed after: ${all}`)));
  });
}
