import { isTokenRefused } from './api-errors.ts';
import type { SlackLog } from './slack-options.ts';
import type { Workspace } from './workspaces.ts';

/** What refuses us, logged once each; we try again each time, since permissions change. */
export class Complaints {
  readonly #log: SlackLog;
  readonly #logged = new Set<string>();

  constructor(log: SlackLog) {
    this.#log = log;
  }

  once(what: string, details: object, message: string): void {
    if (this.#logged.has(what)) return;
    this.#logged.add(what);
    this.#log.warn(details, message);
  }

  /** A channel does not take our messages, or Slack our token. */
  refused({ team }: Workspace, channel: string, error: unknown): void {
    if (isTokenRefused(error)) {
      this.once(
        `token ${team}`,
        { err: error, team },
        'Slack no longer accepts the token of a workspace: set the new one',
      );
    } else {
      const details = { err: error, team, channel };
      this.once(
        `${team}/${channel}`,
        details,
        'A channel does not take our messages; invite the bot, or check its scopes',
      );
    }
  }
}
