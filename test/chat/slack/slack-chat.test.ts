import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChatHandler } from '../../../src/chat/chat-handler.ts';
import { said } from '../../../src/chat/message.ts';
import { FabulistError } from '../../../src/errors.ts';
import type { ReportTo } from '../../../src/training/trainer.ts';
import { FakeStoryteller, VERSION } from '../fake-storyteller.ts';
import {
  ALICE,
  adapterOn,
  eventually,
  type OpenSlack,
  OURS,
  openSlack,
  settled,
  startOn,
  TOKEN,
} from './open-slack.ts';
import { buttonsOf, SlackPerson, textOf } from './people.ts';
import type { ShownMessage } from './stand-in.ts';

const FILE = { fileName: 'fables.txt', bytes: Buffer.from('Long ago, the mice had a general council.') };
const US = `<@${OURS.us}>`;
const PNG = Buffer.from('\u0089PNG\r\n\u001a\n and then some', 'latin1');
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

describe('Slack', () => {
  let slack: OpenSlack;
  const picturing = new FakeStoryteller();
  beforeEach(async () => {
    slack = await openSlack();
  });
  afterEach(async () => {
    await slack.close();
    expect(slack.standIn.objections).toEqual([]);
  });

  /** Another adapter in the place of the first. */
  const again = async (options: Parameters<typeof adapterOn>[3] = {}, storyteller = slack.storyteller) => {
    await slack.adapter.stop();
    const adapter = adapterOn(slack.standIn, storyteller, slack.log, options);
    await startOn(slack.standIn, adapter);
    return adapter;
  };
  const methods = () => slack.standIn.calls.map(({ method }) => method);
  /** A story of that many sentences, each naming its number. */
  const tellOf = (sentences: number) => {
    const continuation = Array.from(
      { length: sentences },
      (_, at) => ` Sentence ${at} is of a mouse and its bell.`,
    ).join('');
    const { storyteller } = slack;
    storyteller.story = {
      ...storyteller.story,
      prose: { opening: 'Long ago', continuation },
      originality: { longestCopiedWords: 0, newFourWordRuns: 1 },
    };
    return `Long ago${continuation}`;
  };
  const joined = (messages: readonly ShownMessage[]) => messages.map(textOf).join(' ').replaceAll('\n', ' ');

  describe('an acknowledgement', () => {
    it('comes before any work', async () => {
      const { alice, storyteller, standIn } = slack;
      storyteller.gate = new Promise(() => undefined);
      standIn.files.set('/slow', () => undefined);
      const delivered = await Promise.all([
        alice.command('/story x'),
        alice.command('/forget'),
        alice.command('/no-such-command'),
        alice.interacts({
          type: 'block_actions',
          actions: [{ action_id: 'x' }],
          message: { ts: '1.1' },
          channel: { id: 'C1' },
        }),
        alice.writes(`${US} x`),
      ]);
      expect(delivered.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    });

    it('of /train opens the form before anything else is asked of Slack', async () => {
      const { alice, standIn } = slack;
      await alice.command('/train corpus:dogs mode:clean');
      await eventually(() => expect(standIn.views).toHaveLength(1));
      expect(methods().filter((method) => method !== 'auth.test')[0]).toBe('views.open');
      const { blocks, private_metadata } = standIn.views[0]?.view ?? { blocks: [] };
      expect(JSON.parse(private_metadata ?? '')).toEqual({ channel: 'C1' });
      expect(blocks).toMatchObject([
        { block_id: 'file', element: { type: 'file_input', max_files: 10 } },
        { block_id: 'corpus', element: { initial_value: 'dogs' } },
        { block_id: 'mode', element: { initial_option: { value: 'clean' } } },
      ]);
    });

    it('of /train with a name in quotation marks has that name in its form', async () => {
      const { alice, standIn } = slack;
      await alice.command('/train "my fables"');
      await eventually(() => expect(standIn.views).toHaveLength(1));
      expect(standIn.views[0]?.view.blocks[1]).toMatchObject({ element: { initial_value: 'my fables' } });
    });

    it.each(['expired', 'used'])('whose trigger is %s is told in one sentence', async (what) => {
      const { alice, standIn } = slack;
      const trigger_id = standIn.trigger();
      if (what === 'used') standIn.spend(trigger_id);
      else standIn.triggers.set(trigger_id, Date.now() - 3_001);
      await alice.command('/train', { trigger_id });
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/^The form did not open in time/)]));
      expect(alice.shown()[0]?.onlyFor).toBe(ALICE.user);
    });
  });

  describe('a command', () => {
    it('that we do not know, or no longer, is answered in one sentence', async () => {
      const { alice, storyteller } = slack;
      await alice.says('/tell x');
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/^I no longer know this command/)]));
      expect(alice.shown()[0]?.onlyFor).toBe(ALICE.user);
      expect(storyteller.calls).toEqual([]);
    });

    it('has the prefix of its workspace, which help and hints name', async () => {
      const { alice, storyteller } = slack;
      const adapter = await again({ prefix: 'fab-' });
      await alice.says('/fab-story had a general');
      await eventually(() => expect(alice.sees()).toHaveLength(1));
      expect(storyteller.calls).toMatchObject([{ method: 'tell', args: [{ opening: 'had a general' }] }]);
      await alice.says('/fab-help');
      await eventually(() => expect(alice.sees().at(-1)).toMatch(/\/fab-train/));
      expect(alice.sees().at(-1)).not.toMatch(/\/(story|train)/);
      await alice.says('/story x');
      await eventually(() => expect(alice.sees().at(-1)).toMatch(/\/fab-help shows/));
      await adapter.stop();
    });

    it('is read as it was meant: escapes and quotation marks of a phone undone', async () => {
      const { alice, storyteller } = slack;
      await alice.says('/story corpus:“my fables” salt &amp; pepper &lt;3');
      await eventually(() => expect(storyteller.calls).toHaveLength(1));
      expect(storyteller.calls).toMatchObject([{ args: [{ corpus: 'my fables', opening: 'salt & pepper <3' }] }]);
    });

    it('is answered in a private channel that we are not in, by the way that Slack gives', async () => {
      const { alice, standIn, said: logged } = slack;
      standIn.closed.add('C1');
      await alice.says('/story had a general');
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/^had a general council/)]));
      expect(alice.shown()[0]).toMatchObject({ responded: true, onlyFor: undefined });
      await alice.presses('continue');
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/And then\?/)]));
      await alice.says('/help');
      await eventually(() => expect(alice.sees()).toHaveLength(2));
      expect(alice.shown()[1]).toMatchObject({ responded: true, onlyFor: ALICE.user });
      expect(logged()).toEqual([]);
    });

    it('trains in such a channel too, and tells of it in direct messages', async () => {
      const { alice, standIn, storyteller } = slack;
      standIn.closed.add('C1');
      const direct = new SlackPerson(standIn, { ...ALICE, channel: `T1/D${ALICE.user}` });
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send(progress(0.1));
      await eventually(() => expect(direct.sees()).toEqual([expect.stringMatching(/10 %/)]));
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await eventually(() => expect(direct.sees()).toEqual([expect.stringMatching(/112/)]));
      // There it goes on after a restart, and there the morning reports come.
      const message = direct.shown()[0]?.ts;
      const reportTo = { surface: 'slack', channel: `T1/D${ALICE.user}`, message };
      expect(storyteller.calls[0]?.args).toMatchObject([{ reportTo }]);
    });

    it('is answered in direct messages once that way is used up: five answers, or half an hour', async () => {
      const { alice, standIn, storyteller } = slack;
      standIn.closed.add('C1');
      const direct = new SlackPerson(standIn, { ...ALICE, channel: `T1/D${ALICE.user}` });
      storyteller.trainsFirst = true;
      await alice.says('/story had a general');
      await eventually(() => expect(alice.sees()).toEqual(['“fables” is next to be learned']));
      for (const address of standIn.addresses.values()) address.uses = 5;
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await eventually(() => expect(direct.sees()).toEqual([expect.stringMatching(/^had a general council/)]));
      storyteller.trainsFirst = false;
      const response_url = standIn.address('T1', 'C1', ALICE.user);
      for (const address of standIn.addresses.values()) address.uses = 5;
      await alice.command('/help', { response_url });
      await eventually(() => expect(direct.sees()).toHaveLength(2));
      expect(slack.said()).toEqual([]);
    });

    it('is answered in the direct messages of others, which we are not in', async () => {
      const { standIn, said: logged } = slack;
      standIn.closed.add('D9');
      const there = new SlackPerson(standIn, { ...ALICE, channel: 'T1/D9' });
      await there.says('/help');
      await eventually(() => expect(there.sees()).toEqual([expect.stringMatching(/What I keep/)]));
      expect(there.shown()[0]?.onlyFor).toBe(ALICE.user);
      await there.says('/corpora action:export corpus:dogs');
      await eventually(() => expect(there.sees()[1]).toMatch(/I sent you dogs\.fabulist\.gz as a direct message/));
      expect(standIn.shared).toMatchObject([{ channel: `D${ALICE.user}`, name: 'dogs.fabulist.gz' }]);
      expect(logged()).toEqual([]);
    });

    it('that needs an admin is refused to others, in the form that they opened', async () => {
      const { alice, standIn, storyteller } = slack;
      standIn.users.set(ALICE.user, { is_admin: false, is_owner: false });
      await alice.says('/corpora action:rollback corpus:dogs');
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/manage this server/)]));
      await alice.command('/train');
      await eventually(() => expect(JSON.stringify(standIn.views[0]?.view)).toMatch(/manage this server/));
      await alice.writes(`${US} train`, { files: [FILE] });
      await eventually(() => expect(alice.sees()).toHaveLength(2));
      expect(storyteller.calls).toEqual([]);
      await alice.says('/forget');
      await eventually(() => expect(storyteller.calls.map(({ method }) => method)).toEqual(['forget']));
    });

    it('of a guest from another organisation is not that of an admin', async () => {
      const { alice, standIn } = slack;
      standIn.users.set(ALICE.user, { team_id: 'T9', is_owner: true });
      await alice.says('/corpora action:export corpus:dogs');
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/manage this server/)]));
    });

    it('of an admin who has come from another workspace of the same organisation is', async () => {
      const { alice, standIn, storyteller } = slack;
      standIn.users.set(ALICE.user, { team_id: 'T9', enterprise_user: { teams: ['T9', 'T1'] } });
      await alice.says('/corpora action:export corpus:dogs');
      await eventually(() => expect(storyteller.calls.map(({ method }) => method)).toEqual(['exportCorpus']));
    });

    it('is answered in the language of the asker, in direct messages too, where everybody has a library of their own', async () => {
      const { standIn, storyteller } = slack;
      standIn.users.set(ALICE.user, { locale: 'de-DE', is_admin: false });
      const direct = new SlackPerson(standIn, { ...ALICE, channel: 'T1/D7' });
      storyteller.error = new Error('broken');
      await direct.says('/story');
      await eventually(() => expect(direct.sees()).toEqual([expect.stringMatching(/^In Fabulist ist etwas schief/)]));
      storyteller.error = undefined;
      // Nobody else reads along there, so nothing is hidden; and everybody manages what is theirs.
      expect(direct.shown()[0]?.onlyFor).toBeUndefined();
      await direct.writes('train', { files: [FILE] });
      await eventually(() => expect(storyteller.calls).toHaveLength(2));
      expect(storyteller.calls[1]).toMatchObject({
        method: 'train',
        asker: { server: 'slack-user:T1:U1ALICE', channel: 'T1/D7', user: ALICE.user },
        args: [
          {
            reportTo: {
              surface: 'slack',
              channel: 'T1/D7',
              locale: 'de',
              message: expect.stringMatching(/^\d+\.\d+$/),
            },
          },
        ],
      });
      expect(slack.said()).toEqual(['A command failed']);
    });
  });

  describe('a mention', () => {
    it.each<[string, string, object]>([
      [`${US} corpus:dogs words:64 had a general`, 'tell', { opening: 'had a general', corpus: 'dogs', words: 64 }],
      [`${US} story had a general`, 'tell', { opening: 'had a general' }],
      [`Once upon a time ${US} there was`, 'tell', { opening: 'Once upon a time   there was' }],
      [`${US}`, 'tell', { opening: '' }],
      [`${US} /story x`, 'tell', { opening: 'x' }],
      [`${US}, story x`, 'tell', { opening: 'x' }],
      [`${US}: had: a general`, 'tell', { opening: 'had: a general' }],
    ])('%s tells a story, in the thread of the message', async (text, method, request) => {
      const { alice, storyteller } = slack;
      await alice.writes(text, { ts: '1764000000.000009' });
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/^had a general council/)]));
      expect(storyteller.calls).toMatchObject([{ method, asker: ALICE, args: [request] }]);
      expect(alice.shown()[0]?.thread).toBe('1764000000.000009');
      await alice.presses('continue');
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/And then\?/)]));
    });

    it('does everything that the commands do, in a thread too', async () => {
      const { alice, storyteller } = slack;
      const thread_ts = '1764000000.000100';
      const asked = [
        'accuracy dogs',
        'corpora',
        'corpora use dogs',
        'forget',
        'cancel',
        'Train corpus:dogs',
        'help',
        'train',
      ];
      for (const [at, text] of asked.entries()) {
        await alice.writes(`${US} ${text}`, { thread_ts });
        await eventually(() => expect(alice.sees().length).toBeGreaterThan(at));
        storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      }
      expect(storyteller.calls.map(({ method }) => method)).toEqual([
        'accuracy',
        'corpora',
        'choose',
        'forget',
        'cancel',
        'train',
      ]);
      await eventually(() => expect(alice.sees().at(-1)).toMatch(/^Hand me a story to learn from: \/train asks/));
      expect(alice.shown().map(({ thread }) => thread)).toEqual(asked.map(() => thread_ts));
      expect(alice.shown().filter(({ onlyFor }) => onlyFor).length).toBe(3);
    });

    it('with a file learns from it, and tells of it in its thread, also after another start', async () => {
      const { alice, storyteller } = slack;
      await alice.writes(`${US} corpus:dogs mode:clean`, { thread_ts: '1764000000.000100', files: [FILE] });
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send(progress(0.1));
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/10 %/)]));
      const [card] = alice.shown();
      const reportTo = { surface: 'slack', channel: 'T1/C1/1764000000.000100', message: String(card?.ts) };
      expect(storyteller.calls[0]?.args).toMatchObject([{ corpus: 'dogs', mode: 'clean', reportTo }]);
      const next = await again();
      const sink = await next.takeUp(reportTo);
      await sink?.edit({ paragraphs: [[{ text: 'Learned it.' }]], picture: { png: PNG, alt: 'A curve that falls' } });
      expect(alice.sees()).toEqual(['Learned it.']);
      expect(alice.shown()[0]?.ts).toBe(card?.ts);
      expect(slack.standIn.shared).toMatchObject([
        {
          channel: 'C1',
          thread: '1764000000.000100',
          name: 'learning-curve.png',
          alt: 'A curve that falls',
          bytes: PNG,
        },
      ]);
      await next.announce(reportTo, said('I have been reading.'));
      expect(alice.shown()[1]?.thread).toBe('1764000000.000100');
      expect(await next.takeUp({ surface: 'slack', channel: 'T1/C1' })).toBeUndefined();
      await next.stop();
    });

    it.each<[string, Record<string, unknown>]>([
      ['a bot', { bot_id: 'B9' }],
      ['an app', { app_id: 'A9' }],
      ['ourselves', { user: OURS.us }],
      ['a message that was changed', { type: 'message', subtype: 'message_changed', channel_type: 'im' }],
      ['others, which Slack should not have sent', { type: 'message', channel_type: 'channel' }],
      ['nobody', { user: undefined }],
    ])('of %s is no request', async (_, more) => {
      const { alice, storyteller } = slack;
      await alice.writes(`${US} y`, more);
      await alice.writes(`${US} x`);
      await eventually(() => expect(alice.sees()).toHaveLength(1));
      expect(storyteller.calls.map(({ args }) => args)).toMatchObject([[{ opening: 'x' }]]);
    });

    it('in a channel that does not take our messages is logged once', async () => {
      const { alice, storyteller, standIn } = slack;
      standIn.refusals.set('chat.postMessage', 'is_archived');
      standIn.refusals.set('conversations.open', 'is_archived');
      for (let time = 1; time <= 3; time++) {
        await alice.writes(`${US} x`);
        await eventually(() => expect(storyteller.calls).toHaveLength(time));
      }
      await eventually(() =>
        expect(slack.said()).toEqual([expect.stringMatching(/^A channel does not take our messages/)]),
      );
      standIn.refusals.clear();
      await alice.writes(`${US} x`);
      await eventually(() => expect(alice.sees()).toHaveLength(1));
      expect(slack.said()).toHaveLength(1);
    });
  });

  describe('a long story', () => {
    it('is told in several messages, goes on, gets shorter and changes in place, also after another start', async () => {
      const { alice, storyteller } = slack;
      const text = tellOf(700);
      await alice.says('/story');
      await eventually(() => expect(alice.shown().some((message) => buttonsOf(message).length > 0)).toBe(true));
      expect(alice.shown().length).toBeGreaterThan(2);
      expect(joined(alice.shown())).toBe(text);
      const ids = alice.shown().map(({ ts }) => ts);
      const next = await again();
      const changed = storyteller.story.prose.continuation.replace(/(?<=Sentence 69\d.*)mouse/gu, 'cat');
      storyteller.retell = async () => ({
        ...storyteller.story,
        prose: { opening: 'Long ago', continuation: changed },
      });
      await alice.presses('retell');
      await eventually(() => expect(joined(alice.shown())).toBe(`Long ago${changed}`));
      expect(alice.shown().map(({ ts }) => ts)).toEqual(ids);
      storyteller.continue = async () => storyteller.story;
      tellOf(1_200);
      await alice.presses('continue');
      await eventually(() => expect(joined(alice.shown())).toMatch(/Sentence 1199 is of a mouse and its bell\.$/));
      await next.stop();
    });
  });

  it('goes on twice where two people press at once, in order, in messages that are there once', async () => {
    const { alice, storyteller } = slack;
    await alice.says('/story');
    await eventually(() => expect(alice.shown()).toHaveLength(1));
    let parts = 1;
    let text = '';
    storyteller.continue = async () => {
      text = tellOf(200 * ++parts);
      return { ...storyteller.story, parts };
    };
    await Promise.all([alice.presses('continue'), alice.presses('continue')]);
    await eventually(() => expect(joined(alice.shown())).toMatch(/Sentence 599 is of a mouse and its bell\.$/));
    expect(joined(alice.shown())).toBe(text);
    expect(alice.shown().filter((message) => buttonsOf(message).length > 0)).toEqual([alice.shown().at(-1)]);
  });

  describe('a training', () => {
    it('edits its message as rarely as Slack wants it, and waits where it is told to', async () => {
      const { alice, storyteller, standIn } = slack;
      const adapter = await again({ editInterval: 1_300 });
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      standIn.limits.set('chat.update', 1);
      storyteller.training?.send(progress(0.01));
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/ 1 %/)]));
      expect(standIn.limits.get('chat.update')).toBe(0);
      for (let share = 2; share <= 50; share++) storyteller.training?.send(progress(share / 100));
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await eventually(() => expect(alice.sees()[0]).toMatch(/112/));
      expect(alice.shown()[0]?.edits).toBeLessThanOrEqual(3);
      expect(slack.said()).toEqual([]);
      await adapter.stop();
    });

    it('shows its learning curve beside its end, and /accuracy does too; where that is not possible, says how it is', async () => {
      const { alice, standIn, log } = slack;
      const curve = async () => ({ png: PNG, alt: 'Learning curve over 40 steps.' });
      const handler = new ChatHandler({ storyteller: picturing, log, curve });
      const adapter = await again({ handler }, picturing);
      await alice.says('/train', FILE);
      await eventually(() => expect(picturing.training).toBeDefined());
      picturing.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await eventually(() => expect(standIn.shared).toHaveLength(1));
      expect(standIn.shared[0]).toMatchObject({ channel: 'C1', alt: 'Learning curve over 40 steps.', bytes: PNG });
      await alice.says('/accuracy');
      await eventually(() => expect(standIn.shared).toHaveLength(2));
      standIn.refusals.set('files.completeUploadExternal', 'not_in_channel');
      await alice.says('/accuracy');
      await eventually(() => expect(alice.sees().at(-1)).toMatch(/I may not show pictures .* \/invite @Fabulist/));
      expect(alice.shown().at(-1)?.onlyFor).toBe(ALICE.user);
      await adapter.stop();
    });

    it('that was under way already is told to the asker alone', async () => {
      const { alice, storyteller } = slack;
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.joins = true;
      await alice.says('/train', FILE);
      await eventually(() => expect(alice.sees()).toHaveLength(2));
      await eventually(() => expect(alice.sees()[1]).toMatch(/I am learning that already/));
      expect(alice.shown()[1]?.onlyFor).toBe(ALICE.user);
    });

    it('whose message the workspace lets us change no longer tells its end in another one, once', async () => {
      const { alice, storyteller, standIn } = slack;
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send(progress(0.1));
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/10 %/)]));
      standIn.refusals.set('chat.update', 'edit_window_closed');
      for (const share of [0.2, 0.3]) storyteller.training?.send(progress(share));
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await eventually(() => expect(alice.sees()[1]).toMatch(/^Learned/m));
      expect(alice.sees()).toHaveLength(2);
      expect(slack.said()).toEqual([]);
    });

    it('whose message somebody deleted goes on without it', async () => {
      const { alice, storyteller, standIn } = slack;
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      standIn.messages.length = 0;
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await eventually(() => expect(storyteller.training?.watched).toBe(false));
      await settled();
      expect(alice.sees()).toEqual([]);
      expect(slack.said()).toEqual([]);
    });
  });

  it('hands out an archive in direct messages, byte for byte, and says so where it was asked for', async () => {
    const { alice, standIn } = slack;
    await alice.says('/corpora action:export corpus:dogs');
    await eventually(() =>
      expect(alice.sees()).toEqual([expect.stringMatching(/I sent you dogs\.fabulist\.gz as a direct message/)]),
    );
    expect(alice.shown()[0]?.onlyFor).toBe(ALICE.user);
    expect(standIn.shared).toMatchObject([
      { channel: `D${ALICE.user}`, name: 'dogs.fabulist.gz', alt: undefined, bytes: Buffer.from([1, 2, 3]) },
    ]);
  });

  it.each(['conversations.open', 'files.completeUploadExternal'])(
    'says that an archive cannot be handed out where a permission is missing (%s)',
    async (method) => {
      const { alice, standIn } = slack;
      standIn.refusals.set(method, 'missing_scope');
      await alice.says('/corpora action:export corpus:dogs');
      await eventually(() => expect(alice.sees()).toEqual(['This reply could not be shown.']));
      expect(slack.said()).toEqual([expect.stringMatching(/check its scopes/)]);
    },
  );

  it('shows a home page: corpora, figures, the next night, and what it can do', async () => {
    const { alice, standIn, storyteller } = slack;
    storyteller.accuracy = async () => ({
      ...(await new FakeStoryteller().accuracy(ALICE)),
      nextRetrain: '2026-11-26T03:00:00.000Z',
    });
    await alice.happens({ type: 'app_home_opened', user: ALICE.user, channel: 'D1', tab: 'messages' });
    await alice.happens({ type: 'app_home_opened', user: ALICE.user, channel: 'D1', tab: 'home' });
    await eventually(() => expect(standIn.homes.size).toBe(1));
    const home = textOf(standIn.homes.get(ALICE.user) ?? { blocks: [] });
    expect(home).toMatch(/fables: tells the stories here, 1 story, 204 words, 99 of 100 words right/);
    expect(home).toMatch(/The next nightly learning is on 26 November 2026, 03:00 UTC/);
    expect(home).toMatch(/\/forget .*@Fabulist train with a file attached.*What I keep/s);
    expect(methods().filter((method) => method === 'views.publish')).toHaveLength(1);
  });

  it.each(['xyz', '', 'continue:1', '0123456789abcdef0123456789abcdef:99999'])(
    'answers a button that is none of ours (%j) in one sentence',
    async (value) => {
      const { alice, storyteller } = slack;
      await alice.says('/accuracy');
      await eventually(() => expect(alice.shown()).toHaveLength(1));
      await alice.pressesButton('continue', value, alice.shown()[0] as ShownMessage);
      await eventually(() => expect(alice.sees().at(-1)).toMatch(/^I no longer know this command or button/));
      expect(alice.shown().at(-1)?.onlyFor).toBe(ALICE.user);
      expect(storyteller.calls).toHaveLength(1);
    },
  );

  it('finds a training again in a workspace of an organisation that has installed us as a whole', async () => {
    const { standIn, storyteller, alice, adapter: first } = slack;
    await first.stop();
    standIn.teams.set(TOKEN, { ...OURS, enterprise: 'E1' });
    const adapter = adapterOn(standIn, storyteller, slack.log);
    await startOn(standIn, adapter);
    const event = { type: 'app_mention', user: ALICE.user, text: `${US} train corpus:dogs`, channel: 'C1' };
    const authorizations = [{ enterprise_id: 'E1', team_id: 'T1', is_bot: true, is_enterprise_install: true }];
    await alice.happens({ ...event, ts: '1764000000.000009' }, { enterprise_id: 'E1', authorizations });
    await eventually(() => expect(storyteller.training).toBeDefined());
    const asked = storyteller.calls[0]?.args[0] as { reportTo?: ReportTo } | undefined;
    const reportTo = asked?.reportTo as ReportTo;
    const next = await again();
    await adapter.stop();
    await next.announce(reportTo, said('I have been reading.'));
    expect(alice.sees().at(-1)).toBe('I have been reading.');
    await (await next.takeUp(reportTo))?.edit(said('Learned it.'));
    expect(alice.sees()[0]).toBe('Learned it.');
    await next.stop();
  });

  it('announces once it is joined, and not where it may not write', async () => {
    const { standIn, storyteller, log, alice } = slack;
    const place = { surface: 'slack', channel: 'T1/C1' };
    const adapter = adapterOn(standIn, storyteller, log);
    const early = adapter.announce(place, said('I have been reading.'));
    await settled();
    expect(alice.sees()).toEqual([]);
    await adapter.start();
    await early;
    expect(alice.sees()).toEqual(['I have been reading.']);
    expect([adapter.localeOf(place), adapter.localeOf({ ...place, locale: 'de' })]).toEqual(['en', 'de']);
    standIn.closed.add('C1');
    await expect(adapter.announce(place, said('More.'))).rejects.toBeInstanceOf(FabulistError);
    await adapter.stop();
    const never = adapterOn(standIn, storyteller, log);
    const late = never.announce(place, said('Nobody hears this.'));
    await never.stop();
    await expect(late).rejects.toMatchObject({ code: 'not-allowed' });
  });
});
