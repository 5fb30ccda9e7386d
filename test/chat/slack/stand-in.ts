import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { METHODS } from './stand-in-methods.ts';
import { StandInSocket } from './stand-in-socket.ts';

export const SIGNING_SECRET = 'a signing secret of a stand-in'.replaceAll(' ', '-');
export const APP_TOKEN = 'xapp-1-standin';
export interface Block {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string };
  readonly elements?: readonly {
    readonly action_id: string;
    readonly value: string;
    readonly text: { text: string };
  }[];
}

/** A message of the bot as somebody may see it. */
export interface ShownMessage {
  readonly ts: string;
  readonly team: string;
  readonly channel: string;
  readonly thread: string | undefined;
  text: string;
  blocks: readonly Block[];
  /** Whose eyes alone it is for. */
  readonly onlyFor: string | undefined;
  /** Sent by the address that came with a command or a button. */
  readonly responded: boolean;
  edits: number;
}

export interface SharedFile {
  readonly team: string;
  readonly channel: string;
  readonly thread: string | undefined;
  readonly name: string;
  readonly alt: string | undefined;
  readonly comment: string | undefined;
  readonly bytes: Buffer;
}

/** Something that was delivered to the bot. */
export interface Delivery {
  /** Milliseconds to its acknowledgement. */
  took?: number;
  /** HTTP mode. */
  status?: number;
  /** What it was acknowledged with. */
  answer?: unknown;
}

export interface Team {
  readonly team: string;
  readonly us: string;
  readonly bot: string;
  /** The organisation whose workspaces the token serves. */
  readonly enterprise?: string;
}

export interface View {
  readonly id: string;
  readonly user: string;
  readonly team: string;
  readonly trigger: string | undefined;
  view: {
    readonly type: string;
    readonly callback_id?: string;
    readonly private_metadata?: string;
    readonly blocks: object[];
  };
}

export interface Upload {
  readonly name: string;
  readonly alt: string | undefined;
  readonly length: number;
  bytes?: Buffer;
}

/** A response address, and what was pressed to get it. */
interface Address {
  readonly team: string;
  readonly channel: string;
  readonly user: string;
  readonly original: string | undefined;
  uses: number;
}

export interface Answer {
  readonly ok: boolean;
  readonly [more: string]: unknown;
}

/**
 * A stand-in for Slack on loopback: its Web API, its files, its deliveries by signed HTTP and by Socket Mode, as much of them
 * as a bot like ours uses, for an unmodified Bolt. It refuses what Slack refuses, and notes in `objections` whatever is not
 * as Slack describes it.
 */
