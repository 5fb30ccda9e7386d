import type { ReportTo } from '../training/trainer.ts';
import type { ReplySink } from './adapter.ts';
import type { Message } from './message.ts';

/**
 * One message that is edited in place while something goes on. What comes faster than the surface takes edits is
 * skipped: the next edit shows the latest. One edit at a time, so that they arrive in order.
 */
export class LiveReply {
  readonly #sink: ReplySink;
  readonly #onFailure: (error: unknown) => void;
  /** Whether there is a message to edit. */
  #sent: boolean;
  #latest: Message | undefined;
  #timer: NodeJS.Timeout | undefined;
  #showing: Promise<void> | undefined;
  #shownAt = Number.NEGATIVE_INFINITY;
  #finished = false;

  /** sent: whether the message is there already. onFailure: told when the surface refuses a message. */
  constructor(sink: ReplySink, sent: boolean, onFailure: (error: unknown) => void) {
    this.#sink = sink;
    this.#sent = sent;
    this.#onFailure = onFailure;
  }

  /** See `ReplySink`. */
  get movedTo(): ReportTo | undefined {
    return this.#sink.movedTo;
  }

  /** Shows how things stand, as soon as the surface takes it. */
  progress(message: Message): void {
    if (this.#finished) return;
    this.#latest = message;
    this.#next();
  }

  /**
   * Shows the last state, whatever was skipped before; resolves once it is shown, to whether the surface took it. Never
   * rejects.
   */
  async finish(message: Message): Promise<boolean> {
    this.#finished = true;
    this.#latest = undefined;
    clearTimeout(this.#timer);
    await this.#showing;
    return this.#show(message);
  }

  #next(): void {
    if (this.#showing || this.#timer || !this.#latest) return;
    const wait = this.#shownAt + this.#sink.minimumInterval - Date.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#next();
      }, wait);
      return;
    }
    const message = this.#latest;
    this.#latest = undefined;
    this.#showing = this.#show(message).then(() => {
      this.#showing = undefined;
      this.#shownAt = Date.now();
      this.#next();
    });
  }

  async #show(message: Message): Promise<boolean> {
    try {
      if (this.#sent) await this.#sink.edit(message);
      else await this.#sink.send(message);
      this.#sent = true;
      return true;
    } catch (error) {
      this.#onFailure(error);
      return false;
    }
  }
}
