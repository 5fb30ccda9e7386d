import type { DiscordAdapter } from '../chat/discord/discord-adapter.ts';
import type { SlackAdapter } from '../chat/slack/slack-adapter.ts';
import type { TerminalAdapter, TerminalOptions } from '../chat/terminal/terminal-adapter.ts';
import type { WebAdapter } from '../chat/web/web-adapter.ts';
import type { DiscordConfig } from '../config/discord-config.ts';
import type { SlackConfig } from '../config/slack-config.ts';
import type { Config } from '../config.ts';
import type { House } from '../main.ts';
import type { Asker } from '../story/storyteller.ts';
import type { Journal } from '../telemetry/late-log.ts';
import { curvesOf } from './curves.ts';

/** What the terminal surface is given of the machine; how files are read and kept is the command line's business. */
export type TerminalDoors = Omit<TerminalOptions, 'handler'>;

/** Opens the terminal chat on a house. */
export async function openTerminal(
  { storyteller, surfaces }: House,
  log: Journal,
  doors: TerminalDoors,
): Promise<TerminalAdapter> {
  const [{ ChatHandler }, { TerminalAdapter }] = await Promise.all([
    import('../chat/chat-handler.ts'),
    import('../chat/terminal/terminal-adapter.ts'),
  ]);
  const handler = new ChatHandler({ storyteller, log });
  const adapter = new TerminalAdapter({ ...doors, handler });
  surfaces.push({ adapter, handler });
  return adapter;
}

/** Opens Discord on a house; it is joined with `start`. */
export async function openDiscord(
  { library, storyteller, surfaces }: House,
  log: Journal,
  discord: DiscordConfig,
  maxUpload: number,
): Promise<DiscordAdapter> {
  const [{ ChatHandler }, { DiscordAdapter }] = await Promise.all([
    import('../chat/chat-handler.ts'),
    import('../chat/discord/discord-adapter.ts'),
  ]);
  // Most people have Discord dark, and a picture of its own paper is readable in both.
  const handler = new ChatHandler({ storyteller, log, curve: curvesOf(library, 'dark') });
  const adapter = new DiscordAdapter({ ...discord, maxUpload, log, handler });
  surfaces.push({ adapter, handler });
  return adapter;
}

/** Opens the page on a house; it listens from `start` on. */
export async function openWeb(
  { storyteller, library, surfaces }: House,
  log: Journal,
  asker: Asker,
  { web, maxUpload }: Config,
): Promise<WebAdapter> {
  const [{ ChatHandler }, { WebAdapter }, { curvesOfPage }] = await Promise.all([
    import('../chat/chat-handler.ts'),
    import('../chat/web/web-adapter.ts'),
    import('../chat/web/curve-routes.ts'),
  ]);
  const handler = new ChatHandler({ storyteller, log, curve: curvesOfPage(library) });
  const adapter = new WebAdapter({ ...web, handler, storyteller, library, asker, maxUpload, log });
  surfaces.push({ adapter, handler });
  return adapter;
}

/** Opens Slack on a house; it is joined with `start`. prefix: of the slash commands. */
export async function openSlack(
  { library, storyteller, surfaces }: House,
  log: Journal,
  { oauth, ...slack }: SlackConfig,
  { maxUpload, slackCommandPrefix: prefix }: Pick<Config, 'maxUpload' | 'slackCommandPrefix'>,
): Promise<SlackAdapter> {
  const [{ ChatHandler }, { SlackAdapter }, { stateSecretFrom }] = await Promise.all([
    import('../chat/chat-handler.ts'),
    import('../chat/slack/slack-adapter.ts'),
    import('../chat/slack/installations.ts'),
  ]);
  const handler = new ChatHandler({ storyteller, log, curve: curvesOf(library, 'light') });
  const adapter = new SlackAdapter({
    ...slack,
    oauth: oauth && { ...oauth, stateSecret: oauth.stateSecret ?? stateSecretFrom(oauth.secret) },
    prefix,
    maxUpload,
    handler,
    storyteller,
    library,
    log,
  });
  surfaces.push({ adapter, handler });
  return adapter;
}
