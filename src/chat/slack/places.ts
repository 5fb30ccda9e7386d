import type { webApi } from '@slack/bolt';
import { isFixed, isGone } from './api-errors.ts';
import type { Payload } from './payload.ts';
import { type SharedFile, sendFile } from './send-file.ts';

/** Where the messages of one reply are. A message that somebody has deleted is not brought back. */
export interface Place {
  /** Resolves to the time stamp by which Slack knows the new message. */
  post(payload: Payload): Promise<string>;
  edit(id: string, payload: Payload): Promise<void>;
  remove(id: string): Promise<void>;
  /** A file as a message of its own. */
  share(file: SharedFile): Promise<void>;
}

/** Nothing in a text makes a link, a mention or a preview, whatever Slack may find in it. */
const PLAIN = { parse: 'none', link_names: false } as const;
const NO_PREVIEWS = { unfurl_links: false, unfurl_media: false } as const;

/** A channel, a thread, or direct messages with somebody. */
export class ChannelPlace implements Place {
  readonly client: webApi.WebClient;
  readonly channel: string;
  readonly thread: string | undefined;

  constructor(client: webApi.WebClient, channel: string, thread?: string) {
    this.client = client;
    this.channel = channel;
    this.thread = thread;
  }

  async post({ text, blocks }: Payload): Promise<string> {
    const where = { channel: this.channel, ...(this.thread && { thread_ts: this.thread }) };
    const { ts } = await this.client.chat.postMessage({ ...where, text, blocks, ...PLAIN, ...NO_PREVIEWS });
    return String(ts);
  }

  /** For the eyes of one person alone, who must be in the channel. Such a message cannot be changed. */
  async postPrivately(user: string, { text, blocks }: Payload): Promise<void> {
    const where = { channel: this.channel, user, ...(this.thread && { thread_ts: this.thread }) };
    await this.client.chat.postEphemeral({ ...where, text, blocks, ...PLAIN });
  }

  async edit(id: string, payload: Payload): Promise<void> {
    const { text, blocks, passing } = payload;
    try {
      await unlessGone(this.client.chat.update({ channel: this.channel, ts: id, text, blocks, ...PLAIN }));
    } catch (error) {
      if (!isFixed(error)) throw error;
      // How it goes on is for messages that can be changed; what came of it is worth another one.
      if (!passing) await this.post(payload);
    }
  }

  async remove(id: string): Promise<void> {
    await unlessGone(this.client.chat.delete({ channel: this.channel, ts: id }));
  }

  share(file: SharedFile): Promise<void> {
    return sendFile(this.client, file, this.channel, this.thread);
  }
}

async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
