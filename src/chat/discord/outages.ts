import { type Client, Events, GatewayCloseCodes } from 'discord.js';

export interface DiscordLog {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
}

const LOST = 'The connection to Discord is lost; reconnecting until it is back';

/** Logs an outage once, however often reconnecting fails, and however many shards it takes. */
export class Outages {
  readonly #log: DiscordLog;
  readonly #patience: number;
  /** Shards that are reconnecting. */
  readonly #away = new Set<number>();
  /** Codes that shards were closed with for good; it is the same for all of them. */
  readonly #closed = new Set<number>();
  #joined = false;
  #timer: NodeJS.Timeout | undefined;
  #error: unknown;

  /** patience: milliseconds that an outage may last before it is worth a line. */
  constructor(log: DiscordLog, patience: number) {
    this.#log = log;
    this.#patience = patience;
  }

  watch(client: Client): void {
    client.on(Events.ShardReconnecting, (shard) => {
      this.#away.add(shard);
      this.#timer ??= setTimeout(() => {
        this.#log.warn({ err: this.#error, shards: [...this.#away] }, LOST);
      }, this.#patience).unref();
    });
    // Without a listener an error would end the process.
    client.on(Events.ShardError, (error) => {
      this.#error = error;
    });
    client.on(Events.Error, (error) => this.#log.error({ err: error }, 'discord.js failed'));
    client.on(Events.ShardReady, (shard) => this.#back(shard));
    client.on(Events.ShardResume, (shard) => this.#back(shard));
    client.on(Events.ShardDisconnect, ({ code }, shard) => {
      this.#back(shard);
      if (!this.#joined || this.#closed.has(code)) return;
      this.#closed.add(code);
      this.#log.error({ code }, whatItMeans(code));
    });
  }

  /** From now on nobody waits for the connection who would be told that it was closed for good. */
  joined(): void {
    this.#joined = true;
  }

  #back(shard: number): void {
    this.#away.delete(shard);
    if (this.#away.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#error = undefined;
  }
}

/** Why Discord has closed a connection for good, and what to do about it. */
export function whatItMeans(code: number): string {
  switch (code) {
    case GatewayCloseCodes.AuthenticationFailed:
      return 'Discord no longer accepts DISCORD_TOKEN: set the new one and start again';
    case GatewayCloseCodes.ShardingRequired:
    case GatewayCloseCodes.InvalidShard:
      return 'Discord wants this bot on more shards: set DISCORD_SHARDS=auto, or a greater number, and start again';
    default:
      return 'Discord has closed the connection for good: start again';
  }
}
