import type { ChatHandler } from '../chat-handler.ts';
import type { HomeStoryteller } from './home.ts';
import type { InstallationDocuments } from './installations.ts';

/** Milliseconds: Slack takes about 50 edits a minute. */
export const EDIT_INTERVAL = 1_300;

export interface SlackOptions {
  readonly handler: ChatHandler;
  /** For the home tab. */
  readonly storyteller: HomeStoryteller;
  /** Keeps the installations of many workspaces. */
  readonly library: InstallationDocuments;
  readonly log: SlackLog;
  /** Of one workspace. */
  readonly botToken: string | undefined;
  /** Socket Mode. */
  readonly appToken: string | undefined;
  /** HTTP mode, where there is no app token. */
  readonly signingSecret: string | undefined;
  /** Many workspaces, which install us by themselves. */
  readonly oauth: OAuthOptions | undefined;
  readonly host: string;
  readonly port: number;
  readonly apiUrl: string;
  readonly fileOrigins: readonly string[];
  /** Before the names of slash commands. */
  readonly prefix: string;
  /** Bytes of a file at most. */
  readonly maxUpload: number;
  /** Milliseconds between two edits of a message; default `EDIT_INTERVAL`. */
  readonly editInterval?: number;
  /** Milliseconds that a download may take; default 60,000. */
  readonly downloadTimeout?: number;
  /** Milliseconds that answers under way are waited for when the bot is stopped; default 1,500. */
  readonly stopPatience?: number;
  /** Milliseconds that an outage may last before it is logged; default 10,000. */
  readonly patience?: number;
}

export interface SlackLog {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface OAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly stateSecret: string;
  /** Encrypts what is kept of the workspaces. */
  readonly secret: string;
}
