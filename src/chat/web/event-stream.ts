import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Conversation } from './conversation.ts';
import type { Entry } from './entry.ts';

/** Streams at a time; a browser holds one for each tab that is looked at. */
const MOST = 1_000;
/** Milliseconds after which a silent stream says that it is still there. */
const BEAT = 20_000;

/** Keeps every tab in step with the conversation. */
export class EventStreams {
  readonly #conversation: Conversation;
  readonly #shown: (entry: Entry) => object;
  /** Wakes each of the open streams. */
  readonly #wakes = new Set<() => void>();
  #open = 0;
  #stopped = false;

  /** shown: an entry as it is sent. */
  constructor(conversation: Conversation, shown: (entry: Entry) => object) {
    this.#conversation = conversation;
    this.#shown = shown;
  }

  stop(): void {
    this.#stopped = true;
    for (const wake of this.#wakes) wake();
  }

  /** lastSeen: the id of the last event that the tab got, of whichever process. */
  answer(context: Context, lastSeen: string | undefined): Response {
    if (this.#open >= MOST) return context.text('Too many tabs are open.\n', 503, { 'Retry-After': '10' });
    context.header('X-Accel-Buffering', 'no');
    this.#open++;
    return streamSSE(
      context,
      async (stream) => {
        try {
          await this.#serve(stream, this.#revisionOf(lastSeen));
        } finally {
          this.#open--;
        }
      },
      // A tab that was closed in the middle of a sentence is no defect.
      async () => undefined,
    );
  }

  /**
   * Writes what changed, waits until the tab has taken it, and looks again. A slow tab skips what has changed since, and
   * holds no more than one entry back in memory.
   */
  async #serve(stream: SSEStreamingApi, from: number | undefined): Promise<void> {
    const turn = new Turn();
    const unwatch = this.#conversation.watch(() => turn.wake());
    const beat = setInterval(() => turn.wake(true), BEAT);
    const end = () => turn.wake();
    stream.onAbort(end);
    this.#wakes.add(end);
    const over = () => stream.aborted || stream.closed || this.#stopped;
    try {
      await stream.write('retry: 1000\n\n');
      let seen = from;
      while (!over()) {
        seen = await this.#catchUp(stream, seen);
        if (over()) break;
        if (await turn.next()) await stream.write(':\n\n');
      }
    } finally {
      unwatch();
      clearInterval(beat);
      this.#wakes.delete(end);
    }
  }

  async #catchUp(stream: SSEStreamingApi, seen: number | undefined): Promise<number> {
    const { revision, epoch } = this.#conversation;
    if (seen === revision) return revision;
    const { all, entries } = this.#conversation.since(seen);
    const id = `${epoch}-${revision}`;
    const shown = entries.map((entry) => this.#shown(entry));
    // One event for all that changed together: a tab never sees half of it.
    await stream.writeSSE({ event: all ? 'conversation' : 'entries', id, data: JSON.stringify(shown) });
    return revision;
  }

  #revisionOf(lastSeen: string | undefined): number | undefined {
    const [, epoch, revision] = lastSeen?.match(/^(\w+)-(\d+)$/) ?? [];
    return epoch === this.#conversation.epoch ? Number(revision) : undefined;
  }
}

/** Waits until it is woken, however often that was meanwhile. */
class Turn {
  #woken = false;
  #beat = false;
  #wake: () => void = () => undefined;

  wake(beat = false): void {
    this.#woken = true;
    this.#beat ||= beat;
    this.#wake();
  }

  /** Whether it is time for a sign of life. */
  async next(): Promise<boolean> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const beat = this.#beat;
    this.#woken = false;
    this.#beat = false;
    return beat;
  }
}
