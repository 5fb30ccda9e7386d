import { webApi } from '@slack/bolt';
import { FabulistError } from '../../errors.ts';
import type { Installations } from './installations.ts';
import { quietLogger } from './quiet-logger.ts';

/** A workspace that we are installed in. */
export interface Workspace {
  readonly team: string;
  /** The organisation that has installed us for all of its workspaces. */
  readonly enterprise: string | undefined;
  readonly token: string;
  /** Our user there, by which people mention us. */
  readonly us: string;
  readonly bot: string | undefined;
  /** For messages: waits as long as Slack says where there were too many. */
  readonly client: webApi.WebClient;
  /** For what cannot wait behind them: modals, whose triggers live for 3 seconds, and who people are. */
  readonly prompt: webApi.WebClient;
}

/** Who Slack says we are. */
export interface Identity {
  readonly team: string;
  readonly enterprise: string | undefined;
  readonly us: string;
  readonly bot: string | undefined;
}

export interface WorkspacesOptions {
  readonly apiUrl: string;
  /** Of one workspace; else they are looked for among the installations. */
  readonly token: string | undefined;
  readonly installations: Installations | undefined;
}

/** Where in an organisation of several workspaces we are installed, if not in one workspace. */
export interface Source {
  readonly team: string;
  readonly enterprise?: string | undefined;
}

/** The workspaces that may use this bot: one, by its token, or those that have installed it. */
export class Workspaces {
  readonly #options: WorkspacesOptions;
  readonly #open = new Map<string, Workspace>();
  #identity: Identity | undefined;

  constructor(options: WorkspacesOptions) {
    this.#options = options;
  }

  /** Asks Slack whose the token is. Throws what Slack answers. */
  async identify(): Promise<void> {
    const { token } = this.#options;
    if (token === undefined) return;
    const { team_id, enterprise_id, user_id, bot_id, is_enterprise_install } = await newClient(
      this.#options.apiUrl,
      token,
      'once',
    ).auth.test();
    const enterprise = is_enterprise_install ? enterprise_id : undefined;
    this.#identity = { team: String(team_id), enterprise, us: String(user_id), bot: bot_id };
  }

  /** Throws `not-allowed` for a workspace that has not installed us. */
  async of({ team, enterprise }: Source): Promise<Workspace> {
    const { token } = this.#options;
    if (token !== undefined) {
      const known = this.#identity;
      const isOurs = known && (known.team === team || (known.enterprise && known.enterprise === enterprise));
      if (!known || !isOurs) throw notInstalled();
      return this.#workspace({ team, enterprise: known.enterprise, token, us: known.us, bot: known.bot });
    }
    const found = await this.#options.installations?.find(team, enterprise);
    if (!found) throw notInstalled();
    return this.#workspace({ team, ...found });
  }

  #workspace(found: Omit<Workspace, 'client' | 'prompt'>): Workspace {
    const { team, token } = found;
    const open = this.#open.get(team);
    if (open?.token === token) return open;
    const { apiUrl } = this.#options;
    const [client, prompt] = [newClient(apiUrl, token, 'patient'), newClient(apiUrl, token, 'prompt')];
    const workspace = { ...found, client, prompt };
    this.#open.set(team, workspace);
    return workspace;
  }
}

function notInstalled(): FabulistError {
  return new FabulistError('not-allowed', 'I am not installed in that workspace of Slack.');
}

function newClient(apiUrl: string, token: string, pace: Pace): webApi.WebClient {
  return new webApi.WebClient(token, clientOptions(apiUrl, pace));
}

/**
 * How often a request is repeated that did not get through, and whether it waits where there were too many. `prompt` ones
 * are repeated once, since a connection that is kept may be closed at the very moment.
 */
export type Pace = 'patient' | 'prompt' | 'once';

const RETRIES: Readonly<Record<Pace, number>> = { patient: 5, prompt: 1, once: 0 };

export function clientOptions(apiUrl: string, pace: Pace): webApi.WebClientOptions {
  const minTimeout = pace === 'prompt' ? 50 : 500;
  return {
    slackApiUrl: `${apiUrl}/`,
    retryConfig: { retries: RETRIES[pace], minTimeout, maxTimeout: 10_000 },
    rejectRateLimitedCalls: pace !== 'patient',
    timeout: 30_000,
    logger: quietLogger,
    allowAbsoluteUrls: false,
  };
}