export class StandIn {
  readonly socket: StandInSocket;
  readonly teams = new Map<string, Team>();
  readonly messages: ShownMessage[] = [];
  readonly shared: SharedFile[] = [];
  readonly views: View[] = [];
  /** The latest home page by user. */
  readonly homes = new Map<string, { readonly blocks: readonly Block[] }>();
  readonly objections: string[] = [];
  /** Method and token of every call. */
  readonly calls: {
    readonly method: string;
    readonly token: string;
    readonly args: Readonly<Record<string, unknown>>;
  }[] = [];
  /** Private channels that the bot is not in. */
  readonly closed = new Set<string>();
  readonly users = new Map<string, object>();
  /** Files by path; a function may answer in any way. */
  readonly files = new Map<string, Buffer | ((response: ServerResponse, request: IncomingMessage) => void)>();
  /** What `files.info` says. */
  readonly described = new Map<string, object>();
  readonly uploads = new Map<string, Upload>();
  readonly triggers = new Map<string, number>();
  /** Milliseconds for which a trigger opens a modal. */
  patience = 3_000;
  readonly addresses = new Map<string, Address>();
  /** How many of the next calls of a method are answered with 429. */
  readonly limits = new Map<string, number>();
  /** What a method answers instead. */
  readonly refusals = new Map<string, string>();
  /** Whether the Web API is down. */
  down = false;
  /** Where the bot takes events by HTTP; undefined: Socket Mode. */
  eventsUrl: string | undefined;
  /** Codes of OAuth, and the token and workspace that each stands for. */
  readonly codes = new Map<string, { readonly token: string } & Team>();
  readonly #server: Server;
  #port = 0;
  #count = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.socket = new StandInSocket(this.#server);
  }

  static async open(port = 0): Promise<StandIn> {
    const standIn = new StandIn();
    await new Promise<void>((resolve) => standIn.#server.listen(port, '127.0.0.1', resolve));
    standIn.#port = (standIn.#server.address() as AddressInfo).port;
    return standIn;
  }

  get port(): number {
    return this.#port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get apiUrl(): string {
    return `${this.origin}/api`;
  }

  async close(): Promise<void> {
    this.socket.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A time stamp as Slack names messages, in the order of making. */
  timestamp(): string {
    return `${Math.floor(Date.now() / 1_000)}.${String(++this.#count).padStart(6, '0')}`;
  }

  id(letter: string): string {
    return `${letter}${String(++this.#count).padStart(8, '0')}`;
  }

  trigger(): string {
    const trigger = `trigger.${this.id('')}`;
    this.triggers.set(trigger, Date.now());
    return trigger;
  }

  /** Whether the trigger opens something now; then it opens nothing more. */
  spend(trigger: string): string | undefined {
    const at = this.triggers.get(trigger);
    this.triggers.delete(trigger);
    if (at === undefined) return 'exchanged_trigger_id';
    return Date.now() - at > this.patience ? 'expired_trigger_id' : undefined;
  }

  address(team: string, channel: string, user: string, original?: string): string {
    const path = `/respond/${this.id('R')}`;
    this.addresses.set(path, { team, channel, user, original, uses: 0 });
    return this.origin + path;
  }

  /** Delivers an event, a command or an interaction, by the way that the bot has opened. */
  async deliver(kind: 'events_api' | 'slash_commands' | 'interactive', body: object): Promise<Delivery> {
    const at = performance.now();
    if (this.eventsUrl === undefined) {
      const answer = await this.socket.send(kind, body);
      return { took: performance.now() - at, answer };
    }
    const [type, text] = formOf(kind, body);
    return { ...(await this.post(text, type)), took: performance.now() - at };
  }

  /** Posts to the bot's events, signed unless other headers are given. */
  async post(text: string, type: string, headers: Record<string, string> = signed(text)): Promise<Delivery> {
    const response = await fetch(String(this.eventsUrl), {
      method: 'POST',
      body: text,
      headers: { 'content-type': type, ...headers },
    });
    const answer = await response.text();
    return { status: response.status, answer: answer.startsWith('{') ? JSON.parse(answer) : answer };
  }

  /** The messages that somebody sees in a channel. */
  seenBy(user: string, channel: string, team: string): ShownMessage[] {
    return this.messages.filter(
      (message) => message.team === team && message.channel === channel && (message.onlyFor ?? user) === user,
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.origin);
    const file = this.files.get(pathname);
    if (typeof file === 'function') return file(response, request);
    if (file) {
      const known = [...this.teams.keys()].some((token) => request.headers.authorization === `Bearer ${token}`);
      if (known) return void response.writeHead(200, { 'content-length': file.length }).end(file);
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to Slack</html>');
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const upload = this.uploads.get(pathname);
    if (upload) {
      upload.bytes = body;
      return void response.end(`OK - ${body.length}`);
    }
    if (this.down) return void response.writeHead(503).end();
    const {
      status = 200,
      answer,
      headers,
    } = pathname.startsWith('/respond/')
      ? { answer: this.#respond(pathname, JSON.parse(body.toString()) as Record<string, unknown>) }
      : this.#call(pathname.replace('/api/', ''), request, body.toString());
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer));
  }

  #call(
    method: string,
    request: IncomingMessage,
    text: string,
  ): { status?: number; answer: Answer; headers?: Record<string, string> } {
    const args: Record<string, unknown> = {};
    for (const [name, value] of new URLSearchParams(text)) args[name] = parsedArg(name, value);
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    this.calls.push({ method, token, args });
    const limit = this.limits.get(method) ?? 0;
    if (limit > 0) {
      this.limits.set(method, limit - 1);
      return { status: 429, answer: { ok: false, error: 'ratelimited' }, headers: { 'retry-after': '0' } };
    }
    const refusal = this.refusals.get(method);
    if (refusal) return { answer: { ok: false, error: refusal } };
    const act = METHODS[method];
    if (!act) {
      this.objections.push(`${method}: no such method here`);
      return { answer: { ok: false, error: 'unknown_method' } };
    }
    return { answer: act(this, args, token) };
  }

  #respond(path: string, body: Record<string, unknown>): Answer {
    const address = this.addresses.get(path);
    if (!address || ++address.uses > 5) return { ok: false, error: 'used_url' };
    const { team, channel, user, original } = address;
    const blocks = (body.blocks ?? []) as Block[];
    const text = String(body.text ?? '');
    const replaced = body.replace_original === true ? this.messages.find(({ ts }) => ts === original) : undefined;
    if (replaced) Object.assign(replaced, { text, blocks, edits: replaced.edits + 1 });
    else {
      const onlyFor = body.response_type === 'in_channel' ? undefined : user;
      const thread = undefined;
      this.messages.push({
        ts: this.timestamp(),
        team,
        channel,
        thread,
        text,
        blocks,
        onlyFor,
        responded: true,
        edits: 0,
      });
    }
    return { ok: true };
  }
}

/** Arguments that are JSON in a form. */
function parsedArg(name: string, value: string): unknown {
  return ['blocks', 'view', 'files'].includes(name) ? (JSON.parse(value) as unknown) : value;
}

function formOf(kind: string, body: object): [string, string] {
  if (kind === 'events_api') return ['application/json', JSON.stringify(body)];
  const form = new URLSearchParams();
  if (kind === 'interactive') form.set('payload', JSON.stringify(body));
  else for (const [name, value] of Object.entries(body)) form.set(name, String(value));
  return ['application/x-www-form-urlencoded', form.toString()];
}

/** The headers by which Slack signs a request. */
export function signed(text: string, at = Math.floor(Date.now() / 1_000), secret = SIGNING_SECRET) {
  const hash = createHmac('sha256', secret).update(`v0:${at}:${text}`).digest('hex');
  return { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${hash}` };
}
