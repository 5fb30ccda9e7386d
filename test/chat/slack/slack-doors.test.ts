import { afterEach, describe, expect, it } from 'vitest';
import { FabulistError } from '../../../src/errors.ts';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller } from '../fake-storyteller.ts';
import {
  ALICE,
  adapterOn,
  EVE,
  eventually,
  installedIn,
  OTHERS,
  openSlack,
  settled,
  startOn,
  TOKEN,
} from './open-slack.ts';
import { SlackPerson } from './people.ts';
import { StandIn, signed } from './stand-in.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(options: Parameters<typeof openSlack>[0] = {}) {
  const slack = await openSlack(options);
  closing.push(slack.close);
  return slack;
}

const FORM = 'application/x-www-form-urlencoded';
const command = (more: object = {}) =>
  new URLSearchParams({
    team_id: 'T1',
    channel_id: 'C1',
    user_id: ALICE.user,
    command: '/story',
    text: 'had a general',
    trigger_id: '1.2.3',
    ...more,
  }).toString();

describe('a request by HTTP', () => {
  const now = () => Math.floor(Date.now() / 1_000);

  it('that Slack has signed is answered', async () => {
    const { standIn, storyteller } = await open();
    expect(await standIn.post(command(), FORM)).toMatchObject({ status: 200 });
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
  });

  it.each<[string, (text: string) => Record<string, string>]>([
    ['is signed with another secret', (text) => signed(text, now(), 'another-secret')],
    ['is not signed', () => ({})],
    ['has a signature of something else', () => signed('something else')],
    ['has half a signature', (text) => ({ ...signed(text), 'x-slack-signature': 'v0=' })],
    ['has a signature of another version', (text) => ({ ...signed(text), 'x-slack-signature': 'v1=00' })],
    ['is older than five minutes', (text) => signed(text, now() - 301)],
    ['has no time', (text) => ({ ...signed(text), 'x-slack-request-timestamp': 'noon' })],
    [
      'has another time than was signed',
      (text) => ({ ...signed(text), 'x-slack-request-timestamp': String(now() - 1) }),
    ],
  ])('that %s is refused, and nothing is run', async (_, headers) => {
    const { standIn, storyteller, said } = await open();
    const text = command();
    expect(await standIn.post(text, FORM, headers(text))).toMatchObject({ status: 401 });
    expect(await standIn.post(text, FORM, headers(text))).toMatchObject({ status: 401 });
    await settled();
    expect(storyteller.calls).toEqual([]);
    // Once, however often it is tried.
    expect(said()).toEqual([expect.stringMatching(/compare SLACK_SIGNING_SECRET/)]);
  });

  it('that is sent again by somebody who overheard it is run once', async () => {
    const { standIn, storyteller } = await open();
    const text = command();
    const headers = signed(text);
    for (let time = 0; time < 3; time++) expect(await standIn.post(text, FORM, headers)).toMatchObject({ status: 200 });
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    await settled();
    expect(storyteller.calls).toHaveLength(1);
  });

  it.each(['T2', 'T0', '', '__proto__'])(
    'of a workspace that has not installed us (%j) is refused',
    async (team_id) => {
      const { standIn, storyteller } = await open();
      expect(await standIn.post(command({ team_id }), FORM)).toMatchObject({ status: 401 });
      await settled();
      expect(storyteller.calls).toEqual([]);
    },
  );

  it.each([
    ['null', 'application/json', 400],
    ['7', 'application/json', 400],
    ['{', 'application/json', 400],
    ['payload=null', FORM, 400],
    ['{}', 'application/json', 404],
    [`{"x":"${'x'.repeat(3_000_000)}"}`, 'application/json', 413],
  ])('that holds nothing (%.20s) is refused, and the next one answered', async (text, type, status) => {
    const { standIn, storyteller, alice } = await open();
    if (status !== 404) expect(await standIn.post(text, type)).toMatchObject({ status });
    // Of no kind that Bolt knows: it waits for an answer that nobody gives, and then says so.
    else standIn.post(text, type).catch(() => undefined);
    await alice.says('/story');
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
  });

  it('answers Slack’s question whether it is there, and nothing at other paths', async () => {
    const { standIn, adapter } = await open();
    const text = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
    expect(await standIn.post(text, 'application/json')).toEqual({ status: 200, answer: { challenge: 'abc' } });
    for (const path of ['/', '/slack', '/slack/install', '/slack/events', '//']) {
      expect((await fetch(adapter.address + path)).status).toBe(404);
    }
  });

  it('finds its port taken: says so in one sentence', async () => {
    const { adapter, standIn } = await open();
    const port = Number(new URL(String(adapter.address)).port);
    const second = adapterOn(standIn, new FakeStoryteller(), new FakeLog(), { port });
    closing.push(() => second.stop());
    await expect(second.start()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^Port \d+ on 127\.0\.0\.1 cannot be opened .* SLACK_PORT and SLACK_HOST\.$/),
    });
  });
});

