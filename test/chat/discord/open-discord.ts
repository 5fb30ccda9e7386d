import { vi } from 'vitest';
import { ChatHandler, type ChatHandlerOptions } from '../../../src/chat/chat-handler.ts';
import { DiscordAdapter } from '../../../src/chat/discord/discord-adapter.ts';
import type { DiscordOptions } from '../../../src/chat/discord/discord-options.ts';
import type { Asker, Storyteller } from '../../../src/story/storyteller.ts';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller } from '../fake-storyteller.ts';
import { DiscordPerson } from './people.ts';
import { StandIn, TOKEN } from './stand-in.ts';

export const ALICE: Asker = {
  server: 'discord:200000000000000001',
  channel: '300000000000000001',
  user: '400000000000000001',
};
/** On another server, and on another shard where there are two. */
export const EVE: Asker = {
  server: 'discord:200000000004194305',
  channel: '300000000000000002',
  user: '400000000000000002',
};

export const eventually = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 });

/** Waits until everything that was sent so far has been received, and what it led to has been done. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
}

export type Changes = Partial<DiscordOptions> & Pick<ChatHandlerOptions, 'curve'>;

export function adapterOn(
  standIn: StandIn,
  storyteller: Storyteller,
  log: FakeLog,
  { curve, ...options }: Changes = {},
): DiscordAdapter {
  return new DiscordAdapter({
    handler: new ChatHandler({ storyteller, log, ...(curve && { curve }) }),
    log,
    token: TOKEN,
    apiUrl: `${standIn.origin}/api`,
    cdnOrigins: [standIn.origin],
    guildIds: [],
    shards: 'auto',
    maxUpload: 1024 * 1024,
    editInterval: 10,
    stopPatience: 50,
    ...options,
  });
}

/** Discord with our bot on it, and Alice. shards: how many Discord asks for. */
export async function openDiscord(options: Changes = {}, shards = 1) {
  const standIn = await StandIn.open();
  standIn.shards = shards;
  const storyteller = new FakeStoryteller();
  const log = new FakeLog();
  const adapter = adapterOn(standIn, storyteller, log, options);
  await adapter.start();
  return {
    standIn,
    storyteller,
    log,
    adapter,
    alice: new DiscordPerson(standIn, ALICE),
    said: () => log.lines.map(({ message }) => message),
    async close() {
      await adapter.stop();
      await standIn.close();
    },
  };
}

export type OpenDiscord = Awaited<ReturnType<typeof openDiscord>>;
