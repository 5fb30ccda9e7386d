import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Answers, type SeenSink } from '../../src/chat/answers.ts';
import type { Message } from '../../src/chat/message.ts';
import { textsFor } from '../../src/chat/texts/texts.ts';
import { Turns } from '../../src/chat/turns.ts';

const DE = textsFor('de');
const NEVER = new Promise<void>(() => undefined);

class Sink implements SeenSink {
  readonly minimumInterval = 0;
  readonly said: string[] = [];
  shown = false;

  async send({ paragraphs }: Message): Promise<void> {
    this.said.push(paragraphs.flatMap((spans) => spans.map(({ text }) => text)).join('\n'));
  }

  edit(message: Message): Promise<void> {
    return this.send(message);
  }
}

/** Settles what needs no time. */
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('the answers under way when a surface is stopped', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('are waited for, no longer than it takes', async () => {
    const answers = new Answers();
    const sink = new Sink();
    let give: () => void = () => undefined;
    const given = new Promise<void>((resolve) => {
      give = resolve;
    });
    void answers.follow(() => given, sink, DE, false);
    let ended = false;
    void answers.end(1_500).then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended).toBe(false);
    give();
    await settle();
    expect([ended, sink.said]).toEqual([true, []]);
  });

  it('are told in the language they were asked in that nothing will come; but a training that is shown goes on', async () => {
    const answers = new Answers();
    const [story, unseen, card] = [new Sink(), new Sink(), new Sink()];
    card.shown = true;
    void answers.follow(() => NEVER, story, DE, false);
    void answers.follow(() => NEVER, unseen, DE, true);
    void answers.follow(() => NEVER, card, DE, true);
    const ended = answers.end(1_500);
    await vi.advanceTimersByTimeAsync(1_499);
    expect(story.said).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await ended;
    expect([story.said, unseen.said, card.said]).toEqual([[DE.errors.stopping], [DE.errors.stopping], []]);
  });

  it('are told so as well where their turn had not come, and those that come later: nothing is begun for them', async () => {
    const [answers, turns] = [new Answers(), new Turns(2, 10_000)];
    const sinks = Array.from({ length: 9 }, () => new Sink());
    let begun = 0;
    const ask = (sink: Sink) =>
      answers.lead((reached) =>
        turns.take(async () => {
          // Who somebody is has to be asked first.
          await Promise.resolve();
          const give = () => {
            begun++;
            return NEVER;
          };
          const given = answers.follow(give, sink, DE, false);
          reached();
          await given;
        }),
      );
    for (const sink of sinks.slice(0, 8)) void ask(sink);
    await settle();
    const ended = answers.end(1_500, () => turns.end());
    await vi.advanceTimersByTimeAsync(1_500);
    await ended;
    await ask(sinks[8] as Sink);
    expect(sinks.map(({ said }) => said)).toEqual(sinks.map(() => [DE.errors.stopping]));
    expect(begun).toBe(2);
  });

  it('are told for as long again, and no longer, where a surface does not answer', async () => {
    const answers = new Answers();
    const sink = new Sink();
    sink.send = () => NEVER;
    void answers.follow(() => NEVER, sink, DE, false);
    let ended = false;
    void answers.end(1_500).then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(2_999);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toBe(true);
  });
});
