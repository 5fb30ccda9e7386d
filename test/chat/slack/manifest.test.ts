import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/chat/commands.ts';
import { BOT_SCOPES, slackManifest } from '../../../src/chat/slack/manifest.ts';
import { PACKAGE_FOLDER } from '../../../src/config.ts';
import { run } from '../../cli/fakes.ts';

interface Manifest {
  features: {
    slash_commands: { command: string; description: string; usage_hint?: string; url?: string }[];
    shortcuts: object[];
  };
  oauth_config: { redirect_urls?: string[]; scopes: { bot: string[] } };
  settings: {
    socket_mode_enabled: boolean;
    event_subscriptions: { request_url?: string; bot_events: string[] };
    interactivity: { is_enabled: boolean; request_url?: string };
  };
}

const of = (options: Parameters<typeof slackManifest>[0]) => slackManifest(options) as Manifest;

describe('the manifest of the Slack app', () => {
  it('in the repository is what the program writes: npm run -s fabulist -- slack-manifest > slack-manifest.json', async () => {
    const kept = readFileSync(join(PACKAGE_FOLDER, 'slack-manifest.json'), 'utf8');
    const { code, out } = await run(['slack-manifest']);
    expect(code).toBe(0);
    expect(out.text).toBe(kept);
    expect(JSON.parse(kept)).toEqual(slackManifest({ prefix: '' }));
  });

  it('has every command of the catalogue, within what Slack takes', () => {
    const { slash_commands } = of({ prefix: 'fab-' }).features;
    expect(slash_commands.map(({ command }) => command)).toEqual(COMMANDS.map(({ name }) => `/fab-${name}`));
    for (const { command, description, usage_hint = '' } of slash_commands) {
      expect(command.length).toBeLessThanOrEqual(32);
      expect(description.length).toBeLessThanOrEqual(2_000);
      expect(usage_hint.length).toBeLessThanOrEqual(1_000);
    }
    expect(slash_commands[0]?.usage_hint).toMatch(/^\[opening\] corpus: words:/);
  });

  it('asks for no more than is needed: what people say to each other is not ours to read', () => {
    const { oauth_config, settings } = of({ prefix: '' });
    expect(oauth_config.scopes.bot).toEqual([...BOT_SCOPES]);
    expect(oauth_config.scopes.bot.filter((scope) => /^(channels|groups|mpim):/.test(scope))).toEqual([]);
    expect(settings.event_subscriptions.bot_events.filter((event) => event.startsWith('message.'))).toEqual([
      'message.im',
    ]);
    expect(settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
  });

  it('names where Slack reaches the bot, and where it is installed, in HTTP mode', async () => {
    const { oauth_config, settings, features } = of({ prefix: '', url: 'https://bot.example/', many: true });
    const events = 'https://bot.example/slack/events';
    expect(settings).toMatchObject({
      socket_mode_enabled: false,
      event_subscriptions: { request_url: events },
      interactivity: { request_url: events },
    });
    expect(features.slash_commands.every(({ url }) => url === events)).toBe(true);
    expect(oauth_config.redirect_urls).toEqual(['https://bot.example/slack/oauth_redirect']);
    const printed = await run(['--json', 'slack-manifest', '--url', 'https://bot.example'], undefined, {
      env: { SLACK_COMMAND_PREFIX: 'fab-' },
    });
    expect(JSON.parse(printed.out.text)).toEqual(slackManifest({ prefix: 'fab-', url: 'https://bot.example' }));
  });

  it.each([
    [['--url', 'http://bot.example'], /^--url must be an address that begins with https:\/\//],
    [['--many'], /^--many needs --url/],
  ])('is not made from %j', async (args, sentence) => {
    const { code, err } = await run(['slack-manifest', ...args]);
    expect([code, err.text]).toEqual([2, expect.stringMatching(sentence)]);
  });
});
