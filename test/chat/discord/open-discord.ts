import { vi } from 'vitest';
import { ChatHandler } from '../../../src/chat/chat-handler.ts';
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
export const EVE: Asker = {
  server: 'discord:200000000000000002',
  channel: '300000000000000002',
  user: '400000000000000002',
};

export const eventually = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 });

/** Waits until everything that was sent so far has been received, and what it led to has been done. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
}

export function adapterOn(
  standIn: StandIn,
  storyteller: Storyteller,
  log: FakeLog,
  options: Partial<DiscordOptions> = {},
): DiscordAdapter {
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

/** Discord with our bot on it, and Alice. */
export async function openDiscord(options: Partial<DiscordOptions> = {}) {
  const standIn = await StandIn.open();
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
