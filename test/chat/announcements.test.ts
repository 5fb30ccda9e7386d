import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatAdapter } from '../../src/chat/adapter.ts';
import { Announcements } from '../../src/chat/announcements.ts';
import { ChatHandler } from '../../src/chat/chat-handler.ts';
import type { Locale } from '../../src/chat/locale.ts';
import type { Message } from '../../src/chat/message.ts';
import { FabulistError } from '../../src/errors.ts';
import type { NightlyReport } from '../../src/training/nightly-run.ts';
import type { ReportTo } from '../../src/training/trainer.ts';
import { FakeTraining } from '../story/fakes.ts';
import { FakeLog } from './adapter-contract.ts';
import { FakeStoryteller, VERSION } from './fake-storyteller.ts';

/** Says what it is given, or refuses with `error`. */
class FakeAdapter implements ChatAdapter {
  readonly name: string;
  readonly #locale: Locale;
  readonly told: { readonly channel: string; readonly text: string }[] = [];
  error: unknown;

  constructor(name: string, locale: Locale = 'en') {
    this.name = name;
    this.#locale = locale;
  }

  async start(): Promise<void> {
    // Is there.
  }

  async stop(): Promise<void> {
    // Holds nothing.
  }

  async announce({ channel }: ReportTo, message: Message): Promise<void> {
    if (this.error !== undefined) throw this.error;
    this.told.push({
      channel,
      text: message.paragraphs.map((spans) => spans.map(({ text }) => text).join('')).join(' '),
    });
  }

  localeOf(): Locale {
    return this.#locale;
  }
}

class NightLog extends FakeLog {
  readonly infos: { readonly details: object; readonly message: string }[] = [];

  info(details: object, message: string): void {
    this.infos.push({ details, message });
  }
}

const corpus = { server: 'local', name: 'fables' };
const report = (surface: string): NightlyReport => ({
  corpus,
  storiesRead: 1,
  before: null,
  after: VERSION,
  problem: null,
  reportTo: { surface, channel: 'C1' },
});
const training = (surface?: string) =>
  new FakeTraining({
    corpus,
    options: {},
    reason: 'asked',
    by: 'ann',
    ...(surface && { reportTo: { surface, channel: 'C1' } }),
  });

let log: NightLog;
let slack: FakeAdapter;
let terminal: FakeAdapter;
let announcements: Announcements;

beforeEach(() => {
  log = new NightLog();
  slack = new FakeAdapter('slack');
  terminal = new FakeAdapter('terminal', 'de');
  const handler = new ChatHandler({ storyteller: new FakeStoryteller(), log });
  announcements = new Announcements(
    [slack, terminal].map((adapter) => ({ adapter, handler })),
    log,
  );
});

describe('a morning report', () => {
  it('goes to the surface and the channel of the training, in the language spoken there', async () => {
    await announcements.report(report('slack'));
    await announcements.report(report('terminal'));
    expect(slack.told).toEqual([{ channel: 'C1', text: expect.stringMatching(/^I have been reading/) }]);
    expect(terminal.told).toEqual([{ channel: 'C1', text: expect.stringMatching(/^Ich habe gelesen/) }]);
    expect([log.infos, log.lines]).toEqual([[], []]);
  });

  it('goes to the log where its surface is not open or refuses it, without a word of the stories', async () => {
    await announcements.report(report('discord'));
    await announcements.report({ ...report('discord'), reportTo: null });
    slack.error = new FabulistError('not-allowed', 'The channel is gone.');
    await announcements.report(report('slack'));
    expect(log.lines).toEqual([]);
    slack.error = new Error('ECONNRESET');
    await announcements.report(report('slack'));
    expect(log.lines).toHaveLength(1);
    expect(log.infos).toHaveLength(4);
    expect(log.infos[0]).toEqual({
      message: 'retrained',
      details: { corpus, storiesRead: 1, before: undefined, after: VERSION.id, problem: null },
    });
    expect(JSON.stringify([log.infos, log.lines])).not.toMatch(/mice|retire/);
  });
});

describe('a training of an earlier process', () => {
  it('is told of where it was asked for: that it goes on, and what came of it', async () => {
    const [asked, elsewhere, unasked] = [training('slack'), training('discord'), training()];
    const followed = announcements.follow([asked, elsewhere, unasked]);
    await vi.waitFor(() => expect(slack.told).toHaveLength(1));
    expect(slack.told[0]?.text).toBe('I am back, and the learning of “fables” goes on.');
    asked.send({ kind: 'preparing', what: 'Reading the stories', share: null });
    asked.send({ kind: 'finished', version: VERSION, stopped: false });
    await followed;
    expect(slack.told.slice(1)).toEqual([{ channel: 'C1', text: expect.stringMatching(/^Learned “fables” in/) }]);
    expect([asked, elsewhere, unasked].map(({ watched }) => watched)).toEqual([false, false, false]);
    expect(terminal.told).toEqual([]);
  });

  it('goes on in its own message where the surface finds that again', async () => {
    const shown: string[] = [];
    const show = async ({ card }: Message) => void shown.push(card?.state ?? '');
    const places: ReportTo[] = [];
    const takeUp = async (reportTo: ReportTo) => {
      places.push(reportTo);
      return { minimumInterval: 0, send: show, edit: show };
    };
    const web = Object.assign(new FakeAdapter('web'), { takeUp });
    const handler = new ChatHandler({ storyteller: new FakeStoryteller(), log });
    const asked = training('web');
    const followed = new Announcements([{ adapter: web, handler }], log).follow([asked]);
    await vi.waitFor(() => expect(asked.watched).toBe(true), { timeout: 5_000 });
    asked.send({ kind: 'preparing', what: 'Reading the stories', share: null });
    await vi.waitFor(() => expect(shown).toContain('running'), { timeout: 5_000 });
    asked.send({ kind: 'finished', version: VERSION, stopped: false });
    await followed;
    expect(shown.at(-1)).toBe('ended');
    expect([places, web.told]).toEqual([[{ surface: 'web', channel: 'C1' }], []]);
  });

  it('is left alone where nothing can be said, also at its end', async () => {
    const [first, second] = [training('slack'), training('terminal')];
    slack.error = new FabulistError('not-allowed', 'It is piped.');
    const followed = announcements.follow([first, second]);
    await vi.waitFor(() => expect(terminal.told).toHaveLength(1));
    terminal.error = new FabulistError('not-allowed', 'It is closed.');
    second.send({ kind: 'failed', message: 'Fabulist was shut down.', setAside: false });
    await followed;
    expect(terminal.told).toHaveLength(1);
    expect(log.lines).toEqual([]);
  });
});
