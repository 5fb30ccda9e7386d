import { afterEach, describe, expect, it } from 'vitest';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller } from '../fake-storyteller.ts';
import { hangUpOn } from '../hanging-up.ts';
import { within } from '../within.ts';
import { ALICE, adapterOn, eventually, OURS, openSlack, startOn, TOKEN } from './open-slack.ts';
import { SlackPerson } from './people.ts';
import { StandIn } from './stand-in.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(options: Parameters<typeof openSlack>[0] = {}) {
  const slack = await openSlack(options);
  closing.push(slack.close);
  return slack;
}

describe('Slack, when something is in the way', () => {
  it.each([
    ['SLACK_BOT_TOKEN', { botToken: 'xoxb-wrong' }, 'HTTP'],
    ['SLACK_APP_TOKEN', { appToken: 'xapp-wrong' }, 'Socket'],
  ] as const)('does not know %s: says so in one sentence, and gives up', async (name, options, mode) => {
    const standIn = await StandIn.open();
    standIn.teams.set(TOKEN, OURS);
    const log = new FakeLog();
    const adapter = adapterOn(standIn, new FakeStoryteller(), log, { mode, ...options });
    closing.push(async () => {
      await adapter.stop();
      await standIn.close();
    });
    await expect(adapter.start()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(new RegExp(`^Slack does not accept ${name}: copy .* again\\.$`)),
    });
    expect(log.lines).toEqual([]);
  });

  it.each(['HTTP', 'Socket'] as const)(
    'cannot be reached at the start: logged once, and joined once it can (%s)',
    async (mode) => {
      const first = await StandIn.open();
      const { port } = first;
      await first.close();
      const [log, storyteller] = [new FakeLog(), new FakeStoryteller()];
      const adapter = adapterOn(first, storyteller, log, { mode });
      const started = adapter.start();
      await within(20_000, () => log.lines.length > 0);
      const standIn = await StandIn.open(port);
      standIn.teams.set(TOKEN, OURS);
      closing.push(async () => {
        await adapter.stop();
        await standIn.close();
      });
      await started;
      await startOn(standIn, adapter, mode);
      expect(log.lines.map(({ message }) => message)).toEqual(['Slack cannot be reached; trying again until it can']);
      const alice = new SlackPerson(standIn, ALICE);
      await alice.says('/story');
      await eventually(() => expect(alice.sees()).toHaveLength(1));
    },
  );

  it('may be told to stop while it cannot be reached', async () => {
    const standIn = await StandIn.open();
    await standIn.close();
    const log = new FakeLog();
    const adapter = adapterOn(standIn, new FakeStoryteller(), log, { mode: 'Socket' });
    const started = adapter.start();
    await within(20_000, () => log.lines.length > 0);
    await adapter.stop();
    await started;
  });

  it('loses the connection: takes it up again, and says nothing of it', async () => {
    const { standIn, alice, said } = await open({ mode: 'Socket' });
    for (let time = 0; time < 3; time++) {
      standIn.socket.cut();
      await within(5_000, () => !standIn.socket.connected || standIn.socket.connections > time + 1);
      await within(5_000, () => standIn.socket.connected);
    }
    await alice.says('/story had a general');
    await within(5_000, () => alice.sees().length > 0);
    expect(said()).toEqual([]);
  });

  it('asks us to connect anew: does so', async () => {
    const { standIn, alice, said } = await open({ mode: 'Socket' });
    standIn.socket.raw(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
    await within(5_000, () => standIn.socket.connections === 2);
    await alice.says('/story');
    await within(5_000, () => alice.sees().length > 0);
    expect(said()).toEqual([]);
  });

  it('sends packets that are none: lets them be', async () => {
    const { standIn, alice } = await open({ mode: 'Socket' });
    const packets = ['null', '7', '{', '{}', '[]', '{"type":"events_api"}', '{"type":"events_api","payload":null}'];
    for (const text of [
      ...packets,
      '{"type":"interactive","payload":null}',
      '{"type":"slash_commands","envelope_id":1}',
    ]) {
      standIn.socket.raw(text);
    }
    await alice.says('/story');
    await within(5_000, () => alice.sees().length > 0);
  });

  it('is away for longer: logged once, however often reconnecting fails', async () => {
    const { standIn, storyteller, said } = await open({ mode: 'Socket', patience: 300 });
    const { port } = standIn;
    await standIn.close();
    await within(5_000, () => said().length > 0);
    await hangUpOn(port, 3);
    const back = await StandIn.open(port);
    back.teams.set(TOKEN, OURS);
    closing.push(() => back.close());
    await within(10_000, () => back.socket.connected);
    const alice = new SlackPerson(back, ALICE);
    await alice.says('/story');
    await within(5_000, () => alice.sees().length > 0);
    expect(said()).toEqual(['The connection to Slack is lost; reconnecting until it is back']);
    expect(storyteller.calls).toHaveLength(1);
  });

  it('no longer accepts the app token in the middle of it: logged once', async () => {
    const { standIn, said } = await open({ mode: 'Socket' });
    standIn.refusals.set('apps.connections.open', 'invalid_auth');
    standIn.socket.cut();
    await within(5_000, () => said().length > 0);
    expect(said()).toEqual(['Slack no longer accepts SLACK_APP_TOKEN: set the new one and start again']);
  });

  it('no longer accepts the bot token in the middle of it: logged once, and nobody waits', async () => {
    const { standIn, alice, storyteller, said } = await open();
    standIn.teams.clear();
    for (let time = 1; time <= 3; time++) {
      await alice.says('/story');
      await eventually(() => expect(storyteller.calls).toHaveLength(time));
    }
    await eventually(() => expect(said().filter((line) => /no longer accepts the token/.test(line))).toHaveLength(1));
    expect(said().length).toBeLessThanOrEqual(2);
  });

  it('removes us from the one workspace: logged once', async () => {
    const { alice, said } = await open();
    for (const type of ['app_uninstalled', 'app_uninstalled']) await alice.happens({ type });
    await eventually(() => expect(said()).toEqual(['The workspace of Slack has removed Fabulist, or its token']));
  });

  it('asks us to wait: waits, and goes on', async () => {
    const { standIn, alice, said } = await open();
    standIn.limits.set('chat.postMessage', 2);
    await alice.says('/story had a general');
    await within(10_000, () => alice.sees().length > 0);
    expect(standIn.limits.get('chat.postMessage')).toBe(0);
    expect(said()).toEqual([]);
  });
});
