import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DiscordjsErrorCodes, Events, GatewayDispatchEvents, GatewayIntentBits, Options } from 'discord.js';
import type { Shards } from '../../config/discord-config.ts';
import { FabulistError } from '../../errors.ts';
import { type DiscordLog, Outages, whatItMeans } from './outages.ts';

/** Seconds between two attempts to reach Discord at the start. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 60;

export interface ConnectionOptions {
  readonly token: string;
  readonly apiUrl: string;
  readonly shards: Shards;
  readonly log: DiscordLog;
  readonly signal: AbortSignal;
  /** Milliseconds that an outage may last before it is worth a line in the log: Discord reconnects its clients daily. */
  readonly patience: number;
  /** Attaches what listens, before the client is connected. */
  readonly listen: (client: Client) => void;
}

/**
 * Connects to Discord, and tries again for as long as it cannot be reached; undefined where it was told to stop. Later
 * outages are discord.js's business. Throws `usage` for a token that Discord does not know, and for a bot that it refuses for good.
 */
export async function connect(options: ConnectionOptions): Promise<Client | undefined> {
  const { log, signal } = options;
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    // A client that failed to log in cannot be used again.
    const client = newClient(options);
    const outages = new Outages(log, options.patience);
    outages.watch(client);
    try {
      await Promise.race([client.login(options.token), closedForGood(client)]);
      outages.joined();
      if (!signal.aborted) return client;
      await client.destroy();
    } catch (error) {
      await client.destroy().catch(() => undefined);
      if (isTokenRefused(error)) throw tokenRefused(error);
      if (error instanceof FabulistError) throw error;
      if (wait === FIRST_WAIT) log.warn({ err: error }, 'Discord cannot be reached; trying again until it can');
      await sleep(wait * 1_000, undefined, { signal }).catch(() => undefined);
      wait = Math.min(LONGEST_WAIT, wait * 2);
    }
  }
  return undefined;
}

function newClient({ apiUrl, shards, log, listen }: ConnectionOptions): Client {
  const client = new Client({
    // None of them is privileged: what is written to others is never asked for, and mentions of us come with their text.
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
    // What is said is not kept, not even in memory.
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0, ReactionManager: 0 }),
    allowedMentions: { parse: [] },
    rest: { api: apiUrl },
    // All of them in this one client: a person's request is answered by whichever connection it came on.
    ...(shards === 'auto' ? { shards } : { shards: shards.ids, shardCount: shards.of }),
  });
  sparePackets(client, log);
  listen(client);
  return client;
}

/**
 * What we read ourselves, discord.js need not turn into objects. More than that: where a packet is not what it expects, it
 * throws where nobody can catch it, and Node ends the process. handlePacket is not public; the tests hold us to it.
 */
function sparePackets(client: Client, log: DiscordLog): void {
  const ws = client.ws as unknown as { handlePacket?: (packet?: { t?: string }, shard?: unknown) => boolean };
  const handle = ws.handlePacket?.bind(ws);
  if (!handle) return;
  ws.handlePacket = (packet, shard) => {
    if (packet?.t === GatewayDispatchEvents.InteractionCreate || packet?.t === GatewayDispatchEvents.MessageCreate) {
      return false;
    }
    try {
      return handle(packet, shard);
    } catch (error) {
      log.warn({ err: error, event: packet?.t }, 'discord.js did not understand an event');
      return false;
    }
  };
}

/** Rejects with `usage` where Discord closes the connection for good: logging in would wait for ever. */
function closedForGood(client: Client): Promise<never> {
  return new Promise((_, reject) => {
    client.once(Events.ShardDisconnect, ({ code }) => reject(new FabulistError('usage', `${whatItMeans(code)}.`)));
  });
}

function isTokenRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DiscordjsErrorCodes.TokenInvalid;
}

function tokenRefused(cause: unknown): FabulistError {
  return new FabulistError(
    'usage',
    "Discord does not accept DISCORD_TOKEN: copy the token from the bot's page in the Discord developer portal again.",
    { cause },
  );
}
