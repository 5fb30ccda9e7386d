import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { FabulistError } from '../../errors.ts';
import type { ReportTo } from '../../training/trainer.ts';
import type { ChatAdapter, ReplySink } from '../adapter.ts';
import type { Locale } from '../locale.ts';
import type { Message } from '../message.ts';
import { chatRoutes } from './chat-routes.ts';
import { Conversation } from './conversation.ts';
import { curveRoutes } from './curve-routes.ts';
import type { Entry } from './entry.ts';
import { EventStreams } from './event-stream.ts';
import { isLoopback } from './hosts.ts';
import { libraryRoutes } from './library-routes.ts';
import { listen } from './listen.ts';
import { pageApp } from './page-app.ts';
import { PageChat } from './page-chat.ts';
import { PageContents } from './page-contents.ts';
import { PageDoor } from './page-door.ts';
import { Password } from './password.ts';
import { installationSalt, Remembered } from './remembered.ts';
import { storyRoutes } from './story-routes.ts';
import type { WebOptions } from './web-options.ts';

/** The page in the browser: one conversation, kept for a day, that every open tab shows. */
export class WebAdapter implements ChatAdapter {
  readonly name = 'web';
  readonly #options: WebOptions;
  readonly #conversation: Conversation;
  readonly #chat: PageChat;
  readonly #streams: EventStreams;
  readonly #remembered: Remembered;
  #server: Server | undefined;
  #started: Promise<void> | undefined;
  #stopped = false;
  #port = 0;
  /** Resolves once people are listened to, or never will be. */
  readonly #opened: Promise<void>;
  #open: () => void = () => undefined;

  /** Throws `usage` where others than this machine could come without a password. */
  constructor(options: WebOptions) {
    if (options.password === undefined && !isLoopback(options.host)) {
      throw new FabulistError(
        'usage',
        `With HOST=${options.host} others can open the page: set FABULIST_WEB_PASSWORD as well, or leave HOST out.`,
      );
    }
    this.#options = options;
    this.#conversation = new Conversation(options.library, options.asker, options.log);
    this.#chat = new PageChat(options, this.#conversation, this.name);
    this.#remembered = new Remembered(options.library, options.asker);
    this.#streams = new EventStreams(this.#conversation, (entry) => this.#shown(entry));
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Where the page is, once it is started. */
  get address(): string {
    const { host } = this.#options;
    const name = isLoopback(host) || host === '0.0.0.0' || host === '::' ? 'localhost' : host;
    return `http://${name.includes(':') ? `[${name}]` : name}:${this.#port}`;
  }

  /** Throws `usage` where it cannot listen. */
  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#chat.stop();
    this.#streams.stop();
    this.#open();
    await this.#started?.catch(() => undefined);
    const server = this.#server;
    if (server?.listening) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    }
    await this.#conversation.close();
  }

  async announce(reportTo: ReportTo, message: Message): Promise<void> {
    await this.#opened;
    this.#mustBeHere(reportTo);
    this.#chat.announce(message);
  }

  async takeUp(reportTo: ReportTo): Promise<ReplySink | undefined> {
    await this.#opened;
    if (this.#stopped || reportTo.channel !== this.#options.asker.channel) return undefined;
    return this.#chat.takeUp(reportTo);
  }

  localeOf(): Locale {
    return this.#remembered.locale;
  }

  async #start(): Promise<void> {
    const { password, host, port, library, names, log } = this.#options;
    await this.#remembered.load();
    await this.#conversation.load();
    if (this.#stopped) return;
    const asked = password === undefined ? undefined : new Password(password, await installationSalt(library));
    const contents = new PageContents();
    const app = pageApp({
      names: [host, ...names],
      open: asked !== undefined,
      contents,
      door: new PageDoor(contents, asked),
      routes: [
        this.#chatRoutes(),
        libraryRoutes({ ...this.#options, chat: this.#chat }),
        storyRoutes({ ...this.#options, chat: this.#chat }),
        curveRoutes(this.#options, this.#conversation),
      ],
      log,
    });
    // The classes of the global scope are left as they are for everybody else in this process.
    const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
    this.#server = server;
    this.#port = await listen(server, host, port);
    this.#open();
  }

  #chatRoutes() {
    return chatRoutes({
      ...this.#options,
      chat: this.#chat,
      streams: this.#streams,
      shown: (entry) => this.#shown(entry),
      onLocale: (locale) => this.#remembered.note(locale),
    });
  }

  /** An entry as the page gets it. */
  #shown(entry: Entry): object {
    const { points, ...shown } = this.#chat.explain(entry, this.#remembered.locale);
    return { ...shown, curve: points.length };
  }

  #mustBeHere({ channel }: ReportTo): void {
    if (!this.#stopped && channel === this.#options.asker.channel) return;
    throw new FabulistError(
      'not-allowed',
      'Nothing can be said on the page now: it is closed, or another one is meant.',
    );
  }
}
