import { FabulistError } from '../errors.ts';

export interface SlackConfig {
  /** Of one workspace. */
  readonly botToken: string | undefined;
  /** For Socket Mode. */
  readonly appToken: string | undefined;
  /** For HTTP mode, which an app token takes precedence over. */
  readonly signingSecret: string | undefined;
  /** For many workspaces. */
  readonly oauth:
    | {
        readonly clientId: string;
        readonly clientSecret: string;
        /** Undefined: made from `secret`. */
        readonly stateSecret: string | undefined;
        /** Encrypts what is kept of the workspaces. */
        readonly secret: string;
      }
    | undefined;
  readonly host: string;
  readonly port: number;
  /** Base of the Web API. */
  readonly apiUrl: string;
  /** Origins that files are taken from, with the bot's token. */
  readonly fileOrigins: readonly string[];
}

/** What the environment says of Slack, each key for itself checked. */
interface SlackKeys {
  readonly SLACK_BOT_TOKEN?: string | undefined;
  readonly SLACK_APP_TOKEN?: string | undefined;
  readonly SLACK_SIGNING_SECRET?: string | undefined;
  readonly SLACK_CLIENT_ID?: string | undefined;
  readonly SLACK_CLIENT_SECRET?: string | undefined;
  readonly SLACK_STATE_SECRET?: string | undefined;
  readonly FABULIST_SECRET?: string | undefined;
  readonly SLACK_HOST: string;
  readonly SLACK_PORT: number;
  readonly SLACK_API_URL: string;
  readonly SLACK_FILE_ORIGINS: readonly string[];
}

/** Throws `usage` where something is missing beside what is set. */
export function slackConfigOf(keys: SlackKeys): SlackConfig | undefined {
  const { SLACK_BOT_TOKEN: botToken, SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret } = keys;
  const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret, FABULIST_SECRET: secret } = keys;
  if (botToken === undefined && clientId === undefined) return undefined;
  const wrong = (sentence: string) => new FabulistError('usage', sentence);
  if (botToken !== undefined && clientId !== undefined) {
    throw wrong('Set SLACK_BOT_TOKEN, for one workspace, or SLACK_CLIENT_ID, for many, but not both.');
  }
  if (appToken === undefined && signingSecret === undefined) {
    throw wrong('Slack needs SLACK_APP_TOKEN, for Socket Mode, or SLACK_SIGNING_SECRET, for HTTP: set one of them.');
  }
  if (clientId !== undefined && clientSecret === undefined) {
    throw wrong('SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET beside it: both are on the page of the app.');
  }
  if (clientId !== undefined && secret === undefined) {
    throw wrong(
      'SLACK_CLIENT_ID needs FABULIST_SECRET, which encrypts the tokens of workspaces: set 16 characters or more.',
    );
  }
  const stateSecret = keys.SLACK_STATE_SECRET;
  return Object.freeze({
    botToken,
    appToken,
    signingSecret,
    oauth:
      clientId === undefined || clientSecret === undefined || secret === undefined
        ? undefined
        : Object.freeze({ clientId, clientSecret, stateSecret, secret }),
    host: keys.SLACK_HOST,
    port: keys.SLACK_PORT,
    apiUrl: keys.SLACK_API_URL,
    fileOrigins: Object.freeze(keys.SLACK_FILE_ORIGINS),
  });
}
