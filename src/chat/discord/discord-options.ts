import type { Shards } from '../../config/discord-config.ts';
import type { ChatHandler } from '../chat-handler.ts';
import type { DiscordLog } from './outages.ts';

export interface DiscordOptions {
  readonly handler: ChatHandler;
  readonly log: DiscordLog;
  readonly token: string;
  readonly apiUrl: string;
  /** See `DiscordConfig`. */
  readonly cdnOrigins: readonly string[];
  readonly guildIds: readonly string[];
  readonly shards: Shards;
  /** Bytes of an attachment at most. */
  readonly maxUpload: number;
  /** Milliseconds between two edits of a message; default 2,000, which Discord takes for any number of hours. */
  readonly editInterval?: number;
  /** Milliseconds that a download may take; default 60,000. */
  readonly downloadTimeout?: number;
  /** Milliseconds that answers under way are waited for when the bot is stopped; default 1,500. */
  readonly stopPatience?: number;
  /** Milliseconds that an outage may last before it is logged; default 10,000. */
  readonly patience?: number;
}
