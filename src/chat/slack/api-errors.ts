import { webApi } from '@slack/bolt';
import { FabulistError } from '../../errors.ts';

/** What Bolt says of a request that `Workspaces` does not know. */
export const NOT_AUTHORIZED = 'slack_bolt_authorization_error';

const GONE = ['message_not_found', 'cant_delete_message'];

const FIXED = ['cant_update_message', 'edit_window_closed'];

const TOKEN = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'org_login_required',
];

const REFUSED = [
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_non_threadable_channel',
  'user_not_in_channel',
  'messages_tab_disabled',
  'cannot_dm_bot',
  'no_permission',
  'ekm_access_denied',
  'missing_scope',
  'team_access_not_granted',
  'user_is_restricted',
];

/** The code of what Slack refused, such as `channel_not_found`. */
function codeOf(error: unknown): string | undefined {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined;
}

const isOneOf = (codes: readonly string[]) => (error: unknown) => codes.includes(codeOf(error) ?? '');

/** Whether somebody has deleted the message, or it cannot be deleted. */
export const isGone = isOneOf(GONE);

/** Whether the message can be changed no longer: a workspace may allow that for minutes only. */
export const isFixed = isOneOf(FIXED);

/** Whether the channel is closed to us: we are not in it, it is archived, or there is no such. */
export const isRefused = isOneOf(REFUSED);

/** Whether Slack does not accept the token, or no longer. */
export const isTokenRefused = isOneOf(TOKEN);

export function tokenRefused(cause: unknown): FabulistError {
  return new FabulistError(
    'usage',
    'Slack does not accept SLACK_BOT_TOKEN: copy the bot token (xoxb-...) from the page of the app again.',
    { cause },
  );
}
