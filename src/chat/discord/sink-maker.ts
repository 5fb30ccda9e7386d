import type { Client, REST } from 'discord.js';
import type { ReportTo } from '../../training/trainer.ts';
import { type Locale, localeOf } from '../locale.ts';
import { textsFor } from '../texts/texts.ts';
import type { DiscordOptions } from './discord-options.ts';
import { ChannelSink, InteractionSink, type SinkSurroundings } from './discord-sinks.ts';
import { ChannelPlace, InteractionPlace } from './places.ts';
import type { Asking } from './read-interaction.ts';
import { Trail } from './trail.ts';

/** The token of an interaction lives for 15 minutes; what goes on moves half a minute before. */
const MOVES_AFTER = 14.5 * 60 * 1_000;
/** Bytes of a file that Discord takes everywhere; an interaction says how many it takes there (`attachment_size_limit`). */
const LARGEST_FILE = 10 * 1024 * 1024;

/** Makes what replies go to. */
export class SinkMaker {
  readonly #options: DiscordOptions;
  /** For what an interaction's token opens. */
  readonly #interactions: REST;
  readonly #signal: AbortSignal;
  /** Channels that do not take our messages and were logged; tried again each time, since permissions change. */
  readonly #refusing = new Set<string>();

  /** signal: aborted once nobody is answered any more. */
  constructor(options: DiscordOptions, interactions: REST, signal: AbortSignal) {
    this.#options = options;
    this.#interactions = interactions;
    this.#signal = signal;
  }

  forInteraction(
    client: Client,
    data: Asking,
    reply: { ids: readonly string[]; first: number; ephemeral: boolean; original: string; pressed: boolean },
  ): InteractionSink {
    const { token, application_id: application, attachment_size_limit: limit } = data;
    const channelId = String(data.channel?.id);
    const channel = new ChannelPlace(client.rest, channelId);
    const place = new InteractionPlace(this.#interactions, application, token, reply.original, channel);
    const movesAt = Date.now() + MOVES_AFTER;
    const surroundings = this.#surroundings(channelId, localeOf(data.locale));
    const largestFile = Number.isSafeInteger(limit) ? limit : LARGEST_FILE;
    return new InteractionSink(surroundings, { ...reply, place, channel, largestFile, movesAt });
  }

  /** An answer to a message. */
  forMessage(client: Client, channel: string, message: string, locale: Locale): ChannelSink {
    const place = new ChannelPlace(client.rest, channel, message);
    return new ChannelSink(this.#surroundings(channel, locale), new Trail(place));
  }

  /** What goes on in a message of ours that is there; undefined where it is there no more. */
  async forOwnMessage(client: Client, { channel, message, locale }: ReportTo): Promise<ChannelSink | undefined> {
    if (message === undefined || ![channel, message].every((id) => /^\d+$/.test(id))) return undefined;
    const place = new ChannelPlace(client.rest, channel);
    if (!(await place.has(message))) return undefined;
    return new ChannelSink(this.#surroundings(channel, localeOf(locale)), new Trail(place, [message]));
  }

  #surroundings(channel: string, locale: Locale): SinkSurroundings {
    const { log } = this.#options;
    return {
      texts: textsFor(locale),
      minimumInterval: this.#options.editInterval ?? 2_000,
      signal: this.#signal,
      onRefused: (error) => {
        if (this.#refusing.has(channel)) return;
        this.#refusing.add(channel);
        log.warn({ err: error, channel }, 'A channel does not take our messages; permission is missing');
      },
      onLost: (error) => {
        log.warn({ err: error, channel }, 'An answer for one person came after their 15 minutes and was dropped');
      },
      placeOf: (message) => ({ surface: 'discord', channel, message, locale }),
    };
  }
}
