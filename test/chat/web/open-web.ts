import { vi } from 'vitest';
import { ChatHandler } from '../../../src/chat/chat-handler.ts';
import { WebAdapter } from '../../../src/chat/web/web-adapter.ts';
import type { WebOptions } from '../../../src/chat/web/web-options.ts';
import { MemoryLibrary } from '../../../src/library/memory-library.ts';
import type { Asker, Storyteller } from '../../../src/story/storyteller.ts';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller } from '../fake-storyteller.ts';

const ALICE: Asker = { server: 'local', channel: 'page', user: 'local' };

/** Waits for something to become so; only the machine's own speed passes meanwhile. */
export const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { interval: 5, timeout: 15_000 });

/** A page on any free port of loopback. */
export function pageOn(storyteller: Storyteller, log: FakeLog, options: Partial<WebOptions> = {}): WebAdapter {
  return new WebAdapter({
    handler: new ChatHandler({ storyteller, log }),
    storyteller,
    library: new MemoryLibrary(),
    asker: ALICE,
    host: '127.0.0.1',
    port: 0,
    password: undefined,
    names: [],
    maxUpload: 1024 * 1024,
    log: Object.assign(log, { info: () => undefined }),
    ...options,
  });
}

/** A page with nobody before it. */
export async function openPage(options: Partial<WebOptions> = {}) {
  const storyteller = new FakeStoryteller();
  const log = new FakeLog();
  const adapter = pageOn(storyteller, log, options);
  await adapter.start();
  return { adapter, storyteller, log, said: () => log.lines.map(({ message }) => message) };
}
