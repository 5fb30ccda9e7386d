import { PNG } from 'pngjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcements } from '../../../src/chat/announcements.ts';
import { ChatHandler } from '../../../src/chat/chat-handler.ts';
import { learningCurveAlt, learningCurveSvg } from '../../../src/chat/pictures/learning-curve.ts';
import { pngOf } from '../../../src/chat/pictures/png.ts';
import { FabulistError } from '../../../src/errors.ts';
import type { ReportTo, TrainingRequest } from '../../../src/training/trainer.ts';
import { FakeTraining } from '../../story/fakes.ts';
import { VERSION } from '../fake-storyteller.ts';
import { curve } from '../pictures/curves.ts';
import { ALICE, adapterOn, eventually, type OpenDiscord, openDiscord, settled } from './open-discord.ts';
import { buttonsOf, DiscordPerson } from './people.ts';
import type { ShownMessage } from './stand-in.ts';

const MINUTE = 60_000;
const FILE = { fileName: 'fables.txt', bytes: Buffer.from('Long ago, the mice had a general council.') };
const FINISHED = { kind: 'finished', version: VERSION, stopped: false } as const;
const progress = (share: number) => ({
  kind: 'progress' as const,
  progress: {
    step: 1,
    share,
    secondsSpent: 1,
    secondsLeft: 4,
    loss: 1,
    accuracy: 0.5,
    heldOutPerplexity: null,
    sample: null,
  },
});
const picture = async () => ({
  png: await pngOf(learningCurveSvg(curve(), { theme: 'dark', locale: 'en' })),
  alt: learningCurveAlt(curve(), 'en'),
});

let discord: OpenDiscord;
beforeEach(async () => {
  discord = await openDiscord({ curve: picture });
});
afterEach(async () => {
  vi.useRealTimers();
  await discord.close();
  expect(discord.standIn.objections).toEqual([]);
});

/** Sets the clock of the bot and of Discord, while timers go on as ever. */
const later = (milliseconds: number) => {
  const now = Date.now() + milliseconds;
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(now);
};

/** Asks for a training and waits for its card; resolves to the id of its message. */
async function begun(person = discord.alice): Promise<string> {
  await person.says('/train', FILE);
  await eventually(() => expect(discord.storyteller.training).toBeDefined());
  discord.storyteller.training?.send(progress(0.1));
  await eventually(() => expect(person.sees()).toEqual([expect.stringMatching(/10 %/)]));
  return person.shown()[0]?.id ?? '';
}

/** The picture that a message carries, checked from end to end. */
async function expectPicture(message: ShownMessage | undefined): Promise<void> {
  expect(message?.attachments).toHaveLength(1);
  const [{ filename, description, bytes } = { filename: '', bytes: Buffer.alloc(0) }] = message?.attachments ?? [];
  const { png, alt } = await picture();
  expect(filename).toBe('learning-curve.png');
  expect(description).toBe(alt);
  expect(bytes.equals(Buffer.from(png))).toBe(true);
  expect(PNG.sync.read(bytes).width).toBe(1_080);
}

describe('a learning curve on Discord', () => {
  it('stands under the end of a training and under /accuracy, byte for byte, with its words', async () => {
    const { alice, storyteller } = discord;
    await begun();
    expect(alice.shown()[0]?.attachments).toEqual([]);
    storyteller.training?.send(FINISHED);
    await eventually(() => expect(alice.sees()[0]).toMatch(/Learned “fables”/));
    await expectPicture(alice.shown()[0]);
    await alice.says('/accuracy');
    await eventually(() => expect(alice.shown()).toHaveLength(2));
    await expectPicture(alice.shown()[1]);
    expect(discord.said()).toEqual([]);
  });

  it('is left out where we may send no files, and the words are said', async () => {
    const { alice, storyteller, standIn } = discord;
    await begun();
    standIn.wordsOnly.add(ALICE.channel);
    later(16 * MINUTE);
    storyteller.training?.send(FINISHED);
    await eventually(() => expect(alice.sees().at(-1)).toMatch(/Learned “fables”/));
    expect(alice.shown().at(-1)?.attachments).toEqual([]);
  });
});

