import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

interface Packet {
  readonly op: number;
  readonly d?: unknown;
  readonly s?: number;
  readonly t?: string;
}

/** The gateway: one session at a time, which can be resumed after its connection was cut. */
export class StandInGateway {
  /** What clients sent, by opcode. */
  readonly heard: Packet[] = [];
  /** Milliseconds. */
  heartbeatInterval = 45_000;
  /** Whether heartbeats are answered. */
  beats = true;
  /** Closes whoever identifies, with this code. */
  closesWith: number | undefined;
  readonly #server: WebSocketServer;
  readonly #token: string;
  readonly #ready: () => object;
  readonly #sockets = new Set<WebSocket>();
  /** Everything dispatched in this session. */
  #log: Packet[] = [];
  #live: WebSocket | undefined;
  #session = 0;

  constructor(server: Server, token: string, ready: () => object) {
    this.#server = new WebSocketServer({ server, path: '/gateway' });
    this.#token = token;
    this.#ready = ready;
    this.#server.on('connection', (socket) => this.#accept(socket));
  }

  get connected(): boolean {
    return this.#live !== undefined;
  }

  /** Sends an event, now or when the session is resumed. */
  dispatch(t: string, d: unknown): void {
    const packet = { op: 0, t, s: this.#log.length + 1, d };
    this.#log.push(packet);
    this.#live?.send(JSON.stringify(packet));
  }

  /** Cuts all connections, as a network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Closes all connections, as Discord does. */
  closeAll(code: number): void {
    for (const socket of this.#sockets) socket.close(code);
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #accept(socket: WebSocket): void {
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (this.#live === socket) this.#live = undefined;
    });
    socket.on('message', (data) => this.#hear(socket, JSON.parse(String(data)) as Packet));
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: this.heartbeatInterval } }));
  }

  #hear(socket: WebSocket, packet: Packet): void {
    this.heard.push(packet);
    if (packet.op === 1 && this.beats) socket.send(JSON.stringify({ op: 11 }));
    if (packet.op === 2) this.#identify(socket, packet.d as { token: string });
    if (packet.op === 6) this.#resume(socket, packet.d as { token: string; session_id: string; seq: number });
  }

  #identify(socket: WebSocket, { token }: { token: string }): void {
    const refusal = token === this.#token ? this.closesWith : 4004;
    if (refusal !== undefined) {
      socket.close(refusal);
      return;
    }
    this.#session++;
    this.#log = [];
    this.#live = socket;
    this.dispatch('READY', { ...this.#ready(), session_id: `session-${this.#session}` });
  }

  #resume(socket: WebSocket, { token, session_id, seq }: { token: string; session_id: string; seq: number }): void {
    if (token !== this.#token || session_id !== `session-${this.#session}`) {
      socket.send(JSON.stringify({ op: 9, d: false }));
      return;
    }
    this.#live = socket;
    for (const packet of this.#log.slice(seq)) socket.send(JSON.stringify(packet));
    this.dispatch('RESUMED', {});
  }
}
