import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { said } from '../../../src/chat/message.ts';
import { FabulistError } from '../../../src/errors.ts';
import { VERSION } from '../fake-storyteller.ts';
import { ALICE, adapterOn, eventually, type OpenDiscord, openDiscord, settled } from './open-discord.ts';
import { buttonsOf, DiscordPerson } from './people.ts';
import { shownText } from './shown-text.ts';
import { APPLICATION, type ShownMessage } from './stand-in.ts';

const MINUTE = 60_000;
const FILE = { fileName: 'fables.txt', bytes: Buffer.from('Long ago, the mice had a general council.') };
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

describe('Discord', () => {
  let discord: OpenDiscord;
  beforeEach(async () => {
    discord = await openDiscord();
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

  /** A story of that many sentences, each naming its number. */
  const tellOf = (sentences: number, word = 'mouse') => {
    const continuation = Array.from({ length: sentences }, (_, at) => ` Sentence ${at} is of a ${word} and its bell.`);
    const { storyteller } = discord;
    storyteller.story = {
      ...storyteller.story,
      prose: { opening: 'Long ago', continuation: continuation.join('') },
      originality: { longestCopiedWords: 0, newFourWordRuns: 1 },
    };
    return `Long ago${continuation.join('')}`;
  };

  const joined = (messages: readonly ShownMessage[]) => messages.map(({ content }) => shownText(content)).join(' ');

  describe('the registration', () => {
    it('is made once, and again only when something is different', async () => {
      const { standIn, storyteller, log } = discord;
      const puts = () => standIn.requests.filter((line) => line.startsWith('PUT')).length;
      expect(puts()).toBe(1);
      const again = adapterOn(standIn, storyteller, log);
      await again.start();
      await again.stop();
      expect(puts()).toBe(1);
      const [first, ...rest] = standIn.commands.get('global') ?? [];
      standIn.commands.set('global', [{ ...first, description: 'Something else' }, ...rest]);
      const third = adapterOn(standIn, storyteller, log);
      await third.start();
      await third.stop();
      expect(puts()).toBe(2);
    });

    it('is of the catalogue, in four languages, with limits, completion and permissions', () => {
      const commands = discord.standIn.commands.get('global') as Record<string, unknown>[];
      expect(commands.map(({ name }) => name).sort()).toEqual(
        ['accuracy', 'cancel', 'corpora', 'forget', 'help', 'story', 'train'].sort(),
      );
      const byName = Object.fromEntries(commands.map((command) => [command.name, command]));
      expect(byName.train).toMatchObject({
        default_member_permissions: '32',
        contexts: [0, 1],
        integration_types: [0],
      });
      for (const name of ['story', 'forget', 'help'])
        expect(byName[name]).not.toHaveProperty('default_member_permissions');
      expect(byName.story).toMatchObject({
        description: 'Continue a story from its first words',
        description_localizations: {
          de: expect.stringMatching(/Geschichte/),
          fr: expect.any(String),
          'es-ES': expect.stringMatching(/cuento/),
          'es-419': expect.stringMatching(/cuento/),
        },
        options: [
          { name: 'opening', type: 3, autocomplete: true },
          { name: 'corpus', type: 3, autocomplete: true },
          { name: 'words', type: 4, min_value: 8, max_value: 256 },
          { name: 'temperature', type: 10, min_value: 0, max_value: 2 },
          { name: 'max-copy', type: 4, min_value: 2, max_value: 256 },
          { name: 'seed', type: 4 },
        ],
      });
      expect(byName.train).toMatchObject({
        options: [{ name: 'file', type: 11 }, {}, { choices: [{ value: 'append' }, {}] }],
      });
    });

    it('is each server’s own where servers are named; one that removed us is logged and left out', async () => {
      const { standIn, storyteller, log } = discord;
      const [one, gone] = ['200000000000000001', '200000000000000009'];
      standIn.closed.add(gone);
      for (let start = 0; start < 2; start++) {
        const adapter = adapterOn(standIn, storyteller, log, { guildIds: [gone, one] });
        await adapter.start();
        await adapter.stop();
      }
      expect(standIn.commands.get(one)).toHaveLength(7);
      expect(standIn.commands.has(gone)).toBe(false);
      expect(
        standIn.requests.filter((line) => line === `PUT /api/v10/applications/${APPLICATION}/guilds/${one}/commands`),
      ).toHaveLength(1);
      expect(discord.said()).toEqual(Array(2).fill('The commands could not be registered with Discord'));
    });
  });

  describe('an acknowledgement', () => {
    it('comes before any work, and a private one where the answer will be private', async () => {
      const { storyteller, standIn, alice } = discord;
      storyteller.gate = new Promise(() => undefined);
      for (const line of ['/story x', '/train', '/forget', '/corpora action:export corpus:dogs'])
        await alice.says(line);
      await eventually(() => expect([...standIn.asked.values()].every(({ answer }) => answer)).toBe(true));
      const answers = [...standIn.asked.values()].map(({ answer }) => answer);
      expect(answers).toEqual([
        { type: 5 },
        { type: 5 },
        { type: 5, data: { flags: 64 } },
        { type: 5, data: { flags: 64 } },
      ]);
    });

    it('that comes too late leads to nothing', async () => {
      const { storyteller, standIn, alice } = discord;
      const id = standIn.snowflake();
      standIn.gateway.dispatch('INTERACTION_CREATE', {
        id,
        type: 2,
        token: 'of-another-time',
        application_id: APPLICATION,
        data: { id, type: 1, name: 'forget' },
        channel: { id: ALICE.channel },
        guild_id: '200000000000000001',
        member: { user: { id: ALICE.user }, permissions: '0', roles: [] },
        locale: 'de',
        entitlements: [],
      });
      await eventually(() => expect(discord.said()).toEqual(['An interaction was acknowledged too late']));
      await settled();
      expect(storyteller.calls).toEqual([]);
      expect(alice.sees()).toEqual([]);
    });
  });

  describe('a long story', () => {
    it('is split at the ends of sentences, with the buttons under its end', async () => {
      const text = tellOf(120);
      await discord.alice.says('/story');
      await eventually(() => expect(buttonsOf(discord.alice.shown().at(-1) as ShownMessage)).not.toEqual([]));
      const shown = discord.alice.shown();
      expect(shown.length).toBeGreaterThan(2);
      expect(joined(shown)).toBe(text);
      for (const { content } of shown.slice(0, -1)) {
        expect(content).toMatch(/\.$/);
        expect(content.length).toBeGreaterThan(1_900);
      }
      expect(shown.map((message) => buttonsOf(message).length)).toEqual([...shown.slice(1).map(() => 0), 2]);
    });

    it('goes on, gets shorter and changes in place, also when the bot was started anew meanwhile', async () => {
      const { standIn, storyteller, log, alice, adapter } = discord;
      tellOf(120);
      await alice.says('/story');
      await eventually(() => expect(alice.shown().length).toBe(3));
      await adapter.stop();
      const next = adapterOn(standIn, storyteller, log);
      await next.start();
      const bot = alice.shown().map(({ id }) => id);
      const { continuation } = storyteller.story.prose;
      // Another last part, which began in the second message.
      storyteller.retell = async () => ({
        ...storyteller.story,
        parts: 2,
        prose: { opening: 'Long ago', continuation: continuation.replace(/(?<=Sentence 7\d.*)mouse/gu, 'cat') },
      });
      await alice.presses('retell');
      await eventually(() =>
        expect(joined(alice.shown())).toBe(`Long ago${continuation.replace(/(?<=Sentence 7\d.*)mouse/gu, 'cat')}`),
      );
      expect(alice.shown().map(({ id }) => id)).toEqual(bot);
      storyteller.story = { ...storyteller.story, prose: { opening: 'Long ago', continuation: ' It ends.' } };
      await alice.presses('undo');
      await eventually(() => expect(alice.sees()).toEqual(['Long ago It ends.']));
      expect(buttonsOf(alice.shown()[0] as ShownMessage)).toHaveLength(2);
      tellOf(200);
      storyteller.continue = async () => storyteller.story;
      await alice.presses('continue');
      await eventually(() => expect(alice.shown().length).toBe(5));
      expect(joined(alice.shown())).toMatch(/Sentence 199 is of a mouse and its bell\.$/);
      await next.stop();
    });

    it('whose button two people press at once goes on twice, in order, in messages that are there once', async () => {
      const { storyteller, alice } = discord;
      await alice.says('/story');
      await eventually(() => expect(alice.shown()).toHaveLength(1));
      let parts = 1;
      let text = '';
      storyteller.continue = async () => {
        text = tellOf(30 * ++parts);
        return { ...storyteller.story, parts };
      };
      await alice.presses('continue');
      await alice.presses('continue');
      await eventually(() => expect(joined(alice.shown())).toMatch(/Sentence 89 is of a mouse and its bell\.$/));
      expect(joined(alice.shown())).toBe(text);
      expect(alice.shown().map((message) => buttonsOf(message).length > 0)).toEqual([false, true]);
    });

    it('of one endless word is cut, since there is nowhere to split', async () => {
      const { storyteller, alice } = discord;
      const word = `${'𝒲'.repeat(900)}${'*'.repeat(2_100)}`;
      storyteller.story = { ...storyteller.story, prose: { opening: '', continuation: word } };
      await alice.says('/story');
      await eventually(() => expect(alice.sees().join('')).toBe(word));
    });
  });

  describe('a button', () => {
    it.each(['continue:xyz', 'retell', '', 'story:1', 'continue:0123456789abcdef0123456789abcdef:99999:1', 'stop:'])(
      'that is none of ours (%j) is answered in one sentence',
      async (id) => {
        const { alice, storyteller } = discord;
        await alice.says('/help');
        await eventually(() => expect(alice.shown()).toHaveLength(1));
        alice.pressesId(id, alice.shown()[0]?.id ?? '');
        await eventually(() => expect(alice.sees().at(-1)).toMatch(/^I no longer know this command or button/));
        expect(alice.shown().at(-1)?.onlyFor).toBe(ALICE.user);
        expect(storyteller.calls).toEqual([]);
      },
    );

    it('stops a training whose corpus has a name longer than an id may be', async () => {
      const { alice, storyteller } = discord;
      const name = `A ${'very '.repeat(30)}long name 🐭`;
      storyteller.corpora = async () => [
        { name, starter: false, chosen: true, stories: 1, version: null, stale: false },
      ];
      await alice.says(`/train corpus:"${name}"`, FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send(progress(0.1));
      await eventually(() => expect(alice.sees()[0]).toMatch(/10 %/));
      await alice.presses('stop');
      await eventually(() => expect(storyteller.calls.at(-1)).toMatchObject({ method: 'stop', args: [name] }));
    });
  });

  describe('a training that outlives the 15 minutes of its token', () => {
    const begin = async () => {
      const { alice, storyteller } = discord;
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send(progress(0.1));
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/10 %/)]));
      return alice.shown()[0]?.id;
    };

    it('goes on in an ordinary message of the channel, and in that one only', async () => {
      const { alice, storyteller, standIn } = discord;
      const first = await begin();
      later(14.6 * MINUTE);
      storyteller.training?.send(progress(0.2));
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/20 %/)]));
      expect(alice.shown()[0]?.id).not.toBe(first);
      later(60 * MINUTE);
      storyteller.training?.send(progress(0.3));
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/30 %/)]));
      await alice.presses('stop');
      await eventually(() => expect(alice.sees()[0]).toMatch(/stopped early/));
      expect(
        standIn.requests.filter((line) => line === `POST /api/v10/channels/${ALICE.channel}/messages`),
      ).toHaveLength(1);
      expect(discord.said()).toEqual([]);
    });

    it('also when nothing happened until it was over', async () => {
      const { alice, storyteller } = discord;
      await begin();
      later(20 * MINUTE);
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await eventually(() => expect(alice.sees().at(-1)).toMatch(/112/));
    });

    it('and whose channel is closed to us is logged once, and goes on', async () => {
      const { alice, storyteller, standIn } = discord;
      await begin();
      standIn.closed.add(ALICE.channel);
      later(14.6 * MINUTE);
      for (const share of [0.2, 0.3]) {
        storyteller.training?.send(progress(share));
        await eventually(() => expect(alice.sees()[0]).toContain(`${share * 100} %`));
      }
      later(2 * MINUTE);
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await eventually(() => expect(storyteller.training?.watched).toBe(false));
      await eventually(() =>
        expect(discord.said()).toEqual(['A channel does not take our messages; permission is missing']),
      );
    });
  });

  it('edits at most every two seconds, unless told otherwise', async () => {
    const { standIn, storyteller, log, alice } = discord;
    await discord.adapter.stop();
    const adapter = adapterOn(standIn, storyteller, log, { editInterval: 2_000 });
    await adapter.start();
    await alice.says('/train', FILE);
    await eventually(() => expect(storyteller.training).toBeDefined());
    storyteller.training?.send(progress(0.01));
    await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/ 1 %/)]));
    for (let share = 2; share <= 50; share++) storyteller.training?.send(progress(share / 100));
    storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
    await eventually(() => expect(alice.sees()[0]).toMatch(/112/));
    expect(alice.shown()[0]?.edits).toBeLessThanOrEqual(3);
    await adapter.stop();
  });

  it('puts up with a card that somebody deleted', async () => {
    const { alice, storyteller, standIn } = discord;
    await alice.says('/train', FILE);
    await eventually(() => expect(storyteller.training).toBeDefined());
    storyteller.training?.send(progress(0.1));
    await eventually(() => expect(alice.sees()).toHaveLength(1));
    standIn.messages.length = 0;
    storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
    await eventually(() => expect(storyteller.training?.watched).toBe(false));
    await settled();
    expect(alice.sees()).toEqual([]);
    expect(discord.said()).toEqual([]);
  });

  it('hands out an archive to the asker alone, byte for byte', async () => {
    const { alice } = discord;
    await alice.says('/corpora action:export corpus:dogs');
    await eventually(() => expect(alice.shown()[0]?.attachments).toHaveLength(1));
    const [message] = alice.shown();
    expect(message?.onlyFor).toBe(ALICE.user);
    expect(message?.attachments[0]).toMatchObject({ filename: 'dogs.fabulist.gz', bytes: Buffer.from([1, 2, 3]) });
  });

  it('says of an archive that is larger than Discord takes that it is, instead of nothing', async () => {
    const { alice, standIn, storyteller } = discord;
    standIn.largestFile = 2 * 1024 * 1024;
    storyteller.exportCorpus = async () => new Uint8Array(standIn.largestFile + 1);
    await alice.says('/corpora action:export corpus:dogs');
    await eventually(() =>
      expect(alice.sees()).toEqual([
        expect.stringMatching(/^dogs\.fabulist\.gz is larger than the 2 MB that can be sent/),
      ]),
    );
    expect(alice.shown()[0]?.onlyFor).toBe(ALICE.user);
    expect(discord.said()).toEqual([]);
  });

  it('offers what the storyteller knows, fitted to Discord’s limits', async () => {
    const { alice, storyteller } = discord;
    storyteller.openings = async (_asker, typed, corpus) => [
      `${typed} in ${corpus}`,
      '',
      ...Array.from({ length: 40 }, (_, at) => `Opening ${at} ${'word '.repeat(at)}`),
    ];
    const focused = { name: 'opening', type: 3, value: 'Long', focused: true };
    const asked = alice.completes('story', [focused, { name: 'corpus', type: 3, value: 'dogs' }]);
    await eventually(() => expect(asked.answer?.type).toBe(8));
    const choices = asked.answer?.data?.choices ?? [];
    expect(choices[0]).toEqual({ name: 'Long in dogs', value: 'Long in dogs' });
    expect(choices).toHaveLength(25);
    expect(Math.max(...choices.map(({ value }) => value.length))).toBeLessThanOrEqual(100);
    storyteller.openings = async () => [`a${'𠀀'.repeat(80)}`];
    const unspaced = alice.completes('story', [focused]);
    await eventually(() => expect(unspaced.answer?.data?.choices?.[0]?.value).toBe(`a${'𠀀'.repeat(49)}`));
    storyteller.error = new FabulistError('unknown-corpus', 'There is none.');
    const other = alice.completes('accuracy', [{ name: 'corpus', type: 3, value: 'd', focused: true }]);
    await eventually(() => expect(other.answer?.data?.choices).toEqual([]));
  });

  it('lets Discord say who may train, and asks for Manage Server where one choice needs it', async () => {
    const { standIn, storyteller } = discord;
    const mouse = new DiscordPerson(standIn, { ...ALICE, user: '400000000000000007' }, { permissions: '2048' });
    await mouse.says('/corpora action:rollback corpus:dogs');
    await eventually(() => expect(mouse.sees()).toEqual([expect.stringMatching(/manage this server/)]));
    expect(mouse.shown()[0]?.onlyFor).toBe(mouse.who.user);
    expect(storyteller.calls).toEqual([]);
    await mouse.says('/forget');
    await mouse.says('/train corpus:dogs', FILE);
    await eventually(() => expect(storyteller.calls.map(({ method }) => method)).toEqual(['forget', 'train']));
  });

  it('keeps a library of one’s own in direct messages, and shares a channel’s corpus with its threads', async () => {
    const { standIn, storyteller } = discord;
    const direct = new DiscordPerson(standIn, {
      ...ALICE,
      server: `discord-user:${ALICE.user}`,
      channel: '300000000000000008',
    });
    await direct.says('/corpora action:use-everywhere corpus:dogs');
    await eventually(() => expect(storyteller.calls[0]).toMatchObject({ method: 'choose', asker: direct.who }));
    const thread = new DiscordPerson(standIn, { ...ALICE, channel: '300000000000000009' }, { parent: ALICE.channel });
    await thread.says('/train', FILE);
    await eventually(() => expect(storyteller.calls).toHaveLength(2));
    const { asker, args } = storyteller.calls[1] ?? {};
    expect(asker).toEqual(ALICE);
    expect(args).toMatchObject([
      { reportTo: { surface: 'discord', channel: '300000000000000009', message: expect.stringMatching(/^\d+$/) } },
    ]);
  });

  it('announces in the language of the server, once it is joined, and not where it may not write', async () => {
    const { standIn, storyteller, log, alice } = discord;
    const place = { surface: 'discord', channel: ALICE.channel };
    const adapter = adapterOn(standIn, storyteller, log);
    const early = adapter.announce(place, said('I have been reading.'));
    await settled();
    expect(alice.sees()).toEqual([]);
    await adapter.start();
    await early;
    expect(alice.sees()).toEqual(['I have been reading.']);
    expect(adapter.localeOf(place)).toBe('en');
    standIn.closed.add(ALICE.channel);
    await expect(adapter.announce(place, said('More.'))).rejects.toMatchObject({ code: 'not-allowed' });
    await adapter.stop();
    const never = adapterOn(standIn, storyteller, log);
    const late = never.announce(place, said('Nobody hears this.'));
    await never.stop();
    await expect(late).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('announces in the language that a training was asked for in, where the server cannot choose one', async () => {
    const { standIn, adapter } = discord;
    const guild = (id: string, channel: string, features: string[]) =>
      standIn.gateway.dispatch('GUILD_CREATE', {
        ...{ id, name: 'Mice', preferred_locale: 'en-US', features, threads: [] },
        channels: [{ id: channel, type: 0, name: 'general' }],
        ...{ roles: [], members: [], emojis: [], stickers: [] },
      });
    guild('2001', '3001', []);
    guild('2002', '3002', ['COMMUNITY']);
    const spoken = (channel: string) => adapter.localeOf({ surface: 'discord', channel, locale: 'de' });
    // The last of them is a direct message, or a channel that is not known.
    await eventually(() => expect(['3001', '3002', '3003'].map(spoken)).toEqual(['de', 'en', 'de']));
  });

  it('answers in the language of the asker', async () => {
    const { standIn, storyteller } = discord;
    const person = new DiscordPerson(standIn, ALICE, { locale: 'de' });
    storyteller.error = new Error('broken');
    await person.says('/story');
    await eventually(() =>
      expect(person.sees()).toEqual([expect.stringMatching(/^In Fabulist ist etwas schiefgegangen/)]),
    );
    expect(discord.said()).toEqual(['A command failed']);
  });

  describe('a mention', () => {
    const US = `<@${APPLICATION}>`;

    it('tells a story as a reply, with its options', async () => {
      const { alice, storyteller } = discord;
      alice.writes(`${US} corpus:dogs words:64 had a general`);
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/^had a general council/)]));
      expect(storyteller.calls).toMatchObject([
        { method: 'tell', asker: ALICE, args: [{ opening: 'had a general', corpus: 'dogs', words: 64 }] },
      ]);
      expect(alice.shown()[0]?.replyTo).toMatch(/^\d+$/);
      await alice.presses('continue');
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/And then\?/)]));
      alice.writes(`${US} words:many`);
      await eventually(() => expect(alice.sees().at(-1)).toMatch(/^words must be a whole number/));
    });

    it('in a thread is answered there, with the corpus of its channel, in the language of the server', async () => {
      const { standIn, storyteller } = discord;
      const thread = {
        id: '300000000000000009',
        type: 11,
        name: 'tales',
        parent_id: ALICE.channel,
        thread_metadata: {},
      };
      standIn.gateway.dispatch('GUILD_CREATE', {
        id: '200000000000000001',
        name: 'Mice',
        preferred_locale: 'de',
        channels: [{ id: ALICE.channel, type: 0, name: 'general' }],
        threads: [thread],
        ...{ roles: [], members: [], emojis: [], stickers: [], features: [] },
      });
      const writer = new DiscordPerson(standIn, { ...ALICE, channel: thread.id });
      storyteller.error = new Error('broken');
      writer.writes(`${US} x`);
      await eventually(() => expect(writer.sees()).toEqual([expect.stringMatching(/^In Fabulist ist etwas/)]));
      expect(storyteller.calls).toMatchObject([{ asker: ALICE }]);
      expect(discord.said()).toEqual(['A command failed']);
    });

    it('needs no name in a direct message', async () => {
      const { standIn, storyteller } = discord;
      const direct = new DiscordPerson(standIn, { ...ALICE, server: `discord-user:${ALICE.user}` });
      direct.writes('had a general');
      await eventually(() => expect(direct.sees()).toHaveLength(1));
      expect(storyteller.calls[0]).toMatchObject({ asker: direct.who, args: [{ opening: 'had a general' }] });
    });

    it('with a story attached is told how that is handed over; without words too, in a direct message', async () => {
      const { standIn, storyteller, alice } = discord;
      const attachments = [{ id: '1', filename: 'Fable.TXT', url: 'https://cdn.discordapp.com/1', size: 3 }];
      const direct = new DiscordPerson(standIn, { ...ALICE, server: `discord-user:${ALICE.user}`, channel: '3008' });
      direct.writes('', { attachments });
      await eventually(() =>
        expect(direct.sees()).toEqual([expect.stringMatching(/attach a \.txt.* file to \/train/)]),
      );
      alice.writes(`${US} learn this`, { attachments });
      await eventually(() => expect(alice.sees()).toEqual([expect.stringMatching(/attach a \.txt.* file to \/train/)]));
      direct.writes('', { attachments: [{ ...attachments[0], filename: 'mouse.png' }] });
      await settled();
      expect([direct.sees().length, storyteller.calls]).toEqual([1, []]);
    });

    it.each([', ', ': ', ' : '])('may be followed by %j, as an address is', async (mark) => {
      const { storyteller, alice } = discord;
      alice.writes(`${US}${mark}had: a general`);
      await eventually(() => expect(storyteller.calls).toMatchObject([{ args: [{ opening: 'had: a general' }] }]));
    });

    it.each(['help', '/help', 'Help'])('of %s alone is no story', async (word) => {
      const { storyteller, alice } = discord;
      alice.writes(`${US} ${word}`);
      await eventually(() => expect(alice.sees().join('')).toMatch(/What I keep/));
      expect(storyteller.calls).toEqual([]);
    });

    it.each<[string, string, object]>([
      ['a bot', US, { author: { id: '400000000000000005', bot: true } }],
      ['a webhook', US, { webhook_id: '400000000000000006' }],
      ['ourselves', US, { author: { id: APPLICATION } }],
      ['a notice of Discord', US, { type: 7 }],
      ['somebody who answers us without naming us', 'Nice!', { mentions: [{ id: APPLICATION }] }],
      ['everybody', '@everyone', { mention_everyone: true }],
    ])('of %s is no request', async (_, content, more) => {
      const { alice, storyteller } = discord;
      alice.writes(content, more);
      alice.writes(`${US} x`);
      await eventually(() => expect(alice.sees()).toHaveLength(1));
      expect(storyteller.calls.map(({ args }) => args)).toMatchObject([[{ opening: 'x' }]]);
    });

    it('in a channel that we may not write in is logged once', async () => {
      const { alice, storyteller, standIn } = discord;
      standIn.closed.add(ALICE.channel);
      for (let time = 1; time <= 3; time++) {
        alice.writes(`${US} x`);
        await eventually(() => expect(storyteller.calls).toHaveLength(time));
      }
      await settled();
      expect(discord.said()).toEqual(['A channel does not take our messages; permission is missing']);
      standIn.closed.clear();
      alice.writes(`${US} x`);
      await eventually(() => expect(alice.sees()).toHaveLength(1));
    });
  });
});