describe('a training, when the bot is started anew', () => {
  /** Stops the bot, and lets another take up the training that was asked for. */
  async function restarted(reportTo?: Partial<ReportTo>) {
    const { standIn, storyteller, log, adapter } = discord;
    const asked = storyteller.calls.findLast(({ method }) => method === 'train')?.args[0] as { reportTo: ReportTo };
    const request: TrainingRequest = {
      corpus: { server: ALICE.server, name: 'fables' },
      options: {},
      reason: 'asked',
      by: ALICE.user,
      reportTo: { ...(storyteller.training?.request.reportTo ?? asked.reportTo), ...reportTo },
    };
    await adapter.stop();
    const handler = new ChatHandler({ storyteller, log, curve: picture });
    const next = adapterOn(standIn, storyteller, log, { handler });
    const training = new FakeTraining(request);
    storyteller.training = training;
    const info = vi.fn();
    const announcements = new Announcements([{ adapter: next, handler }], { info, warn: log.warn.bind(log) });
    // Before it is on Discord again, as it happens.
    const followed = announcements.follow([training]);
    await next.start();
    discord.close = async () => {
      await next.stop();
      await standIn.close();
    };
    return { training, followed };
  }

  it('goes on in the message that showed it: place in the queue, progress, Stop, end and picture', async () => {
    const { alice, storyteller } = discord;
    const card = await begun();
    const { training, followed } = await restarted();
    training.send({ kind: 'queued', place: 2 });
    await eventually(() =>
      expect(alice.sees()).toEqual([expect.stringMatching(/waits to be learned\nPlace in the queue: 2/)]),
    );
    training.send(progress(0.7));
    await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/70 %/)]));
    expect(buttonsOf(alice.shown()[0] as ShownMessage)).toMatchObject([{ label: 'Stop' }]);
    await alice.presses('stop');
    await eventually(() => expect(storyteller.calls.at(-1)).toMatchObject({ method: 'stop', args: ['fables'] }));
    await followed;
    await eventually(() => expect(alice.sees()[0]).toMatch(/^Learned “fables”/));
    const [message, ...others] = alice.shown().filter(({ onlyFor }) => onlyFor === undefined);
    expect([message?.id, others]).toEqual([card, []]);
    await expectPicture(message);
    expect(discord.said()).toEqual([]);
  });

  it('goes on in the language that it was asked for in', async () => {
    const { standIn } = discord;
    const anna = new DiscordPerson(standIn, ALICE, { locale: 'de' });
    await begun(anna);
    const { training, followed } = await restarted();
    training.send(FINISHED);
    await followed;
    expect(anna.sees()).toEqual([expect.stringMatching(/^„fables“ in .* gelernt/)]);
  });

  it('goes on in the ordinary message that it had moved to', async () => {
    const { alice, storyteller } = discord;
    const first = await begun();
    later(14.6 * MINUTE);
    storyteller.training?.send(progress(0.2));
    await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/20 %/)]));
    storyteller.training?.send(progress(0.3));
    await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/30 %/)]));
    const moved = alice.shown()[0]?.id;
    expect(moved).not.toBe(first);
    // It is noted with the next event.
    await eventually(() => {
      storyteller.training?.send(progress(0.3));
      expect(storyteller.training?.request.reportTo).toMatchObject({ channel: ALICE.channel, message: moved });
    });
    const { training, followed } = await restarted();
    training.send(FINISHED);
    await followed;
    expect(alice.sees()).toEqual([expect.stringMatching(/^Learned “fables”/)]);
    expect(alice.shown()[0]?.id).toBe(moved);
  });

  it.each([
    ['was deleted', () => void discord.standIn.messages.splice(0), undefined],
    ['is named wrongly', () => undefined, { message: '../../x' }],
  ])('is announced where its message %s', async (_, change, reportTo) => {
    const { alice } = discord;
    await begun();
    change();
    const { training, followed } = await restarted(reportTo);
    await eventually(() => expect(alice.sees().at(-1)).toBe('I am back, and the learning of “fables” goes on.'));
    training.send(FINISHED);
    await followed;
    expect(alice.sees().at(-1)).toMatch(/^Learned “fables”/);
    await expectPicture(alice.shown().at(-1));
  });

  it('brings back its thread, which Discord puts away after an hour without a new message', async () => {
    const { alice, standIn } = discord;
    await begun();
    const { training, followed } = await restarted();
    standIn.archived.add(ALICE.channel);
    training.send(progress(0.2));
    await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/20 %/)]));
    standIn.archived.add(ALICE.channel);
    training.send(FINISHED);
    await followed;
    expect(alice.sees()).toEqual([expect.stringMatching(/^Learned “fables”/)]);
    expect(discord.said()).toEqual([]);
  });

  it('whose channel is closed to us is logged once, and goes on', async () => {
    const { alice, standIn } = discord;
    await begun();
    standIn.closed.add(ALICE.channel);
    const { training, followed } = await restarted();
    for (const share of [0.2, 0.3]) training.send(progress(share));
    training.send(FINISHED);
    await followed;
    expect(alice.sees()).toEqual([expect.stringMatching(/10 %/)]);
    expect(discord.said()).toEqual(['A channel does not take our messages; permission is missing']);
  });
});

