import { setTimeout as sleep } from 'node:timers/promises';
import { type AllMiddlewareArgs, App, type AuthorizeResult, type AuthorizeSourceData } from '@slack/bolt';
import { FabulistError } from '../../errors.ts';
import type { ReportTo } from '../../training/trainer.ts';
import type { ChatAdapter, ReplySink } from '../adapter.ts';
import { Answers, STOP_PATIENCE } from '../answers.ts';
import { type Locale, localeOf } from '../locale.ts';
import type { Message } from '../message.ts';
import { textsFor } from '../texts/texts.ts';
import { Turns } from '../turns.ts';
import { Answering } from './answering.ts';
import { isRefused, isTokenRefused, NOT_AUTHORIZED, tokenRefused } from './api-errors.ts';
import { Complaints } from './complaints.ts';
import { HttpDoor } from './http-door.ts';
import { deliveryOf, type Incoming, readIncoming, type Submission } from './incoming.ts';
import { installPages } from './install-pages.ts';
import { Installations } from './installations.ts';
import { People } from './people.ts';
import { ChannelPlace } from './places.ts';
import { prefixed } from './prefixed.ts';
import { quietLogger } from './quiet-logger.ts';
import { readPlace } from './report-place.ts';
import { respondTo } from './respond.ts';
import { Seen } from './seen.ts';
import { EDIT_INTERVAL, type SlackOptions } from './slack-options.ts';
import { SocketDoor } from './socket-door.ts';
import { Trail } from './trail.ts';
import { readModal } from './train-modal.ts';
import { type Workspace, Workspaces } from './workspaces.ts';

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

/** What Bolt hands on: a body that Slack has signed, or sent by a connection that we opened. */
interface Received {
  readonly body: unknown;
  readonly context: AllMiddlewareArgs['context'];
  /** Absent for events, which Bolt acknowledges by itself. */
  readonly ack?: (answer?: object) => Promise<void>;
}

/** Slack. Thin: what people do becomes an invocation, and what the handler says becomes messages. */
export class SlackAdapter implements ChatAdapter {
  readonly name = 'slack';
  readonly #options: SlackOptions;
  /** Aborted when nobody new is listened to. */
  readonly #leaving = new AbortController();
  /** Aborted when nobody is answered any more. */
  readonly #silent = new AbortController();
  readonly #answers = new Answers();
  readonly #installations: Installations | undefined;
  readonly #workspaces: Workspaces;
  readonly #answering: Answering;
  readonly #people: People;
  readonly #seen = new Seen();
  readonly #turns = new Turns();
  readonly #complaints: Complaints;
  /** Resolves to whether we are on Slack, once we are or never will be. */
  readonly #opened: Promise<boolean>;
  #open: (open: boolean) => void = () => undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #http: HttpDoor | undefined;
  #socket: SocketDoor | undefined;

