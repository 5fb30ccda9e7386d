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
  /** What will be under way, or come to nothing. */
  readonly #onTheWay = new Set<Promise<void>>();
  /** Sentences that nothing will come. */
  readonly #telling = new Set<Promise<void>>();
  #ended = false;

  /** Does what comes before an answer, such as waiting for a turn. reached: to be called once the answer is followed. */
  async lead(work: (reached: () => void) => Promise<void>): Promise<void> {
    let reached: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      reached = resolve;
    });
    this.#onTheWay.add(arrived);
    void arrived.then(() => this.#onTheWay.delete(arrived));
    try {
      await work(reached);
    } finally {
      reached();
    }
  }

  /**
   * give: answers. goesOn: whether it does so after a restart, once anything is shown. Whoever comes so late that the others
   * have been told that nothing will come is told so too.
   */
  async follow(give: () => Promise<void>, sink: SeenSink, texts: Texts, goesOn: boolean): Promise<void> {
    if (this.#ended) return this.#tell(sink, texts);
    const answer: Answer = { sink, texts, given: give(), goesOn };
    this.#underWay.add(answer);
    try {
      await answer.given;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  /**
   * Waits until all that somebody waits for is said, for so many milliseconds at most, and tells those who wait still that
   * nothing will come; for as long again, where the surface does not answer. hurry: called in between, to bring in those that
   * wait for their turn. Never rejects.
   */
  async end(patience: number, hurry: () => void = () => undefined): Promise<void> {
    await atMost(patience, () => [...this.#onTheWay, ...this.#awaited().map(({ given }) => given)]);
    this.#ended = true;
    hurry();
    for (const { sink, texts } of this.#awaited()) void this.#tell(sink, texts).catch(() => undefined);
    await atMost(patience, () => [...this.#onTheWay, ...this.#telling]);
  }

  #awaited(): Answer[] {
    return [...this.#underWay].filter(({ goesOn, sink }) => !(goesOn && sink.shown));
  }

  async #tell(sink: SeenSink, texts: Texts): Promise<void> {
    const told = sink.send(errorReply(texts.errors.stopping));
    this.#telling.add(told);
    try {
      await told;
    } finally {
      this.#telling.delete(told);
    }
  }
}

/** Waits until there is no such work any more. */
async function atMost(milliseconds: number, work: () => readonly Promise<void>[]): Promise<void> {
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      over = true;
      resolve();
    }, milliseconds);
  });
  const done = async () => {
    for (let left = work(); left.length > 0 && !over; left = work()) await Promise.allSettled(left);
  };
  await Promise.race([done(), late]);
  clearTimeout(timer);
}