describe('whoever waits for an answer when the bot is stopped', () => {
  it('gets it, where it comes in a moment', async () => {
    const { alice, storyteller, adapter, standIn } = discord;
    await adapter.stop();
    const next = adapterOn(standIn, storyteller, discord.log, { stopPatience: 60_000 });
    await next.start();
    let open: () => void = () => undefined;
    storyteller.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await alice.says('/story had a general');
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    const stopped = next.stop();
    open();
    await stopped;
    expect(alice.sees()).toEqual([expect.stringMatching(/^had a general/)]);
  });

  it.each(['/story had a general', '/forget', '/train'])('is told in one sentence, else: %s', async (line) => {
    const { alice, storyteller, adapter, standIn } = discord;
    storyteller.gate = new Promise(() => undefined);
    await alice.says(line, line === '/train' ? FILE : undefined);
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    await adapter.stop();
    expect(alice.sees()).toEqual(['I was stopped in the middle of this; ask me again in a minute.']);
    expect(alice.shown()[0]?.onlyFor).toBe(ALICE.user);
    // Nothing stays at "thinking".
    expect(standIn.messages.filter(({ thinking }) => thinking)).toEqual([]);
    expect(discord.said()).toEqual([]);
  });

  it('is told so as well where what was asked is just being acknowledged', async () => {
    const { alice, storyteller, adapter, standIn } = discord;
    await adapter.stop();
    const next = adapterOn(standIn, storyteller, discord.log, { stopPatience: 1_000 });
    await next.start();
    storyteller.gate = new Promise(() => undefined);
    for (let person = 0; person < 12; person++) await alice.says('/story had a general');
    const acknowledged = () => [...standIn.asked.values()].filter(({ answer }) => answer);
    await eventually(() => expect(acknowledged()).not.toEqual([]));
    await next.stop();
    expect(standIn.messages.filter(({ thinking }) => thinking)).toEqual([]);
    expect(alice.sees()).toEqual(acknowledged().map(() => expect.stringMatching(/^I was stopped/)));
  });

  it('keeps the story above a button, and is told beside it', async () => {
    const { alice, storyteller, adapter } = discord;
    await alice.says('/story had a general');
    await eventually(() => expect(alice.sees()).toHaveLength(1));
    storyteller.gate = new Promise(() => undefined);
    await alice.presses('continue');
    await eventually(() => expect(storyteller.calls).toHaveLength(2));
    await adapter.stop();
    expect(alice.sees()).toEqual([expect.stringMatching(/^had a general/), expect.stringMatching(/^I was stopped/)]);
  });

  it('finds a training as it stood: it goes on after the restart', async () => {
    const { alice, adapter } = discord;
    await begun();
    await adapter.stop();
    expect(alice.sees()).toEqual([expect.stringMatching(/10 %/)]);
  });

  it('is not waited for where Discord does not answer', async () => {
    const { alice, storyteller, adapter, standIn } = discord;
    storyteller.gate = new Promise(() => undefined);
    await alice.says('/story had a general');
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    standIn.down = true;
    await adapter.stop();
    standIn.down = false;
    expect(alice.sees()).toEqual([]);
  });
});

describe('an answer for one person that comes after their 15 minutes', () => {
  /** Asks, lets 16 minutes pass, and opens the gate. */
  async function late(line: string): Promise<void> {
    const { alice, storyteller } = discord;
    let open: () => void = () => undefined;
    storyteller.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await alice.says(line);
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    later(16 * MINUTE);
    open();
  }

  it('is said in the channel where the question was for all to see', async () => {
    discord.storyteller.error = new FabulistError('no-model', 'It could not be learned.');
    await late('/story had a general');
    await eventually(() => expect(discord.alice.sees()).toEqual(['It could not be learned.']));
    expect(discord.alice.shown()[0]?.onlyFor).toBeUndefined();
    expect(discord.said()).toEqual([]);
  });

  it.each(['/forget', '/corpora action:export corpus:dogs'])(
    'is dropped otherwise, with one line of log: %s',
    async (line) => {
      await late(line);
      await eventually(() =>
        expect(discord.said()).toEqual(['An answer for one person came after their 15 minutes and was dropped']),
      );
      await settled();
      expect(discord.standIn.messages.filter(({ thinking }) => !thinking)).toEqual([]);
    },
  );
});
