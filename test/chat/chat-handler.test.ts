import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Invocation, ReplySink } from '../../src/chat/adapter.ts';
import { ChatHandler } from '../../src/chat/chat-handler.ts';
import type { Message } from '../../src/chat/message.ts';
import { FabulistError } from '../../src/errors.ts';
import type { TrainingEvent } from '../../src/training/trainer.ts';
import { FakeTraining } from '../story/fakes.ts';
import { FakeLog } from './adapter-contract.ts';
import { FakeStoryteller, VERSION } from './fake-storyteller.ts';

const ALICE = { server: 'guild', channel: 'here', user: 'alice' };

/** A surface that notes what it is given and when, and takes as long as it is told to. */
class FakeSink implements ReplySink {
  readonly minimumInterval: number;
  readonly shown: { readonly how: 'send' | 'edit'; readonly at: number; readonly message: Message }[] = [];
  takes = 0;
  refuses = false;
  #busy = false;

  constructor(minimumInterval = 2_000) {
    this.minimumInterval = minimumInterval;
  }

  send = (message: Message) => this.#show('send', message);
  edit = (message: Message) => this.#show('edit', message);

  async #show(how: 'send' | 'edit', message: Message): Promise<void> {
    if (this.#busy) throw new Error('two at a time');
    this.#busy = true;
    if (this.takes > 0) await new Promise((resolve) => setTimeout(resolve, this.takes));
    this.#busy = false;
    if (this.refuses) throw new Error('no such message');
    this.shown.push({ how, at: Date.now(), message });
  }
}

const progress = (share: number): TrainingEvent => ({
  kind: 'progress',
  progress: {
    step: 1,
    share,
    secondsSpent: 1,
    secondsLeft: null,
    loss: 1,
    accuracy: share,
    heldOutPerplexity: null,
    sample: null,
  },
});

