import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FabulistError } from '../../../src/errors.ts';
import { ALICE, eventually, type OpenDiscord, openDiscord } from './open-discord.ts';
import { DiscordPerson } from './people.ts';

const RUNS = 10_000;
/** Sent at a time, so that they get in each other's way. */
const BATCH = 100;

const names = fc.oneof(
  fc.constantFrom(
    'story',
    'train',
    'accuracy',
    'corpora',
    'forget',
    'cancel',
    'help',
    'stop',
    'constructor',
    '__proto__',
    '',
  ),
  fc.string(),
);
const values = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(
    '../../etc/passwd',
    '1',
    '__proto__',
    null,
    [],
    {},
    '\u0000',
    'append',
    'rollback',
    'x'.repeat(6_000),
  ),
);
const option = fc.record(
  {
    name: fc.oneof(
      fc.constantFrom('opening', 'corpus', 'words', 'temperature', 'seed', 'file', 'mode', 'action', 'version'),
      fc.string(),
    ),
    type: fc.oneof(fc.constantFrom(3, 4, 10, 11), fc.integer()),
    value: values,
    focused: fc.boolean(),
  },
  { requiredKeys: ['name'] },
);
const attachment = fc.record(
  {
    id: fc.constant('1'),
    filename: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('../../x', 'con', '', '/', 'a'.repeat(5_000))),
    url: fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.constantFrom('http://127.0.0.1/', 'https://cdn.discordapp.com@localhost/'),
    ),
    size: fc.oneof(fc.integer(), fc.double(), fc.constant('much')),
  },
  { requiredKeys: [] },
);
const command = fc.record({
  kind: fc.constantFrom(2, 2, 2, 4),
  data: fc.record(
    {
      id: fc.string(),
      type: fc.constantFrom(1, 1, 1, 2, 3, 99),
      name: names,
      options: fc.oneof(fc.array(fc.oneof(option, fc.anything()), { maxLength: 5 }), fc.anything()),
      resolved: fc.oneof(
        fc.record({ attachments: fc.dictionary(fc.constantFrom('1', '2'), attachment) }),
        fc.anything(),
      ),
    },
    { requiredKeys: ['name', 'type'] },
  ),
});
const pressed = fc.record({
  kind: fc.constant(3),
  data: fc.record({
    custom_id: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc
        .tuple(fc.constantFrom('continue', 'retell', 'undo', 'stop', 'stop*'), fc.string())
        .map((parts) => parts.join(':')),
      fc.constantFrom(
        'continue:0123456789abcdef0123456789abcdef:9999:zzzzzzzzzzzzzz.1.2',
        'undo:0123456789abcdef0123456789abcdef:1:1',
        'stop:../../x',
      ),
    ),
    component_type: fc.constantFrom(2, 3, 99),
    values: fc.anything(),
  }),
});
const other = fc.record({ kind: fc.constantFrom(0, 1, 5, 6, 99), data: fc.anything() });

describe('Discord, fuzzed', () => {
  let discord: OpenDiscord;
  const rejections: unknown[] = [];
  const note = (error: unknown) => void rejections.push(error);
  beforeEach(async () => {
    discord = await openDiscord();
    process.on('unhandledRejection', note);
    process.on('uncaughtException', note);
  });
  afterEach(async () => {
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
    await discord.close();
  });

  it(`answers ${RUNS} interactions that no client sends, or lets them be, and stays well`, async () => {
    const { standIn, storyteller, alice } = discord;
    // As a real one does: most of what is asked is refused.
    storyteller.error = new FabulistError('usage', 'That cannot be done.');
    const samples = fc.sample(fc.oneof(command, command, pressed, other), { numRuns: RUNS, seed: 1911 });
    for (let at = 0; at < samples.length; at += BATCH) {
      const batch = samples.slice(at, at + BATCH).map(({ kind, data }) => {
        const json = JSON.parse(JSON.stringify(data ?? null)) as unknown;
        const message = { id: standIn.snowflake(), channel_id: ALICE.channel };
        return { kind, asked: alice.sends(kind, json, kind === 3 ? { message } : {}) };
      });
      // The next one is answered after all of these were received.
      const last = alice.command('help', []);
      await eventually(() => expect(last.answer).toBeDefined());
      for (const { kind, asked } of batch) {
        if (kind === 3) await eventually(() => expect(asked.answer?.type).toBe(6));
        if (kind === 4) await eventually(() => expect(asked.answer?.type).toBe(8));
      }
    }
    const person = new DiscordPerson(standIn, { ...ALICE, user: '400000000000000099', channel: '300000000000000099' });
    storyteller.error = undefined;
    await person.says('/story had a general');
    // It waits its turn behind thousands.
    await vi.waitFor(() => expect(person.sees()).toEqual([expect.stringMatching(/^had a general council/)]), 50_000);
    const leaks = standIn.messages.filter(({ content }) =>
      /\/home|\/root|\/tmp|node_modules|TypeError|\bat .*:\d+:\d+/.test(content),
    );
    expect(leaks).toEqual([]);
    expect(rejections).toEqual([]);
    expect(standIn.objections).toEqual([]);
    expect(discord.log.lines).toEqual([]);
  }, 120_000);

  it('survives events that are not even an interaction', async () => {
    const { standIn, alice } = discord;
    for (const data of fc.sample(fc.anything(), { numRuns: 500, seed: 7 })) {
      const json = JSON.parse(JSON.stringify(data ?? null)) as unknown;
      for (const event of ['INTERACTION_CREATE', 'MESSAGE_CREATE', 'GUILD_CREATE', 'CHANNEL_UPDATE', 'NO_SUCH_EVENT']) {
        standIn.gateway.dispatch(event, json);
      }
    }
    await alice.says('/story had a general');
    await eventually(() => expect(alice.sees()).toHaveLength(1));
    expect(rejections).toEqual([]);
  });
});
