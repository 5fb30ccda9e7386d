import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

interface Packet {
  readonly op: number;
  readonly d?: unknown;
  readonly s?: number;
  readonly t?: string;
}

/** One shard's session, which can be resumed after its connection was cut. */
interface Session {
  readonly id: string;
  /** Which shard of how many. */
  readonly shard: readonly [number, number];
  /** Everything dispatched in it. */
  readonly log: Packet[];
  live: WebSocket | undefined;
}

/** The gateway: one session for each shard, the latest that identified as it. */
export class StandInGateway {
  /** What clients sent, by opcode. */
  readonly heard: Packet[] = [];
  /** Milliseconds. */
  heartbeatInterval = 45_000;
  /** Whether heartbeats are answered. */
  beats = true;
  /** Closes whoever identifies, with this code. */
  closesWith: number | undefined;
  /** How many shards there must be at least. */
  leastShards = 1;
  readonly #server: WebSocketServer;
  readonly #token: string;
  readonly #ready: () => object;
  readonly #sockets = new Set<WebSocket>();
  readonly #sessions = new Map<number, Session>();
  #count = 0;

  constructor(server: Server, token: string, ready: () => object) {
    this.#server = new WebSocketServer({ server, path: '/gateway' });
    this.#token = token;
    this.#ready = ready;
    this.#server.on('connection', (socket) => this.#accept(socket));
  }

  /** Whether every shard is there. */
  get connected(): boolean {
    const sessions = [...this.#sessions.values()];
    return sessions.length > 0 && sessions.every(({ live, shard }) => live && shard[1] === sessions.length);
  }

  /** How many shards are there. */
  get shards(): number {
    return [...this.#sessions.values()].filter(({ live }) => live).length;
  }

  /** Sends an event to the shard that it is for, now or when its session is resumed. */
  dispatch(t: string, d: unknown): void {
    const of = [...this.#sessions.values()][0]?.shard[1] ?? 1;
    this.#send(this.#sessions.get(shardOf(t, d, of)), t, d);
  }

  /** Cuts connections, as a network does: all, or that of one shard. */
  cut(shard?: number): void {
    if (shard !== undefined) this.#sessions.get(shard)?.live?.terminate();
    else for (const socket of this.#sockets) socket.terminate();
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
      for (const session of this.#sessions.values()) if (session.live === socket) session.live = undefined;
    });
    socket.on('message', (data) => this.#hear(socket, JSON.parse(String(data)) as Packet));
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: this.heartbeatInterval } }));
  }

  #hear(socket: WebSocket, packet: Packet): void {
    this.heard.push(packet);
    if (packet.op === 1 && this.beats) socket.send(JSON.stringify({ op: 11 }));
    if (packet.op === 2) this.#identify(socket, packet.d as { token: string; shard?: [number, number] });
    if (packet.op === 6) this.#resume(socket, packet.d as { token: string; session_id: string; seq: number });
  }

  #identify(socket: WebSocket, { token, shard = [0, 1] }: { token: string; shard?: [number, number] }): void {
    const [id, of] = shard;
    const invalid = !(Number.isInteger(id) && Number.isInteger(of) && id >= 0 && id < of);
    const refusal = token !== this.#token ? 4004 : invalid ? 4010 : of < this.leastShards ? 4011 : this.closesWith;
    if (refusal !== undefined) {
      socket.close(refusal);
      return;
    }
    for (const other of this.#sessions.values()) if (other.shard[1] !== of) this.#sessions.delete(other.shard[0]);
    this.#count++;
    const session: Session = { id: `session-${this.#count}`, shard, log: [], live: socket };
    this.#sessions.set(id, session);
    this.#send(session, 'READY', { ...this.#ready(), session_id: session.id, shard });
  }

  #resume(socket: WebSocket, { token, session_id, seq }: { token: string; session_id: string; seq: number }): void {
    const session = [...this.#sessions.values()].find(({ id }) => id === session_id);
    if (token !== this.#token || !session) {
      socket.send(JSON.stringify({ op: 9, d: false }));
      return;
    }
    session.live = socket;
    for (const packet of session.log.slice(seq)) socket.send(JSON.stringify(packet));
    this.#send(session, 'RESUMED', {});
  }

  #send(session: Session | undefined, t: string, d: unknown): void {
    if (!session) return;
    const packet = { op: 0, t, s: session.log.length + 1, d };
    session.log.push(packet);
    session.live?.send(JSON.stringify(packet));
  }
}

/** The shard that hears of something: that of its server; the first for what is of no server. */
function shardOf(event: string, data: unknown, of: number): number {
  const { guild_id, id } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const guild = event.startsWith('GUILD_') ? (guild_id ?? id) : guild_id;
  return typeof guild === 'string' && /^\d{1,20}$/.test(guild) ? Number((BigInt(guild) >> 22n) % BigInt(of)) : 0;
}
