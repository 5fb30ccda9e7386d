import { expect } from 'vitest';
import { ChatHandler } from '../../../src/chat/chat-handler.ts';
import { DiscordAdapter, type DiscordOptions } from '../../../src/chat/discord/discord-adapter.ts';
import type { Asker, Storyteller } from '../../../src/story/storyteller.ts';
import { type AdapterHarness, describeAdapter, type FakeLog } from '../adapter-contract.ts';
import { DiscordPerson } from './people.ts';
import { actingIn } from './shown-text.ts';
import { APPLICATION, StandIn, TOKEN } from './stand-in.ts';

const ALICE: Asker = {
  server: 'discord:200000000000000001',
  channel: '300000000000000001',
  user: '400000000000000001',
};
const EVE: Asker = { server: 'discord:200000000000000002', channel: '300000000000000002', user: '400000000000000002' };

function adapterOn(standIn: StandIn, storyteller: Storyteller, log: FakeLog, options: Partial<DiscordOptions> = {}) {
  return new DiscordAdapter({
    handler: new ChatHandler({ storyteller, log }),
    log,
    token: TOKEN,
    apiUrl: `${standIn.origin}/api`,
    cdnOrigins: [standIn.origin],
    guildIds: [],
    maxUpload: 1024 * 1024,
    editInterval: 10,
    ...options,
  });
}

const harness: AdapterHarness = {
  edits: true,
  echoes: true,
  people: [ALICE, EVE],
  async open(storyteller, log) {
    const standIn = await StandIn.open();
    const adapter = adapterOn(standIn, storyteller, log);
    await adapter.start();
    return {
      join: async (who) => new DiscordPerson(standIn, who),
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
};

describeAdapter('Discord', harness);