describe.each(['HTTP', 'Socket'] as const)('what is delivered twice (%s)', (mode) => {
  it('is done once: events, commands, buttons', async () => {
    const { alice, standIn, storyteller } = await open({ mode });
    for (let time = 0; time < 3; time++) {
      await alice.command('/story x', { trigger_id: 'same.1' });
      const event = {
        type: 'app_mention',
        user: ALICE.user,
        text: '<@U0BOT> y',
        ts: '1764000000.000001',
        channel: 'C1',
      };
      await alice.happens(event, { event_id: 'Ev-same' });
    }
    await eventually(() => expect(alice.sees()).toHaveLength(2));
    const [message] = alice.shown();
    for (let time = 0; time < 3; time++) {
      await alice.interacts({
        type: 'block_actions',
        trigger_id: 'same.2',
        channel: { id: 'C1' },
        message: { ts: message?.ts },
        actions: [{ action_id: 'continue', value: storyteller.story.id }],
      });
    }
    await eventually(() => expect(alice.sees()[0]).toMatch(/And then\?/));
    await settled();
    expect(storyteller.calls.map(({ method }) => method)).toEqual(['tell', 'tell', 'continue']);
    expect(standIn.objections).toEqual([]);
  });

  it('trains once, where a form is sent twice', async () => {
    const { alice, standIn, storyteller } = await open({ mode });
    const file = { fileName: 'fables.txt', bytes: Buffer.from('Long ago, the mice had a general council.') };
    const delivered = alice.command('/train', { trigger_id: standIn.trigger() });
    await delivered;
    await eventually(() => expect(standIn.views).toHaveLength(1));
    const view = standIn.views[0] as NonNullable<(typeof standIn.views)[0]>;
    // First with nothing in it: that is told in the form, which may be sent again.
    const empty = await alice.submits(view);
    expect(empty.answer).toMatchObject({
      response_action: 'errors',
      errors: { file: expect.stringMatching(/Choose a text file/) },
    });
    await Promise.all([alice.submits(view, file), alice.submits(view, file), alice.submits(view, file)]);
    await eventually(() => expect(storyteller.calls).toHaveLength(1));
    await settled();
    expect(storyteller.calls).toHaveLength(1);
  });
});

