import { COMMANDS, type Command, describeCommand } from '../commands.ts';
import { EVENTS_PATH, REDIRECT_PATH } from './paths.ts';

/** What we may do in a workspace, and why: nothing reads what people say to each other. */
export const BOT_SCOPES = [
  // Mentions of us.
  'app_mentions:read',
  // Replies, also in public channels that nobody has invited us into.
  'chat:write',
  'chat:write.public',
  'commands',
  // Files that are handed over, and learning curves.
  'files:read',
  'files:write',
  // Direct messages with us.
  'im:history',
  'im:write',
  // Who is an admin, and reads which language.
  'users:read',
] as const;

export const TRAIN_SHORTCUT = 'train_on_file';

export interface ManifestOptions {
  /** Before the names of slash commands. */
  readonly prefix: string;
  /** Where Slack reaches the bot, for HTTP mode; undefined for Socket Mode. */
  readonly url?: string | undefined;
  /** Whether other workspaces may install it; needs `url`. */
  readonly many?: boolean | undefined;
}

/** How Slack is told of the app: made from the catalogue of commands, so that the two cannot differ. */
export function slackManifest({ prefix, url, many = false }: ManifestOptions): object {
  const base = url?.replace(/\/+$/, '');
  const request = base === undefined ? {} : { request_url: base + EVENTS_PATH };
  return {
    display_information: {
      name: 'Fabulist',
      description: 'Continues stories, and learns to write from the ones you hand it',
      background_color: '#3b2f63',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: 'Fabulist', always_online: true },
      slash_commands: COMMANDS.map((command) => ({
        command: `/${prefix}${command.name}`,
        ...(base !== undefined && { url: base + EVENTS_PATH }),
        description: describeCommand(command, 'en'),
        ...(usageOf(command) && { usage_hint: usageOf(command) }),
        should_escape: false,
      })),
      shortcuts: [
        {
          name: 'Train on this file',
          type: 'message',
          callback_id: TRAIN_SHORTCUT,
          description: 'Learn from the stories (.txt, .md, .html, .epub) of this message',
        },
      ],
    },
    oauth_config: {
      ...(many && base !== undefined && { redirect_urls: [base + REDIRECT_PATH] }),
      scopes: { bot: [...BOT_SCOPES] },
    },
    settings: {
      event_subscriptions: {
        ...request,
        bot_events: ['app_home_opened', 'app_mention', 'app_uninstalled', 'message.im', 'tokens_revoked'],
      },
      interactivity: { is_enabled: true, ...request },
      org_deploy_enabled: false,
      socket_mode_enabled: base === undefined,
      token_rotation_enabled: false,
    },
  };
}

/** `[opening] corpus: words:`, what stands behind the command while somebody types. */
function usageOf({ options }: Command): string {
  const rest = options.find((option) => option.rest && option.type !== 'file');
  const others = options.filter((option) => option !== rest && option.type !== 'file');
  return [...(rest ? [`[${rest.name}]`] : []), ...others.map(({ name }) => `${name}:`)].join(' ');
}
