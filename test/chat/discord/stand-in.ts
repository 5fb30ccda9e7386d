import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { objectionsTo } from './api-schema.ts';
import { StandInGateway } from './stand-in-gateway.ts';

export const TOKEN = 'MTIz.standin.token';
export const APPLICATION = '100000000000000001';
const EPOCH = 1_420_070_400_000;

/** A message of the bot as somebody may see it. */
export interface ShownMessage {
  readonly id: string;
  readonly channel: string;
  content: string;
  components: { components: { custom_id: string; label: string; style: number }[] }[];
  /** With their bytes where they were sent along. */
  attachments: { filename: string; description?: string; bytes: Buffer }[];
  /** Whose eyes alone it is for. */
  readonly onlyFor: string | undefined;
  /** Deferred: only "Fabulist is thinking..." is shown. */
  thinking: boolean;
  readonly replyTo: string | undefined;
  edits: number;
}

/** The part of an interaction that is looked at here. */
export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly channel: { readonly id: string; readonly [more: string]: unknown };
  readonly message?: { readonly id: string };
  readonly [more: string]: unknown;
}

interface Asked {
  readonly id: string;
  readonly token: string;
  readonly at: number;
  readonly user: string;
  readonly channel: string;
  /** What was asked. */
  readonly data: unknown;
  /** Of a button: its message. */
  readonly message?: string;
  original?: string;
  answer?: { type: number; data?: { choices?: { name: string; value: string }[]; flags?: number } };
  /** Milliseconds to its acknowledgement. */
  took?: number;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const refusal = (status: number, code: number, message: string): Answer => ({ status, body: { code, message } });
const NO_MESSAGE = refusal(404, 10008, 'Unknown Message');
const ARCHIVED = refusal(400, 50083, 'Thread is archived');
const TOO_LARGE = refusal(413, 40005, 'Request entity too large');
const MINUTE = 60_000;

/**
 * A stand-in for Discord on loopback: its HTTP API v10 and its gateway, as much of them as a bot like ours uses, for an
 * unmodified discord.js. It refuses what Discord refuses, and notes in `objections` whatever is not as Discord describes it.
 */
export class StandIn {
  readonly gateway: StandInGateway;
  readonly messages: ShownMessage[] = [];
  readonly asked = new Map<string, Asked>();
  readonly objections: string[] = [];
  /** Whether payloads are compared with Discord's description; a benchmark measures the bot, not that. */
  checks = true;
  /** Method and path of every request. */
  readonly requests: string[] = [];
  /** Registered commands by `global` or the id of a server. */
  readonly commands = new Map<string, object[]>();
  /** Channels that the bot may not write in. */
  readonly closed = new Set<string>();
  /** Channels that the bot may send no files to. */
  readonly wordsOnly = new Set<string>();
  /** Threads that were put away: in them nothing can be changed. */
  readonly archived = new Set<string>();
  /** Files by path, served like Discord's own; a function may answer in any way. */
  readonly files = new Map<string, Buffer | ((response: ServerResponse) => void)>();
  /** How many shards it asks for. */
  shards = 1;
  /** How many of the next requests are answered with 429. */
  limits = 0;
  /** Bytes of a file at most. */
  largestFile = 10 * 1024 * 1024;
  /** Milliseconds in which an interaction must be acknowledged. */
  patience = 3_000;
  /** Whether the HTTP API is down. */
  down = false;
  readonly #server: Server;
  #port = 0;
  #count = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.gateway = new StandInGateway(this.#server, TOKEN, () => ({
      v: 10,
      user: { id: APPLICATION, username: 'Fabulist', discriminator: '0', bot: true, avatar: null, global_name: null },
      guilds: [],
      resume_gateway_url: `ws://127.0.0.1:${this.#port}/gateway`,
      application: { id: APPLICATION, flags: 0 },
    }));
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

  async close(): Promise<void> {
    this.gateway.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** An id as Discord makes them, in the order of making. */
  snowflake(): string {
    this.#count++;
    return String((BigInt(Date.now() - EPOCH) << 22n) | BigInt(this.#count & 0x3f_ffff));
  }

  /** Sends an interaction to the bot, from now on to be answered. */
  ask(interaction: Interaction, user: string): Asked {
    const asked: Asked = {
      id: interaction.id,
      token: interaction.token,
      at: Date.now(),
      user,
      channel: interaction.channel.id,
      data: interaction.data,
      ...(interaction.message && { message: interaction.message.id }),
    };
    this.asked.set(asked.token, asked);
    this.gateway.dispatch('INTERACTION_CREATE', interaction);
    return asked;
  }

  /** The messages that somebody sees in a channel. */
  seenBy(user: string, channel: string): ShownMessage[] {
    return this.messages.filter(
      (message) => message.channel === channel && !message.thinking && (message.onlyFor ?? user) === user,
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.origin);
    const file = this.files.get(pathname);
    if (typeof file === 'function') return file(response);
    if (file) return void response.writeHead(200, { 'content-length': file.length }).end(file);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = await bodyOf(Buffer.concat(parts), request.headers['content-type'] ?? '');
    const { status, body: answer, headers } = this.#answer(request, pathname, searchParams, body);
    response.writeHead(status, { ...(answer !== undefined && { 'content-type': 'application/json' }), ...headers });
    response.end(answer === undefined ? undefined : JSON.stringify(answer));
  }

  #answer({ method = 'GET', headers }: IncomingMessage, pathname: string, query: URLSearchParams, sent: Sent): Answer {
    this.requests.push(`${method} ${pathname}`);
    if (this.down) return { status: 503 };
    if (this.limits > 0) {
      this.limits--;
      const body = { message: 'You are being rate limited.', retry_after: 0.05, global: false };
      return { status: 429, body, headers: { 'retry-after': '0.05', 'x-ratelimit-scope': 'user' } };
    }
    const path = pathname.replace(/^\/api\/v10/, '');
    const byToken = /^\/(interactions|webhooks)\//.test(path);
    if (!byToken && headers.authorization !== `Bot ${TOKEN}`) return refusal(401, 0, '401: Unauthorized');
    for (const [pattern, act] of ROUTES) {
      const [verb, template = ''] = pattern.split(' ');
      const match = path.match(new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`));
      if (!match || verb !== method) continue;
      if (this.checks && sent.json !== undefined) this.#check(method, template, sent.json);
      return act(this, match.slice(1).map(decodeURIComponent), sent, query);
    }
    this.objections.push(`${method} ${path}: no such route here`);
    return refusal(404, 0, '404: Not Found');
  }

  #check(method: string, template: string, json: unknown): void {
    const note = (text: string) => this.objections.push(`${method} ${template}: ${text}`);
    for (const objection of objectionsTo(method.toLowerCase(), template.replace('@original', '{message_id}'), json))
      note(objection);
    const message = (json as { type?: number; data?: object }).type === 5 ? undefined : json;
    if (typeof message !== 'object' || message === null || !('content' in message)) return;
    const { content, allowed_mentions } = message as { content: string; allowed_mentions?: unknown };
    if (JSON.stringify(allowed_mentions) !== '{"parse":[]}') note('mentions are not forbidden');
    if ([...content].length > 2_000) note('the text is longer than 2,000 characters');
    if (content.trim() === '') note('the text is empty');
  }

  /** The interaction of a token, or why it cannot be used. */
  live(token: string): Asked | Answer {
    const asked = this.asked.get(token);
    if (!asked) return refusal(404, 10015, 'Unknown Webhook');
    return Date.now() - asked.at > 15 * MINUTE ? refusal(401, 50027, 'Invalid Webhook Token') : asked;
  }

  post(channel: string, sent: Sent, onlyFor?: string): Answer {
    const message: ShownMessage = {
      id: this.snowflake(),
      channel,
      content: '',
      components: [],
      attachments: [],
      onlyFor,
      thinking: false,
      replyTo: (sent.json as { message_reference?: { message_id: string } } | undefined)?.message_reference?.message_id,
      edits: -1,
    };
    this.messages.push(message);
    return this.change(message, sent);
  }

  change(message: ShownMessage | undefined, { json, files }: Sent): Answer {
    if (!message) return NO_MESSAGE;
    if ([...files.values()].some(({ length }) => length > this.largestFile)) return TOO_LARGE;
    const given = json as { content?: string; components?: ShownMessage['components']; attachments?: object[] };
    message.thinking = false;
    message.edits++;
    if (given.content !== undefined) message.content = given.content;
    if (given.components) message.components = given.components;
    if (given.attachments) {
      message.attachments = (given.attachments as { id: string; filename: string; description?: string }[]).map(
        (one) => ({
          ...one,
          bytes: files.get(`files[${one.id}]`) ?? Buffer.alloc(0),
        }),
      );
    }
    return { status: 200, body: { id: message.id, channel_id: message.channel, content: message.content } };
  }

  /** Why the bot may not send that to a channel by itself. */
  refused(channel: string, { files }: Sent): Answer | undefined {
    if (this.closed.has(channel)) return refusal(403, 50001, 'Missing Access');
    return this.wordsOnly.has(channel) && files.size > 0 ? refusal(403, 50013, 'Missing Permissions') : undefined;
  }

  remove(message: ShownMessage | undefined): Answer {
    if (!message) return NO_MESSAGE;
    this.messages.splice(this.messages.indexOf(message), 1);
    return { status: 204 };
  }

  message(id: string): ShownMessage | undefined {
    return this.messages.find((message) => message.id === id);
  }
}

interface Sent {
  readonly json: unknown;
  readonly files: Map<string, Buffer>;
}

async function bodyOf(bytes: Buffer, type: string): Promise<Sent> {
  const files = new Map<string, Buffer>();
  if (bytes.length === 0) return { json: undefined, files };
  if (!type.startsWith('multipart/form-data')) return { json: JSON.parse(bytes.toString()) as unknown, files };
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  for (const [name, value] of form) {
    if (typeof value !== 'string') files.set(name, Buffer.from(await value.arrayBuffer()));
  }
  return { json: JSON.parse(String(form.get('payload_json'))) as unknown, files };
}

type Act = (standIn: StandIn, parts: string[], sent: Sent, query: URLSearchParams) => Answer;

/** Finds the message that a token may change: its own ones only. */
function ownMessage(standIn: StandIn, token: string, id: string): ShownMessage | Answer | undefined {
  const asked = standIn.live(token);
  if ('status' in asked) return asked;
  if (!asked.answer) return refusal(404, 10015, 'Unknown Webhook');
  return standIn.message(id === '@original' ? (asked.original ?? '') : id);
}

const ROUTES: readonly (readonly [string, Act])[] = [
  [
    'GET /gateway/bot',
    (standIn) => ({
      status: 200,
      body: {
        url: `ws://127.0.0.1:${standIn.port}/gateway`,
        shards: standIn.shards,
        // A large bot's concurrency: with 1, each further shard would wait for five seconds.
        session_start_limit: { total: 1000, remaining: 1000, reset_after: 86_400_000, max_concurrency: 16 },
      },
    }),
  ],
  [
    'GET /applications/{application_id}/commands',
    (standIn) => ({ status: 200, body: standIn.commands.get('global') ?? [] }),
  ],
  [
    'PUT /applications/{application_id}/commands',
    (standIn, [application], { json }) => registered(standIn, 'global', application, json as object[]),
  ],
  [
    'GET /applications/{application_id}/guilds/{guild_id}/commands',
    (standIn, [, guild = '']) =>
      standIn.closed.has(guild)
        ? refusal(403, 50001, 'Missing Access')
        : { status: 200, body: standIn.commands.get(guild) ?? [] },
  ],
  [
    'PUT /applications/{application_id}/guilds/{guild_id}/commands',
    (standIn, [application, guild = ''], { json }) => registered(standIn, guild, application, json as object[]),
  ],
  [
    'POST /interactions/{interaction_id}/{interaction_token}/callback',
    (standIn, [id, token = ''], { json }) => {
      const asked = standIn.asked.get(token);
      const now = Date.now();
      if (!asked || asked.id !== id || now - asked.at > standIn.patience)
        return refusal(404, 10062, 'Unknown interaction');
      if (asked.answer) return refusal(400, 40060, 'Interaction has already been acknowledged.');
      const answer = json as NonNullable<Asked['answer']>;
      asked.answer = answer;
      asked.took = now - asked.at;
      if (answer.type === 6 && asked.message !== undefined) asked.original = asked.message;
      if (answer.type === 5) {
        const onlyFor = ((answer.data?.flags ?? 0) & 64) !== 0 ? asked.user : undefined;
        const { body } = standIn.post(asked.channel, { json: {}, files: new Map() }, onlyFor);
        asked.original = (body as { id: string }).id;
        (standIn.message(asked.original) as ShownMessage).thinking = true;
      }
      return { status: 200, body: { interaction: { id, type: 2, response_message_id: asked.original } } };
    },
  ],
  [
    'POST /webhooks/{webhook_id}/{webhook_token}',
    (standIn, [, token = ''], sent) => {
      const asked = standIn.live(token);
      if ('status' in asked) return asked;
      if (!asked.answer) return refusal(404, 10015, 'Unknown Webhook');
      const original = standIn.message(asked.original ?? '');
      // As Discord does it: the first one fills what was deferred, whatever its flags say.
      if (original?.thinking) return standIn.change(original, sent);
      const flags = Number((sent.json as { flags?: number }).flags ?? 0);
      return standIn.post(asked.channel, sent, (flags & 64) !== 0 ? asked.user : undefined);
    },
  ],
  [
    'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}',
    (standIn, [, token = '', id = ''], sent) => {
      const found = ownMessage(standIn, token, id);
      return found && 'status' in found ? found : standIn.change(found, sent);
    },
  ],
  [
    'DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}',
    (standIn, [, token = '', id = '']) => {
      const found = ownMessage(standIn, token, id);
      return found && 'status' in found ? found : standIn.remove(found);
    },
  ],
  [
    'POST /channels/{channel_id}/messages',
    (standIn, [channel = ''], sent) => standIn.refused(channel, sent) ?? standIn.post(channel, sent),
  ],
  [
    'GET /channels/{channel_id}/messages/{message_id}',
    (standIn, [channel = '', id = '']) => {
      if (standIn.closed.has(channel)) return refusal(403, 50001, 'Missing Access');
      const found = standIn.message(id);
      // What is for one person's eyes is in no channel.
      if (!found || found.onlyFor !== undefined || found.channel !== channel) return NO_MESSAGE;
      return { status: 200, body: { id, channel_id: channel, content: found.content } };
    },
  ],
  [
    'PATCH /channels/{channel_id}/messages/{message_id}',
    (standIn, [channel = '', id = ''], sent) => {
      if (standIn.archived.has(channel)) return ARCHIVED;
      return standIn.refused(channel, sent) ?? standIn.change(standIn.message(id), sent);
    },
  ],
  [
    'DELETE /channels/{channel_id}/messages/{message_id}',
    (standIn, [channel = '', id = '']) =>
      standIn.archived.has(channel) ? ARCHIVED : standIn.remove(standIn.message(id)),
  ],
  [
    'PATCH /channels/{channel_id}',
    (standIn, [channel = ''], { json }) => {
      if (standIn.closed.has(channel)) return refusal(403, 50001, 'Missing Access');
      if ((json as { archived?: boolean }).archived === false) standIn.archived.delete(channel);
      return { status: 200, body: { id: channel, type: 11 } };
    },
  ],
];

/** With what Discord adds to a registration. */
function registered(standIn: StandIn, where: string, application: string | undefined, commands: object[]): Answer {
  const added = { application_id: application, version: '1', nsfw: false, name_localizations: null };
  const scope = where === 'global' ? {} : { guild_id: where, contexts: null, integration_types: [0] };
  const withIds = commands.map((command) => ({ id: standIn.snowflake(), ...added, ...command, ...scope }));
  standIn.commands.set(where, withIds);
  return { status: 200, body: withIds };
}