describe('many workspaces', () => {
  async function openMany() {
    const standIn = await StandIn.open();
    const [storyteller, log] = [new FakeStoryteller(), new FakeLog()];
    const kept = await installedIn(standIn);
    const adapter = adapterOn(standIn, storyteller, log, kept);
    await startOn(standIn, adapter);
    closing.push(async () => {
      await adapter.stop();
      await standIn.close();
    });
    return {
      standIn,
      storyteller,
      log,
      adapter,
      kept,
      alice: new SlackPerson(standIn, ALICE),
      eve: new SlackPerson(standIn, EVE),
    };
  }

  it('never see each other’s corpora, and are spoken to with their own tokens', async () => {
    const { standIn, storyteller, alice, eve } = await openMany();
    await alice.says('/corpora');
    await eventually(() => expect(alice.sees()).toHaveLength(1));
    await eve.says('/corpora');
    await eventually(() => expect(eve.sees()).toHaveLength(1));
    expect(storyteller.calls.map(({ asker }) => asker)).toEqual([ALICE, EVE]);
    const posts = standIn.calls.filter(({ method }) => method === 'chat.postMessage').map(({ token }) => token);
    expect(posts).toEqual([TOKEN, 'xoxb-2-standin']);
  });

  it('are kept so that nobody reads their tokens', async () => {
    const { kept } = await openMany();
    const documents = await (
      kept.library as unknown as { listDocuments(kind: string): Promise<unknown[]> }
    ).listDocuments('installations');
    expect(documents).toHaveLength(2);
    expect(JSON.stringify(documents)).not.toMatch(/xoxb|standin|U0BOT/);
  });

  it('whose documents were swapped, or sealed with another secret, are not spoken to', async () => {
    const { kept, standIn } = await openMany();
    const [one, two] = [
      await kept.library.readDocument('installations', 'T1'),
      await kept.library.readDocument('installations', 'T2'),
    ];
    await kept.library.writeDocument('installations', 'T1', two);
    await kept.library.writeDocument('installations', 'T2', one);
    const [storyteller, log] = [new FakeStoryteller(), new FakeLog()];
    const adapter = adapterOn(standIn, storyteller, log, kept);
    closing.push(() => adapter.stop());
    await startOn(standIn, adapter);
    const alice = new SlackPerson(standIn, ALICE);
    for (let time = 0; time < 2; time++) expect(await alice.command('/story x')).toMatchObject({ status: 401 });
    expect(storyteller.calls).toEqual([]);
    const unreadable = log.lines.filter(({ message }) => message.startsWith('FABULIST_SECRET does not open'));
    expect(unreadable).toHaveLength(1);
  });

  it.each([
    ['removes us', { type: 'app_uninstalled' }],
    ['takes our token back', { type: 'tokens_revoked', tokens: { oauth: [], bot: ['U0BOT'] } }],
  ])('one that %s is forgotten, the other is not', async (_, event) => {
    const { kept, storyteller, alice, eve } = await openMany();
    await alice.happens(event);
    await eventually(async () => expect(await kept.library.readDocument('installations', 'T1')).toBeUndefined());
    expect(await alice.command('/story x')).toMatchObject({ status: 401 });
    await eve.says('/story x');
    await eventually(() => expect(storyteller.calls.map(({ asker }) => asker.server)).toEqual([EVE.server]));
  });

  it('install us: to Slack and back, once, and only from where they began', async () => {
    const { adapter, standIn, storyteller, kept } = await openMany();
    const install = await fetch(`${adapter.address}/slack/install`);
    const page = await install.text();
    const cookie = install.headers.get('set-cookie')?.split(';')[0] ?? '';
    const url = new URL((page.match(/<a href="([^"]+)"/)?.[1] ?? '').replaceAll('&amp;', '&'));
    expect(url.origin + url.pathname).toBe(`${standIn.origin}/oauth/v2/authorize`);
    expect(url.searchParams.get('scope')?.split(',')).toEqual(expect.arrayContaining(['commands', 'files:read']));
    const state = url.searchParams.get('state') ?? '';
    const back = (code: string, headers: Record<string, string>) =>
      fetch(`${adapter.address}/slack/oauth_redirect?code=${code}&state=${encodeURIComponent(state)}`, { headers });
    const installed = { ...OTHERS, team: 'T3', token: 'xoxb-3-standin' };
    standIn.codes.set('good', installed);
    expect((await back('good', {})).status).toBe(400);
    expect((await back('bad', { cookie })).status).toBe(400);
    const done = await back('good', { cookie });
    expect([done.status, await done.text()]).toEqual([200, expect.stringMatching(/Fabulist is installed/)]);
    expect(await kept.library.readDocument('installations', 'T3')).toBeDefined();
    const mouse = new SlackPerson(standIn, { server: 'slack:T3', channel: 'T3/C3', user: 'U3' });
    await mouse.says('/story x');
    await eventually(() => expect(storyteller.calls.map(({ asker }) => asker)).toEqual([mouse.who]));
  });

  it('that is unknown is not announced to', async () => {
    const { adapter } = await openMany();
    const news = { paragraphs: [[{ text: 'x' }]] };
    await expect(adapter.announce({ surface: 'slack', channel: 'T9/C9' }, news)).rejects.toThrow(FabulistError);
  });
});