describe('the chat handler', () => {
  let storyteller: FakeStoryteller;
  let log: FakeLog;
  let handler: ChatHandler;

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    storyteller = new FakeStoryteller();
    log = new FakeLog();
    handler = new ChatHandler({ storyteller, log });
  });

  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  const invoke = (
    command: Invocation['command'],
    options: Invocation['options'] = {},
    more: Partial<Invocation> = {},
  ): Invocation => {
    return { asker: ALICE, command, options, locale: 'en', mayManage: true, ...more };
  };
  const textOf = (message: Message | undefined) =>
    message?.paragraphs.map((spans) => spans.map(({ text }) => text).join('')).join('\n');
  const shares = (sink: FakeSink) => sink.shown.map(({ how, at, message }) => [how, at, message.card?.share]);

  it('edits no more often than the surface takes, and always shows the end', async () => {
    const sink = new FakeSink();
    const handling = handler.handle(invoke('train', { corpus: 'fables' }), sink);
    await vi.advanceTimersByTimeAsync(0);
    for (let step = 1; step <= 90; step++) {
      storyteller.training?.send(progress(step / 100));
      await vi.advanceTimersByTimeAsync(100);
    }
    storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
    await handling;
    // Queued at once, then the latest of every two seconds, then the end without waiting.
    expect(shares(sink)).toEqual([
      ['send', 0, null],
      ['edit', 2_000, 0.2],
      ['edit', 4_000, 0.4],
      ['edit', 6_000, 0.6],
      ['edit', 8_000, 0.8],
      ['edit', 9_000, 1],
    ]);
    expect(storyteller.training?.watched).toBe(false);
  });

  it('never has two edits on their way, however slow the surface is', async () => {
    const sink = new FakeSink(100);
    sink.takes = 1_000;
    const handling = handler.handle(invoke('train', { corpus: 'fables' }), sink);
    await vi.advanceTimersByTimeAsync(50);
    storyteller.training?.send(progress(0.1));
    storyteller.training?.send(progress(0.2));
    await vi.advanceTimersByTimeAsync(1_500);
    storyteller.training?.send(progress(0.3));
    storyteller.training?.send({ kind: 'cancelled' });
    await vi.advanceTimersByTimeAsync(5_000);
    await handling;
    expect(sink.shown.map(({ how, message }) => [how, message.card?.share])).toEqual([
      ['send', null],
      ['edit', 0.2],
      ['edit', null],
    ]);
    expect(textOf(sink.shown.at(-1)?.message)).toMatch(/cancelled/);
  });

  it('goes on when the surface refuses a message, and tells the log', async () => {
    const sink = new FakeSink(0);
    const handling = handler.handle(invoke('train', { corpus: 'fables' }), sink);
    await vi.advanceTimersByTimeAsync(0);
    sink.refuses = true;
    storyteller.training?.send(progress(0.5));
    await vi.advanceTimersByTimeAsync(0);
    sink.refuses = false;
    storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: true });
    await handling;
    expect(textOf(sink.shown.at(-1)?.message)).toMatch(/Learned “fables”.*stopped early/s);
    expect(log.lines.splice(0)).toHaveLength(1);
  });

  it('says that an answer could not be shown, where the surface refuses it', async () => {
    const sink = new FakeSink(0);
    let refusals = 1;
    const send = sink.send;
    sink.send = async (message) => {
      if (refusals-- > 0) throw new Error('too large');
      await send(message);
    };
    await handler.handle(invoke('accuracy'), sink);
    expect(sink.shown.map(({ message }) => textOf(message))).toEqual(['This reply could not be shown.']);
    expect(sink.shown[0]?.message.private).toBe(true);
    expect(log.lines.splice(0)).toHaveLength(1);
  });

  it('offers to stop a training that runs, and not one that waits or has ended', async () => {
    const sink = new FakeSink(0);
    const handling = handler.handle(invoke('train', { corpus: 'fables' }), sink);
    await vi.advanceTimersByTimeAsync(0);
    storyteller.training?.send(progress(0.5));
    await vi.advanceTimersByTimeAsync(0);
    storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
    await handling;
    expect(sink.shown.map(({ message }) => message.actions)).toEqual([
      undefined,
      [{ name: 'stop', label: 'Stop', target: 'fables' }],
      undefined,
    ]);
  });

  it('follows a training that was asked for before', async () => {
    const sink = new FakeSink(0);
    const training = new FakeTraining({
      corpus: { server: 'guild', name: 'dogs' },
      options: {},
      reason: 'asked',
      by: 'alice',
    });
    const following = handler.follow(training, sink, 'de');
    training.send({ kind: 'failed', message: 'The disk is full.', setAside: true });
    await following;
    expect(sink.shown.map(({ how }) => how)).toEqual(['edit', 'edit']);
    expect(textOf(sink.shown.at(-1)?.message)).toBe(
      '„dogs“ ließ sich nicht lernen: The disk is full.\nEs ist dreimal misslungen, darum versuche ich es nicht mehr von selbst; mit /train beginnt es neu.',
    );
  });

  it('edits the message above a button, and leaves it alone when that fails', async () => {
    const sink = new FakeSink();
    await handler.handle(invoke('continue', { target: 'id' }), sink);
    storyteller.error = new FabulistError('usage', 'Too old.');
    await handler.handle(invoke('retell', { target: 'id' }), sink);
    expect(sink.shown.map(({ how, message }) => [how, textOf(message), message.private])).toEqual([
      ['edit', 'had a general council. And then?', undefined],
      ['send', 'Too old.', true],
    ]);
  });

  it('has its buttons: no Undo for a first part, none at all for a story that is not kept', async () => {
    const sink = new FakeSink();
    await handler.handle(invoke('story'), sink);
    await handler.handle(invoke('continue', { target: 'id' }), sink);
    storyteller.story = { ...storyteller.story, id: '' };
    await handler.handle(invoke('story'), sink);
    expect(sink.shown.map(({ message }) => message.actions?.map(({ label }) => label))).toEqual([
      ['Continue', 'Retell'],
      ['Continue', 'Retell', 'Undo'],
      undefined,
    ]);
  });

  it.each([
    ['train', {}, true],
    ['corpora', { action: 'rollback', corpus: 'dogs' }, true],
    ['corpora', { action: 'use-everywhere', corpus: 'dogs' }, true],
    ['corpora', { action: 'export', corpus: 'dogs' }, true],
    ['corpora', { action: 'use', corpus: 'dogs' }, false],
    ['corpora', {}, false],
    ['story', {}, false],
    // What it removes is the asker's own.
    ['forget', {}, false],
    ['stop', { target: 'dogs' }, false],
  ] as const)('%s %j needs the right to manage: %s', async (command, options, needed) => {
    const sink = new FakeSink();
    await handler.handle(invoke(command, options, { mayManage: false }), sink);
    const [first] = sink.shown;
    expect(textOf(first?.message) === 'Only who may manage this server can do that.').toBe(needed);
    expect(storyteller.calls.length).toBe(needed ? 0 : 1);
  });

  it('reads files only when they are needed, and says what is wrong with one', async () => {
    const sink = new FakeSink();
    const read = vi.fn(async () => Promise.reject(new FabulistError('too-large', 'story.txt has 50 MB.')));
    await handler.handle(invoke('train', {}, { mayManage: false, files: [{ fileName: 'story.txt', read }] }), sink);
    expect(read).not.toHaveBeenCalled();
    await handler.handle(invoke('train', {}, { files: [{ fileName: 'story.txt', read }] }), sink);
    expect(sink.shown.map(({ message }) => [textOf(message), message.private])[1]).toEqual([
      'story.txt has 50 MB.',
      true,
    ]);
    expect(storyteller.calls).toEqual([]);
  });

  it('asks for a file where neither that nor a corpus is given', async () => {
    const sink = new FakeSink();
    await handler.handle(invoke('train'), sink);
    await handler.handle(invoke('train', {}, { locale: 'de', handsOver: 'path' }), sink);
    expect(sink.shown.map(({ message }) => textOf(message))).toEqual([
      'Hand me a story to learn from: attach a .txt, .md, .html or .epub file to /train.',
      'Gib mir eine Datei .txt, .md, .html oder .epub zum Lernen: /train PFAD, etwa /train geschichten/fabel.txt',
    ]);
    expect(storyteller.calls).toEqual([]);
  });

  it('shows no second card of a training that is under way', async () => {
    const [sink, again] = [new FakeSink(0), new FakeSink(0)];
    const handling = handler.handle(invoke('train', { corpus: 'fables' }), sink);
    await vi.advanceTimersByTimeAsync(0);
    storyteller.joins = true;
    await handler.handle(invoke('train', { corpus: 'fables' }), again);
    storyteller.training?.send(progress(0.42));
    await handler.handle(invoke('train', { corpus: 'fables' }), again);
    expect(again.shown.map(({ message }) => [textOf(message), message.card])).toEqual([
      [
        'I am learning that already: a training of “fables” is under way, with all that is in it.\nIt waits to be learned.',
        undefined,
      ],
      [expect.stringMatching(/\nI am learning it right now: 42 % done\.$/), undefined],
    ]);
    storyteller.training?.send({ kind: 'cancelled' });
    await handling;
  });

  it('asks before it forgets more than one corpus', async () => {
    const sink = new FakeSink();
    storyteller.theirs = [
      { corpus: 'my dogs', stories: 1 },
      { corpus: 'fables', stories: 2 },
    ];
    await handler.handle(invoke('forget'), sink);
    expect(storyteller.calls).toEqual([]);
    expect(sink.shown[0]?.message.private).toBe(true);
    expect(textOf(sink.shown[0]?.message)?.split('\n')).toEqual([
      'You handed me stories in more than one collection, so I have deleted nothing yet:',
      'my dogs: 1 story',
      'fables: 2 stories',
      'Say which of them to forget:',
      '/forget corpus:"my dogs" deletes yours in one, and every model that learned from them.',
      '/forget scope:everything deletes them in all.',
    ]);
    await handler.handle(invoke('forget', { scope: 'everything' }), sink);
    await handler.handle(invoke('forget', { corpus: 'fables' }), sink);
    storyteller.theirs.pop();
    await handler.handle(invoke('forget'), sink);
    expect(storyteller.calls.map(({ method, args }) => [method, ...args])).toEqual([
      ['forget', undefined],
      ['forget', 'fables'],
      ['forget', undefined],
    ]);
    expect(textOf(sink.shown.at(-1)?.message)).toMatch(/^Deleted from “fables”/);
  });

  it('asks which corpus where one is needed', async () => {
    const sink = new FakeSink();
    await handler.handle(invoke('corpora', { action: 'use' }), sink);
    expect(textOf(sink.shown[0]?.message)).toBe('Say which corpus: /corpora use NAME');
  });

  it('shows the learning curve, and the figures where it cannot be drawn', async () => {
    const picture = { png: Uint8Array.of(1), alt: 'Learning curve' };
    const drawing = new ChatHandler({
      storyteller,
      log,
      curve: async (_, { id }) => (id === VERSION.id ? picture : undefined),
    });
    const failing = new ChatHandler({ storyteller, log, curve: () => Promise.reject(new Error('no font')) });
    const sink = new FakeSink();
    await drawing.handle(invoke('accuracy'), sink);
    await failing.handle(invoke('accuracy'), sink);
    expect(sink.shown.map(({ message }) => message.picture)).toEqual([picture, undefined]);
    expect(log.lines.splice(0)).toHaveLength(1);
  });

  it('completes openings, corpora and versions, and never fails at it', async () => {
    expect(await handler.complete(ALICE, 'openings', 'long', 'fables')).toEqual(['Long ago, the mice']);
    expect(storyteller.calls.at(-1)).toMatchObject({ method: 'openings', args: ['long', 'fables', 25] });
    expect(await handler.complete(ALICE, 'corpora', ' FAB')).toEqual(['fables']);
    expect(await handler.complete(ALICE, 'corpora', 'dogs')).toEqual([]);
    expect(await handler.complete(ALICE, 'versions', '2026', 'fables')).toEqual([VERSION.id]);
    storyteller.error = new FabulistError('unknown-corpus', 'There is none.');
    expect(await handler.complete(ALICE, 'openings', '')).toEqual([]);
    expect(log.lines).toEqual([]);
    storyteller.error = new Error('defect');
    expect(await handler.complete(ALICE, 'corpora', '')).toEqual([]);
    expect(log.lines.splice(0)).toHaveLength(1);
  });
});
