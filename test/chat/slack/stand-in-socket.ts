import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

/** Socket Mode: one connection, opened at an address that serves once. */
export class StandInSocket {
  /** Answers to envelopes, by their ids. */
  readonly #waiting = new Map<string, (payload: unknown) => void>();
  readonly #sockets = new Set<WebSocket>();
  readonly #tickets = new Set<string>();
  readonly #server: WebSocketServer;
  #count = 0;
  /** How many connections there were. */
  connections = 0;

  constructor(server: Server) {
    this.#server = new WebSocketServer({ server, path: '/link' });
    this.#server.on('connection', (socket, request) => {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
      if (this.#tickets.delete(ticket)) this.#accept(socket);
      else socket.close(1008);
    });
  }

  get connected(): boolean {
    return this.#sockets.size > 0;
  }

  /** What `apps.connections.open` answers. */
  ticket(port: number): string {
    const ticket = `ticket-${++this.#count}`;
    this.#tickets.add(ticket);
    return `ws://127.0.0.1:${port}/link?ticket=${ticket}`;
  }

  /** Sends a packet; resolves to what it is acknowledged with. */
  send(type: string, payload: unknown): Promise<unknown> {
    const envelope_id = `envelope-${++this.#count}`;
    return new Promise((resolve) => {
      this.#waiting.set(envelope_id, resolve);
      this.raw(JSON.stringify({ envelope_id, type, payload, accepts_response_payload: type !== 'events_api' }));
    });
  }

  raw(text: string): void {
    for (const socket of this.#sockets) socket.send(text);
  }

  /** Cuts the connection, as a network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #accept(socket: WebSocket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('message', (data) => {
      const { envelope_id, payload } = JSON.parse(String(data)) as { envelope_id: string; payload?: unknown };
      this.#waiting.get(envelope_id)?.(payload);
      this.#waiting.delete(envelope_id);
    });
    socket.send(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A1' } }));
  }
}
