import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FabulistError } from '../../../src/errors.ts';
import { ALICE, eventually, type OpenSlack, OURS, openSlack } from './open-slack.ts';
import { SlackPerson } from './people.ts';
import { actingIn } from './shown-text.ts';

const RUNS = 10_000;
/** Sent at a time, so that they get in each other's way. */
const BATCH = 50;

const names = [
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
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '<!channel>',
    '<@U1>',
    'corpus:<!here> x',
    'words:9999',
    'mode:x',
    '"',
    'x'.repeat(6_000),
    '../../etc/passwd',
  ),
);
const odd = fc.oneof(
  text,
  fc.anything({ maxDepth: 2 }),
  fc.constantFrom(null, '', 'C1', 'D1', 'T1', '1764000000.000001', '__proto__'),
);
const url = fc.oneof(
  fc.webUrl(),
  fc.constantFrom('http://127.0.0.1:1/', 'file:///etc/passwd', 'https://hooks.slack.com.example/'),
  odd,
);
const file = fc.record(
  {
    id: fc.oneof(fc.constant('F1'), odd),
    name: odd,
    size: odd,
    url_private_download: url,
    url_private: url,
    file_access: odd,
  },
  { requiredKeys: [] },
);
const files = fc.oneof(fc.array(file, { maxLength: 3 }), odd);
const time = fc.oneof(fc.constant('1764000000.000001'), odd);

const command = fc.record({
  kind: fc.constant('slash_commands' as const),
  body: fc.record(
    {
      command: fc.oneof(
        fc.constantFrom(...names).map((name) => `/${name}`),
        odd,
      ),
      text: fc.oneof(text, odd),
      channel_id: fc.oneof(fc.constantFrom('C1', 'D1'), odd),
      user_id: fc.oneof(fc.constant('U1'), odd),
      response_url: url,
    },
    { requiredKeys: ['command'] },
  ),
});
const interaction = fc.record({
  kind: fc.constant('interactive' as const),
  body: fc.record(
    {
      type: fc.oneof(
        fc.constantFrom('block_actions', 'view_submission', 'view_closed', 'message_action', 'shortcut'),
        odd,
      ),
      callback_id: fc.oneof(fc.constant('train_on_file'), odd),
      user: fc.oneof(fc.record({ id: fc.oneof(fc.constant('U1'), odd) }), odd),
      channel: fc.oneof(fc.record({ id: fc.constantFrom('C1', 'D1') }), odd),
      message: fc.oneof(fc.record({ ts: time, thread_ts: time, files }, { requiredKeys: ['ts'] }), odd),
      container: fc.oneof(fc.record({ thread_ts: time, is_ephemeral: fc.boolean() }), odd),
      actions: fc.oneof(
        fc.array(
          fc.record({
            action_id: fc.oneof(fc.constantFrom('continue', 'retell', 'undo', 'stop'), odd),
            value: fc.oneof(fc.constantFrom('0123456789abcdef0123456789abcdef:9999:1.1,2.2'), odd),
          }),
          { maxLength: 2 },
        ),
        odd,
      ),
      view: fc.oneof(
        fc.record({
          id: fc.string({ minLength: 1 }),
          callback_id: fc.oneof(fc.constant('train'), odd),
          private_metadata: fc.oneof(fc.constant('{"channel":"C1"}'), text, odd),
          state: fc.oneof(
            fc.record({
              values: fc.oneof(
                fc.record({
                  file: fc.record({ file: fc.record({ files }) }),
                  corpus: fc.record({ corpus: fc.record({ value: odd }) }),
                }),
                odd,
              ),
            }),
            odd,
          ),
        }),
        odd,
      ),
      response_url: url,
    },
    { requiredKeys: ['type'] },
  ),
});
const event = fc.record({
  kind: fc.constant('events_api' as const),
  body: fc.record({
    event: fc.oneof(
      fc.record(
        {
          type: fc.oneof(fc.constantFrom('app_mention', 'message', 'app_home_opened', 'reaction_added'), odd),
          channel: fc.oneof(fc.constantFrom('C1', 'D1'), odd),
          channel_type: fc.oneof(fc.constant('im'), odd),
          user: fc.oneof(fc.constantFrom('U1', OURS.us), odd),
          text: fc.oneof(
            text.map((words) => `<@${OURS.us}> ${words}`),
            odd,
          ),
          ts: time,
          thread_ts: time,
          subtype: odd,
          bot_id: odd,
          files,
        },
        { requiredKeys: ['type'] },
      ),
      odd,
    ),
  }),
});

describe.each(['HTTP', 'Socket'] as const)('Slack, fuzzed (%s)', (mode) => {
  let slack: OpenSlack;
  const rejections: unknown[] = [];
  const note = (error: unknown) => void rejections.push(error);
  beforeEach(async () => {
    slack = await openSlack({ mode });
    process.on('unhandledRejection', note);
    process.on('uncaughtException', note);
  });
  afterEach(async () => {
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
    await slack.close();
  });

  it(`answers ${RUNS / 2} payloads that no client sends, or lets them be, and stays well`, {
    timeout: 240_000,
  }, async () => {
    const { standIn, storyteller, alice } = slack;
    // As a real one does: most of what is asked is refused.
    storyteller.error = new FabulistError('usage', 'That <!channel> cannot be done.');
    const samples = fc.sample(fc.oneof(command, interaction, event), { numRuns: RUNS / 2, seed: 1911 });
    for (let at = 0; at < samples.length; at += BATCH) {
      for (const { kind, body } of samples.slice(at, at + BATCH)) {
        const json = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
        const common = {
          team_id: 'T1',
          team: { id: 'T1' },
          user: { id: 'U1' },
          trigger_id: standIn.trigger(),
          ...(kind === 'events_api' && { event_id: standIn.id('Ev') }),
        };
        // What is of no kind at all is not acknowledged, so nobody waits for that.
        standIn.deliver(kind, { ...common, ...json }).catch(() => undefined);
      }
      // The next one is answered after all of these were received.
      const before = alice.sees().length;
      await alice.command('/help');
      await eventually(() => expect(alice.sees().length).toBeGreaterThan(before));
      expect(
        standIn.messages.flatMap(({ text, blocks }) =>
          [text, ...blocks.map((block) => block.text?.text ?? '')].flatMap(actingIn),
        ),
      ).toEqual([]);
      expect(JSON.stringify(standIn.messages)).not.toMatch(
        /\/root|\/tmp\/|node_modules|TypeError|\bat .*:\d+:\d+|xoxb|xapp/,
      );
      standIn.messages.length = 0;
    }
    const person = new SlackPerson(standIn, { ...ALICE, user: 'U9', channel: 'T1/C9' });
    storyteller.error = undefined;
    await person.says('/story had a general');
    await eventually(() => expect(person.sees()).toEqual([expect.stringMatching(/^had a general council/)]));
    expect(rejections).toEqual([]);
    expect(standIn.objections).toEqual([]);
    // What Bolt itself cannot place counts as refused, which is told once.
    const told = slack.log.lines.filter(
      ({ message }) => !/^A (request that is not signed|packet of Slack was not)/.test(message),
    );
    expect(told.map(({ message, details }) => [message, String(details.err)])).toEqual([]);
  });
});
