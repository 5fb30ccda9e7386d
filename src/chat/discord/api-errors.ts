import { DiscordAPIError, RESTJSONErrorCodes } from 'discord.js';

const GONE: readonly unknown[] = [RESTJSONErrorCodes.UnknownMessage];

const OVER: readonly unknown[] = [
  RESTJSONErrorCodes.InvalidWebhookToken,
  RESTJSONErrorCodes.UnknownWebhook,
  RESTJSONErrorCodes.UnknownInteraction,
];

const REFUSED: readonly unknown[] = [
  RESTJSONErrorCodes.MissingAccess,
  RESTJSONErrorCodes.MissingPermissions,
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.UnknownGuild,
  RESTJSONErrorCodes.CannotSendMessagesToThisUser,
  RESTJSONErrorCodes.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds,
  RESTJSONErrorCodes.CannotSendMessagesInNonTextChannel,
  RESTJSONErrorCodes.InvalidActionOnArchivedThread,
  RESTJSONErrorCodes.ThreadLocked,
];

const codeOf = (error: unknown) => (error instanceof DiscordAPIError ? error.code : undefined);

/** Whether somebody has deleted the message. */
export function isGone(error: unknown): boolean {
  return GONE.includes(codeOf(error));
}

/** Whether the token of an interaction serves no longer: after 15 minutes, or 3 seconds where nothing was answered. */
export function isOver(error: unknown): boolean {
  return OVER.includes(codeOf(error));
}

/** Whether the channel is closed to us: no permission, or no longer there. */
export function isRefused(error: unknown): boolean {
  return REFUSED.includes(codeOf(error));
}

/** Whether the thread has been put away, by hand or for want of new messages; editing one does not bring it back. */
export function isArchived(error: unknown): boolean {
  return codeOf(error) === RESTJSONErrorCodes.InvalidActionOnArchivedThread;
}

/** Whether only answering to a message is not permitted, for want of Read Message History. */
export function isReplyRefused(error: unknown): boolean {
  return codeOf(error) === RESTJSONErrorCodes.CannotReplyWithoutPermissionToReadMessageHistory;
}