  constructor(options: SlackOptions) {
    this.#options = options;
    this.#complaints = new Complaints(options.log);
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    const { oauth, library, apiUrl, botToken: token } = options;
    const unreadable = (team: string) =>
      this.#complaints.once(
        `installation ${team}`,
        { team },
        'FABULIST_SECRET does not open an installation on Slack: is it another one?',
      );
    this.#installations = oauth && new Installations(library, oauth.secret, unreadable);
    this.#workspaces = new Workspaces({ apiUrl, token, installations: this.#installations });
    this.#people = new People((error) =>
      this.#complaints.once('users', { err: error }, 'Slack does not say who somebody is'),
    );
    this.#answering = new Answering({
      ...options,
      people: this.#people,
      answers: this.#answers,
      signal: this.#silent.signal,
      respondAt: (url) => respondTo(url, apiUrl),
      onRefused: (workspace, channel, error) => this.#complaints.refused(workspace, channel, error),
    });
  }

  /** Where Slack reaches us in HTTP mode, and where workspaces install us; once started. */
  get address(): string | undefined {
    return this.#http?.address;
  }

  /** Throws `usage` where Slack does not know a token; waits for as long as Slack cannot be reached. */
  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Waits a moment for answers under way; who waits longer is told in one sentence that nothing will come. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#leaving.abort();
    this.#open(false);
    // What comes from now on finds no open door: Slack hands it to another process, or tells its sender.
    await Promise.all([this.#http?.close(), this.#socket?.close()]);
    await this.#answers.end(this.#options.stopPatience ?? STOP_PATIENCE, () => this.#turns.end());
    this.#silent.abort();
  }

  async announce(reportTo: ReportTo, message: Message): Promise<void> {
    const open = await this.#opened;
    const refused = (cause?: unknown) =>
      new FabulistError('not-allowed', 'That channel of Slack does not take our messages, or is gone.', { cause });
    const place = readPlace(reportTo);
    if (!open || this.#leaving.signal.aborted || !place) throw refused();
    const workspace = await this.#workspaces.of(place);
    try {
      const trail = new Trail(new ChannelPlace(workspace.client, place.channel, place.thread));
      await trail.show(prefixed(message, this.#options.prefix), textsFor(this.localeOf(reportTo)));
    } catch (error) {
      throw isRefused(error) || isTokenRefused(error) ? refused(error) : error;
    }
  }

  async takeUp(reportTo: ReportTo): Promise<ReplySink | undefined> {
    const open = await this.#opened;
    const place = readPlace(reportTo);
    const { message } = reportTo;
    if (!open || !place || message === undefined) return undefined;
    const workspace = await this.#workspaces.of(place);
    const trail = new Trail(new ChannelPlace(workspace.client, place.channel, place.thread), [message]);
    const { prefix, editInterval: minimumInterval = EDIT_INTERVAL } = this.#options;
    const show = async (shown: Message) => {
      if (this.#silent.signal.aborted) return;
      await trail.show(prefixed(shown, prefix), textsFor(this.localeOf(reportTo))).catch((error: unknown) => {
        if (!isRefused(error) && !isTokenRefused(error)) throw error;
        this.#complaints.refused(workspace, place.channel, error);
      });
    };
    return { minimumInterval, send: show, edit: show };
  }

  /** That of whoever asked for the training: Slack knows no language of a channel. */
  localeOf({ locale }: ReportTo): Locale {
    return localeOf(locale);
  }

  async #start(): Promise<void> {
    const { appToken, signingSecret, oauth, apiUrl, host, port, patience = 10_000, log } = this.#options;
    const { signal } = this.#leaving;
    await this.#identify();
    if (signal.aborted) return;
    const pages = oauth && this.#installations && installPages(oauth, apiUrl, this.#installations, log);
    if (appToken !== undefined) this.#socket = new SocketDoor({ appToken, apiUrl, log, signal, patience });
    if (appToken === undefined || pages) {
      const secret = appToken === undefined ? signingSecret : undefined;
      this.#http = new HttpDoor({ host, port, signingSecret: secret, pages, log });
    }
    const receiver = this.#socket?.receiver ?? this.#http?.receiver;
    if (!receiver) throw new FabulistError('usage', 'Slack needs SLACK_APP_TOKEN or SLACK_SIGNING_SECRET.');
    const app = new App({
      receiver,
      authorize: (source) => this.#authorize(source),
      logger: quietLogger,
      ignoreSelf: false,
      convoStore: false,
    });
    app.use(async (received) => this.#receive(received as unknown as Received));
    app.error(async (error) => {
      // Bolt refuses what we do not let in; all else is a defect.
      if (error.code === NOT_AUTHORIZED) throw error;
      if (!signal.aborted) log.error({ err: error }, 'A request of Slack failed');
    });
    await this.#http?.open();
    await this.#socket?.open();
    this.#open(!signal.aborted);
  }

  /** Tries until Slack can be reached, or it is told to stop. */
  async #identify(): Promise<void> {
    const { signal } = this.#leaving;
    let wait = FIRST_WAIT;
    while (!signal.aborted) {
      try {
        await this.#workspaces.identify();
        return;
      } catch (error) {
        if (isTokenRefused(error)) throw tokenRefused(error);
        this.#complaints.once('start', { err: error }, 'Slack cannot be reached; trying again until it can');
        await sleep(wait, undefined, { signal }).catch(() => undefined);
        wait = Math.min(LONGEST_WAIT, wait * 2);
      }
    }
  }

  /** What Bolt asks before it hands anything on. Throws for a workspace that has not installed us. */
  async #authorize({ teamId, enterpriseId }: AuthorizeSourceData<boolean>): Promise<AuthorizeResult> {
    const { team, token, us, bot } = await this.#workspaces.of({ team: teamId ?? '', enterprise: enterpriseId });
    return { teamId: team, botToken: token, botUserId: us, ...(bot !== undefined && { botId: bot }) };
  }

  async #receive({ body, context, ack }: Received): Promise<void> {
    const incoming = this.#leaving.signal.aborted ? undefined : readIncoming(body);
    if (incoming?.kind === 'submission') return this.#onSubmission(incoming.data, body, context, ack);
    // Before anything else: Slack waits 3 seconds.
    await ack?.();
    if (!incoming || !this.#isFirst(body)) return;
    const enterprise = context.enterpriseId;
    if (incoming.kind === 'gone') return this.#onGone(incoming.data, context);
    const workspace = await this.#workspaces.of({ team: context.teamId ?? '', enterprise });
    // What opens a form lives for 3 seconds; everything else waits until others have been acknowledged.
    const opensForm = incoming.kind === 'command' && incoming.data.command.endsWith('train');
    this.#lead((reached) => this.#answer(workspace, incoming, reached), !opensForm);
  }

  #answer(
    workspace: Workspace,
    incoming: Exclude<Incoming, { kind: 'submission' | 'gone' }>,
    reached: () => void,
  ): Promise<void> {
    switch (incoming.kind) {
      case 'command':
        return this.#answering.command(workspace, incoming.data, reached);
      case 'action':
        return this.#answering.action(workspace, incoming.data, reached);
      case 'shortcut':
        return this.#answering.shortcut(workspace, incoming.data, reached);
      case 'message':
        return this.#answering.message(workspace, incoming.data, reached);
      case 'home':
        return incoming.data.tab === 'messages'
          ? Promise.resolve()
          : this.#answering.home(workspace, incoming.data.user);
    }
  }

  /** A form is told in its acknowledgement what is missing; one that was filled in is taken once. */
  async #onSubmission(
    data: Submission,
    body: unknown,
    context: Received['context'],
    ack: Received['ack'],
  ): Promise<void> {
    const filled = readModal(data);
    const workspace = await this.#workspaces.of({ team: context.teamId ?? '', enterprise: context.enterpriseId });
    if (!filled || !this.#isFirst(body)) return ack?.();
    if (filled.files.length === 0 && !filled.options.corpus) {
      const { slack } = textsFor(this.#people.known(workspace, data.user.id).locale);
      return ack?.({ response_action: 'errors', errors: { file: slack.modal.nothing } });
    }
    await ack?.();
    if (this.#seen.first(`view ${data.view.id}`)) {
      this.#lead((reached) => this.#answering.submission(workspace, data.user.id, filled, reached));
    }
  }

  async #onGone(
    { type, tokens }: Extract<Incoming, { kind: 'gone' }>['data'],
    context: Received['context'],
  ): Promise<void> {
    if (type === 'tokens_revoked' && (tokens?.bot ?? []).length === 0) return;
    const { teamId, enterpriseId, isEnterpriseInstall } = context;
    await this.#installations?.deleteInstallation({ teamId, enterpriseId, isEnterpriseInstall });
    if (!this.#installations)
      this.#complaints.once('gone', {}, 'The workspace of Slack has removed Fabulist, or its token');
  }

  #lead(work: (reached: () => void) => Promise<void>, inTurn = true): void {
    const answered = (reached: () => void) => (this.#silent.signal.aborted ? Promise.resolve() : work(reached));
    this.#guard(
      this.#answers.lead((reached) => (inTurn ? this.#turns.take(() => answered(reached)) : answered(reached))),
    );
  }

  #isFirst(body: unknown): boolean {
    const delivery = deliveryOf(body);
    return delivery === undefined || this.#seen.first(delivery);
  }

  /** Whatever goes wrong with one request must not end the process, nor any other request. */
  #guard(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#silent.signal.aborted) this.#options.log.error({ err: error }, 'A request of Slack failed');
    });
  }
}
