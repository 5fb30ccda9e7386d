import { expect } from 'vitest';
import { type AdapterHarness, describeAdapter } from '../adapter-contract.ts';
import { ALICE, adapterOn, EVE } from './open-discord.ts';
import { DiscordPerson } from './people.ts';
import { actingIn } from './shown-text.ts';
import { APPLICATION, StandIn } from './stand-in.ts';

/** On as many shards as Discord asks for; Alice and Eve are on different ones where there are two. */
const harness = (shards: number): AdapterHarness => ({
  edits: true,
  echoes: true,
  announces: true,
  people: [ALICE, EVE],
  async open(storyteller, log) {
    const standIn = await StandIn.open();
    standIn.shards = shards;
    const adapter = adapterOn(standIn, storyteller, log);
    await adapter.start();
    expect(standIn.gateway.shards).toBe(shards);
    return {
      join: async (who) => new DiscordPerson(standIn, who),
      announce: (reportTo, message) => adapter.announce(reportTo, message),
      live: () => standIn.messages.flatMap(({ content }) => actingIn(content)),
      async echo() {
        const bot = { id: APPLICATION, username: 'Fabulist', discriminator: '0', bot: true };
        const person = new DiscordPerson(standIn, ALICE);
        for (const { content } of [...standIn.messages]) {
          person.writes(`<@${APPLICATION}> ${content}`, { author: bot });
        }
      },
      async stop() {
        await adapter.stop();
        await standIn.close();
        expect(standIn.objections).toEqual([]);
      },
    };
  },
});

describeAdapter('Discord', harness(1));
describeAdapter('Discord, on two shards,', harness(2));
