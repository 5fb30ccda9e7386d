import { vi } from 'vitest';
import { ChatHandler } from '../../../src/chat/chat-handler.ts';
import { Installations } from '../../../src/chat/slack/installations.ts';
import { SlackAdapter } from '../../../src/chat/slack/slack-adapter.ts';
import type { SlackOptions } from '../../../src/chat/slack/slack-options.ts';
import { MemoryDocuments } from '../../../src/library/memory-documents.ts';
import type { Asker, Storyteller } from '../../../src/story/storyteller.ts';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller } from '../fake-storyteller.ts';
import { SlackPerson } from './people.ts';
import { APP_TOKEN, SIGNING_SECRET, StandIn, type Team } from './stand-in.ts';

export const TOKEN = 'xoxb-1-standin';
const SECRET = 'a-secret-of-the-operator';
export const OURS: Team = { team: 'T1', us: 'U0BOT', bot: 'B0' };
export const OTHERS: Team = { team: 'T2', us: 'U0TWO', bot: 'B2' };

export const ALICE: Asker = { server: 'slack:T1', channel: 'T1/C1', user: 'U1ALICE' };
export const EVE: Asker = { server: 'slack:T2', channel: 'T2/C2', user: 'U2EVE' };

export type Mode = 'HTTP' | 'Socket';

export const eventually = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 });

/** Waits until everything that was sent so far has been received, and what it led to has been done. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
}

export function adapterOn(
  standIn: StandIn,
  storyteller: Storyteller,
  log: FakeLog,
  options: Partial<SlackOptions> & { readonly mode?: Mode } = {},
): SlackAdapter {
  const { mode = 'HTTP', ...more } = options;
  return new SlackAdapter({
    handler: new ChatHandler({ storyteller, log }),
    storyteller,
    library: new MemoryDocuments(),
    log,
    botToken: TOKEN,
    appToken: mode === 'Socket' ? APP_TOKEN : undefined,
    signingSecret: SIGNING_SECRET,
    oauth: undefined,
    host: '127.0.0.1',
    port: 0,
    apiUrl: standIn.apiUrl,
    fileOrigins: [standIn.origin],
    prefix: '',
    maxUpload: 1024 * 1024,
    editInterval: 10,
    stopPatience: 50,
    ...more,
  });
}

/** Starts an adapter, and tells the stand-in where it takes events. */
export async function startOn(standIn: StandIn, adapter: SlackAdapter, mode: Mode = 'HTTP'): Promise<void> {
  await adapter.start();
  standIn.eventsUrl = mode === 'HTTP' ? `${adapter.address}/slack/events` : undefined;
}

/** Two workspaces that have installed the bot, as its library keeps them. */
export async function installedIn(standIn: StandIn): Promise<Pick<SlackOptions, 'library' | 'botToken' | 'oauth'>> {
  const library = new MemoryDocuments();
  const installations = new Installations(library, SECRET, () => undefined);
  for (const [token, { team, us, bot }] of [
    [TOKEN, OURS],
    ['xoxb-2-standin', OTHERS],
  ] as const) {
    standIn.teams.set(token, { team, us, bot });
    await installations.storeInstallation({
      team: { id: team },
      enterprise: undefined,
      user: { id: 'U9', token: undefined, scopes: undefined },
      bot: { id: bot, userId: us, token, scopes: [] },
      isEnterpriseInstall: false,
    });
  }
  const oauth = { clientId: '1.2', clientSecret: 'client-secret', stateSecret: 'state-secret-state', secret: SECRET };
  return { library, botToken: undefined, oauth };
}

/** Slack with our bot in one workspace, and Alice. */
export async function openSlack(options: Partial<SlackOptions> & { readonly mode?: Mode } = {}) {
  const standIn = await StandIn.open();
  standIn.teams.set(TOKEN, OURS);
  const storyteller = new FakeStoryteller();
  const log = new FakeLog();
  const adapter = adapterOn(standIn, storyteller, log, options);
  await startOn(standIn, adapter, options.mode);
  return {
    standIn,
    storyteller,
    log,
    adapter,
    alice: new SlackPerson(standIn, ALICE),
    said: () => log.lines.map(({ message }) => message),
    async close() {
      await adapter.stop();
      await standIn.close();
    },
  };
}

export type OpenSlack = Awaited<ReturnType<typeof openSlack>>;
