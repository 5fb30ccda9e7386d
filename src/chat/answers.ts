import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplySink } from './adapter.ts';
import { errorReply } from './replies/story-reply.ts';
import type { Texts } from './texts/texts.ts';

/** Milliseconds that answers under way are waited for when a surface is stopped. */
export const STOP_PATIENCE = 1_500;

/** What a reply goes to, and whether anything of it is there to be seen. */
export interface SeenSink extends ReplySink {
  readonly shown: boolean;
}

interface Answer {
  readonly sink: SeenSink;
  readonly texts: Texts;
  readonly given: Promise<void>;
  /** Of a training: once it is shown, it goes on after a restart. */
  readonly goesOn: boolean;
}

/** The answers that are under way, so that nobody is left waiting when the bot is stopped. */
export class Answers {
  readonly #underWay = new Set<Answer>();

  /** given: settles when the answer is. goesOn: whether it does so after a restart, once anything is shown. */
  async follow(given: Promise<void>, sink: SeenSink, texts: Texts, goesOn: boolean): Promise<void> {
    const answer: Answer = { sink, texts, given, goesOn };
    this.#underWay.add(answer);
    try {
      await given;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  /**
   * Waits until all that somebody waits for is said, for so many milliseconds at most, and tells those who wait still that
   * nothing will come; for as long again, where the surface does not answer. Never rejects.
   */
  async end(patience: number): Promise<void> {
    await atMost(
      patience,
      this.#awaited().map(({ given }) => given),
    );
    const told = this.#awaited().map(({ sink, texts }) => sink.send(errorReply(texts.errors.stopping)));
    await atMost(patience, told);
  }

  #awaited(): Answer[] {
    return [...this.#underWay].filter(({ goesOn, sink }) => !(goesOn && sink.shown));
  }
}

async function atMost(milliseconds: number, work: readonly Promise<void>[]): Promise<void> {
  if (work.length === 0) return;
  const ending = new AbortController();
  const { signal } = ending;
  await Promise.race([Promise.allSettled(work), sleep(milliseconds, undefined, { signal }).catch(() => undefined)]);
  ending.abort();
}
