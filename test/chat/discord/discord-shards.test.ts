import { afterEach, describe, expect, it } from 'vitest';
import { said } from '../../../src/chat/message.ts';
import type { Shards } from '../../../src/config/discord-config.ts';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller, VERSION } from '../fake-storyteller.ts';
import { ALICE, adapterOn, EVE, eventually } from './open-discord.ts';
import { DiscordPerson } from './people.ts';
import { StandIn } from './stand-in.ts';

const FILE = { fileName: 'fables.txt', bytes: Buffer.from('Long ago, the mice had a general council.') };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function discord(shards = 1) {
  const standIn = await StandIn.open();
  standIn.shards = shards;
  closing.push(async () => {
    await standIn.close();
    expect(standIn.objections).toEqual([]);
  });
  const [log, storyteller] = [new FakeLog(), new FakeStoryteller()];
  const join = async (given: Shards) => {
    const adapter = adapterOn(standIn, storyteller, log, { shards: given, patience: 100 });
    closing.push(() => adapter.stop());
    await adapter.start();
    return adapter;
  };
  const identified = () =>
    standIn.gateway.heard.filter(({ op }) => op === 2).map(({ d }) => (d as { shard: [number, number] }).shard);
  const [alice, eve] = [new DiscordPerson(standIn, ALICE), new DiscordPerson(standIn, EVE)];
  return { standIn, log, storyteller, join, identified, alice, eve };
}

describe('Discord’s shards', () => {
  it.each<[Shards, number, [number, number][]]>([
    ['auto', 1, [[0, 1]]],
    [
      'auto',
      3,
      [
        [0, 3],
        [1, 3],
        [2, 3],
      ],
    ],
    [
      { ids: [0, 1], of: 2 },
      5,
      [
        [0, 2],
        [1, 2],
      ],
    ],
    [
      { ids: [1, 3], of: 4 },
      1,
      [
        [1, 4],
        [3, 4],
      ],
    ],
  ])('are as %j says, where Discord asks for %i', async (given, asked, expected) => {
    const { join, identified } = await discord(asked);
    await join(given);
    expect(identified().sort()).toEqual(expected);
  });

  it('may be shared by several processes, of which one registers the commands, and each can tell any channel', async () => {
    const { standIn, storyteller, log, join, alice, eve } = await discord();
    const second = await join({ ids: [1], of: 2 });
    expect(standIn.commands.size).toBe(0);
    await eve.says('/story had a general');
    await eventually(() => expect(eve.sees()).toEqual([expect.stringMatching(/^had a general/)]));
    await join({ ids: [0], of: 2 });
    expect(standIn.commands.get('global')).toHaveLength(7);
    await alice.says('/story had a general');
    await eventually(() => expect(alice.sees()).toHaveLength(1));
    await second.announce({ surface: 'discord', channel: ALICE.channel }, said('I have been reading.'));
    expect(alice.sees()).toEqual([expect.anything(), 'I have been reading.']);
    expect(storyteller.calls).toHaveLength(2);
    expect(log.lines).toEqual([]);
  });

  it('are one bot: while one is away the others answer, a training is shown, and what was asked meanwhile is heard', async () => {
    const { standIn, storyteller, log, join, alice, eve } = await discord(2);
    await join('auto');
    await eve.says('/train', FILE);
    await eventually(() => expect(storyteller.training).toBeDefined());
    standIn.gateway.cut(1);
    await eventually(() => expect(standIn.gateway.shards).toBe(1));
    await eve.says('/story had a general');
    await alice.says('/story had a general');
    await eventually(() => expect(alice.sees()).toHaveLength(1));
    storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
    await eventually(() => expect(eve.sees()).toEqual([expect.stringMatching(/^Read fables\.txt/)]));
    // Reconnecting takes discord.js half a second and more.
    await eventually(() => expect(eve.sees()).toEqual([expect.anything(), expect.stringMatching(/^had a general/)]));
    expect(log.lines.length).toBeLessThanOrEqual(1);
  });

  it('are too few: says which setting to change, once', async () => {
    const { standIn, log, join } = await discord(2);
    await join({ ids: [0, 1], of: 2 });
    standIn.gateway.leastShards = 4;
    standIn.gateway.closeAll(4011);
    await eventually(() => expect(log.lines.length).toBeGreaterThan(0));
    await eventually(() => expect(standIn.gateway.shards).toBe(0));
    expect(log.lines.map(({ message }) => message)).toEqual([
      'Discord wants this bot on more shards: set DISCORD_SHARDS=auto, or a greater number, and start again',
    ]);
  });

  it('are too few from the start: refused in one sentence', async () => {
    const { standIn, log, join } = await discord(2);
    standIn.gateway.leastShards = 2;
    await expect(join({ ids: [0], of: 1 })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/DISCORD_SHARDS=auto/),
    });
    expect(log.lines).toEqual([]);
  });
});
