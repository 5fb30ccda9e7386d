import { afterEach, describe, expect, it } from 'vitest';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller } from '../fake-storyteller.ts';
import { hangUpOn } from '../hanging-up.ts';
import { within } from '../within.ts';
import { ALICE, adapterOn, eventually, openDiscord } from './open-discord.ts';
import { DiscordPerson } from './people.ts';
import { StandIn } from './stand-in.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(options: Parameters<typeof openDiscord>[0] = {}) {
  const discord = await openDiscord(options);
  closing.push(discord.close);
  return discord;
}

describe('Discord, when something is in the way', () => {
  it('does not know the token: says so in one sentence, and gives up', async () => {
    const standIn = await StandIn.open();
    closing.push(() => standIn.close());
    const log = new FakeLog();
    const adapter = adapterOn(standIn, new FakeStoryteller(), log, { token: 'MTIz.wrong.token' });
    await expect(adapter.start()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^Discord does not accept DISCORD_TOKEN: copy the token .* again\.$/),
    });
    expect(log.lines).toEqual([]);
    await adapter.stop();
  });

  it('cannot be reached at the start: logged once, and joined once it can', async () => {
    const first = await StandIn.open();
    const { port } = first;
    await first.close();
    const [log, storyteller] = [new FakeLog(), new FakeStoryteller()];
    const adapter = adapterOn(first, storyteller, log);
    const started = adapter.start();
    await within(20_000, () => log.lines.length > 0);
    const standIn = await StandIn.open(port);
    closing.push(async () => {
      await adapter.stop();
      await standIn.close();
    });
    await started;
    expect(log.lines.map(({ message }) => message)).toEqual(['Discord cannot be reached; trying again until it can']);
    const alice = new DiscordPerson(standIn, ALICE);
    await alice.says('/story');
    await eventually(() => expect(alice.sees()).toHaveLength(1));
  });

  it('may be told to stop while it cannot be reached', async () => {
    const standIn = await StandIn.open();
    await standIn.close();
    const log = new FakeLog();
    const adapter = adapterOn(standIn, new FakeStoryteller(), log);
    const started = adapter.start();
    await within(20_000, () => log.lines.length > 0);
    await adapter.stop();
    await started;
  });

  it('loses the connection: takes it up again, and hears what was asked meanwhile', async () => {
    const { standIn, alice, said } = await open();
    standIn.gateway.cut();
    await within(2_000, () => !standIn.gateway.connected);
    await alice.says('/story had a general');
    const asked = [...standIn.asked.values()].at(-1);
    await within(5_000, () => alice.sees().length > 0);
    expect(standIn.gateway.heard.some(({ op }) => op === 6)).toBe(true);
    expect(asked?.took).toBeDefined();
    expect(said()).toEqual([]);
  });

  it('asks us to reconnect or forgets the session: goes on with a new one', async () => {
    const { standIn, alice } = await open();
    standIn.gateway.closeAll(4009);
    await within(10_000, () => standIn.gateway.heard.filter(({ op }) => op === 2 || op === 6).length >= 2);
    await within(10_000, () => standIn.gateway.connected);
    await alice.says('/story');
    await within(5_000, () => alice.sees().length > 0);
  });

  it('is away for longer: logged once, however often reconnecting fails', async () => {
    const { standIn, storyteller, said } = await open({ patience: 300 });
    const { port } = standIn;
    await standIn.close();
    await within(5_000, () => said().length > 0);
    await hangUpOn(port, 3);
    const back = await StandIn.open(port);
    closing.push(() => back.close());
    await within(10_000, () => back.gateway.connected);
    const alice = new DiscordPerson(back, ALICE);
    await alice.says('/story');
    await within(5_000, () => alice.sees().length > 0);
    expect(said()).toEqual(['The connection to Discord is lost; reconnecting until it is back']);
    expect(storyteller.calls).toHaveLength(1);
  });

  it('no longer accepts the token in the middle of it: logged once', async () => {
    const { standIn, said } = await open();
    standIn.gateway.closeAll(4004);
    await within(5_000, () => said().length > 0);
    expect(said()).toEqual(['Discord no longer accepts DISCORD_TOKEN: set the new one and start again']);
  });

  it('asks us to wait: waits as long as it says, and goes on', async () => {
    const { standIn, alice, said } = await open();
    standIn.limits = 3;
    await alice.says('/story had a general');
    await within(5_000, () => alice.sees().length > 0);
    expect(standIn.limits).toBe(0);
    expect(said()).toEqual([]);
  });

  it('keeps its connection by heartbeats, and leaves one that no longer answers', async () => {
    const standIn = await StandIn.open();
    standIn.gateway.heartbeatInterval = 60;
    const adapter = adapterOn(standIn, new FakeStoryteller(), new FakeLog());
    await adapter.start();
    closing.push(async () => {
      await adapter.stop();
      await standIn.close();
    });
    await within(3_000, () => standIn.gateway.heard.filter(({ op }) => op === 1).length > 3);
    standIn.gateway.beats = false;
    await within(5_000, () => standIn.gateway.heard.some(({ op }) => op === 6));
  });
});
