import {
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIMessageComponentInteraction,
  ApplicationCommandType,
  type Client,
  GatewayDispatchEvents,
  type GatewayMessageCreateDispatchData,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  REST,
} from 'discord.js';
import { FabulistError } from '../../errors.ts';
import type { ReportTo } from '../../training/trainer.ts';
import type { ChatAdapter, Invocation, ReplySink, Upload } from '../adapter.ts';
import { Answers, type SeenSink, STOP_PATIENCE } from '../answers.ts';
import { commandNamed } from '../commands.ts';
import { type Locale, localeOf } from '../locale.ts';
import type { Message } from '../message.ts';
import { parseOptions } from '../option-text.ts';
import { Presses, type ShownIn } from '../presses.ts';
import { errorReply } from '../replies/story-reply.ts';
import { textsFor } from '../texts/texts.ts';
import { Turns } from '../turns.ts';
import { acknowledge } from './acknowledge.ts';
import { isRefused } from './api-errors.ts';
import { choicesFor } from './autocomplete.ts';
import { connect } from './connection.ts';
import { readCustomId } from './custom-id.ts';
import type { DiscordOptions } from './discord-options.ts';
import { download } from './download.ts';
import { hasStory, localeAt, openingIn, writerOf } from './mention.ts';
import { ChannelPlace } from './places.ts';
import {
  type Asking,
  type Attachment,
  askerOf,
  type GivenCommand,
  isConfidential,
  mayManage,
  readCommand,
} from './read-interaction.ts';
import { register } from './registration.ts';
import { SinkMaker } from './sink-maker.ts';
import { Trail } from './trail.ts';

/** Discord. Thin: what people do becomes an invocation, and what the handler says becomes messages. */
export class DiscordAdapter implements ChatAdapter {
  readonly name = 'discord';
  readonly #options: DiscordOptions;
  /** Aborted when nobody new is listened to. */
  readonly #leaving = new AbortController();
  /** Aborted when nobody is answered any more. */
  readonly #silent = new AbortController();
  /** For what an interaction's token opens: Discord exempts it from the bot's limit of 50 requests a second. */
  readonly #interactions: REST;
  readonly #sinks: SinkMaker;
  readonly #answers = new Answers();
  readonly #turns = new Turns();
  readonly #presses = new Presses();
  /** Resolves once we are on Discord, or never will be. */
  readonly #opened: Promise<Client | undefined>;
  #open: (client: Client | undefined) => void = () => undefined;
  #started: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #client: Client | undefined;

  constructor(options: DiscordOptions) {
    this.#options = options;
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#interactions = new REST({ api: options.apiUrl, globalRequestsPerSecond: Number.POSITIVE_INFINITY });
    this.#sinks = new SinkMaker(options, this.#interactions, this.#silent.signal);
  }

  /** Throws `usage` where Discord does not know the token; waits for as long as Discord cannot be reached. */
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
    this.#open(undefined);
    await this.#answers.end(this.#options.stopPatience ?? STOP_PATIENCE);
    this.#silent.abort();
    this.#interactions.clearHandlerSweeper();
    this.#interactions.clearHashSweeper();
    await this.#client?.destroy();
  }

  async announce(reportTo: ReportTo, message: Message): Promise<void> {
    const client = await this.#opened;
    const { channel } = reportTo;
    const refused = (cause?: unknown) =>
      new FabulistError('not-allowed', 'That channel of Discord does not take our messages, or is gone.', { cause });
    if (!client || this.#leaving.signal.aborted || !/^\d+$/.test(channel)) throw refused();
    try {
      const trail = new Trail(new ChannelPlace(client.rest, channel));
      await trail.show(message, textsFor(this.localeOf(reportTo)));
    } catch (error) {
      throw isRefused(error) ? refused(error) : error;
    }
  }

  async takeUp(reportTo: ReportTo): Promise<ReplySink | undefined> {
    const client = await this.#opened;
    return client && !this.#leaving.signal.aborted ? this.#sinks.forOwnMessage(client, reportTo) : undefined;
  }

  /**
   * The server's: Discord knows no language of a channel. Only a Community server can choose one; of others, and of direct
   * messages, Discord says English, whatever is spoken there: then it is the language that the training was asked for in.
   */
  localeOf({ channel, locale }: ReportTo): Locale {
    const found = this.#client?.channels.cache.get(channel);
    const guild = found && 'guild' in found ? found.guild : undefined;
    return localeOf(guild?.features.includes('COMMUNITY') ? guild.preferredLocale : (locale ?? guild?.preferredLocale));
  }

  async #start(): Promise<void> {
    const { token, apiUrl, shards, log, patience = 10_000 } = this.#options;
    const { signal } = this.#leaving;
    const listen = (client: Client) => this.#listen(client);
    const client = await connect({ token, apiUrl, shards, log, patience, signal, listen });
    if (client && !signal.aborted) await this.#register(client);
    this.#open(client);
  }

  #listen(client: Client): void {
    this.#client = client;
    const { ws } = client;
    // Raw, so that nothing comes between a person and the acknowledgement they wait for.
    ws.on(GatewayDispatchEvents.InteractionCreate, (data: APIInteraction) => {
      this.#guard(this.#onInteraction(client, data), 'An interaction failed');
    });
    ws.on(GatewayDispatchEvents.MessageCreate, (data: GatewayMessageCreateDispatchData) => {
      this.#guard(this.#onMessage(client, data), 'A mention failed');
    });
  }

  async #register(client: Client): Promise<void> {
    const { guildIds, shards, log } = this.#options;
    // Of several processes that share the shards, one registers.
    if (shards !== 'auto' && !shards.ids.includes(0)) return;
    const application = String(client.application?.id);
    for (const guild of guildIds.length > 0 ? guildIds : [undefined]) {
      // A server that has removed us keeps nobody else from talking; nor does a registration that fails today.
      await register(client.rest, application, guild).catch((error: unknown) => {
        log.warn({ err: error, guild }, 'The commands could not be registered with Discord');
      });
    }
  }

  async #onInteraction(client: Client, data: APIInteraction): Promise<void> {
    if (this.#leaving.signal.aborted) return;
    if (data.type === InteractionType.ApplicationCommandAutocomplete) {
      const choices = await choicesFor(this.#options.handler, data);
      await this.#acknowledge(data, InteractionResponseType.ApplicationCommandAutocompleteResult, { choices });
    } else if (data.type === InteractionType.MessageComponent) {
      await this.#answers.lead((reached) => this.#onButton(client, data, reached));
    } else if (
      data.type === InteractionType.ApplicationCommand &&
      data.data.type === ApplicationCommandType.ChatInput
    ) {
      const given = data as APIChatInputApplicationCommandInteraction;
      await this.#answers.lead((reached) => this.#onCommand(client, given, reached));
    }
  }

  async #onCommand(
    client: Client,
    data: APIChatInputApplicationCommandInteraction,
    reached: () => void,
  ): Promise<void> {
    const ephemeral = isConfidential(data);
    const deferred = await this.#acknowledge(
      data,
      InteractionResponseType.DeferredChannelMessageWithSource,
      ephemeral ? { flags: MessageFlags.Ephemeral } : undefined,
    );
    if (!deferred) return;
    const reply = { ids: [deferred], first: 0, ephemeral, original: deferred, pressed: false };
    const sink = this.#sinks.forInteraction(client, data, reply);
    const common = this.#commonTo(data);
    const texts = textsFor(common.locale);
    let given: GivenCommand;
    try {
      given = readCommand(data, texts);
    } catch (error) {
      if (!(error instanceof FabulistError)) throw error;
      return sink.send(errorReply(error.message));
    }
    const { id: channel } = data.channel;
    await this.#answer(
      {
        ...common,
        command: given.command.name,
        options: given.options,
        files: given.attachments.map((attachment) => this.#upload(attachment)),
        mayManage: mayManage(data, given.command),
        reportTo: { surface: this.name, channel: String(channel), message: deferred, locale: common.locale },
      },
      sink,
      reached,
    );
  }

  async #onButton(client: Client, data: APIMessageComponentInteraction, reached: () => void): Promise<void> {
    if (!(await this.#acknowledge(data, InteractionResponseType.DeferredMessageUpdate))) return;
    const pressed = readCustomId(data.data.custom_id);
    const { index = 0, earlier = [] } = pressed ?? {};
    const { id: original } = data.message;
    const found = { ids: [...earlier, original], first: Math.max(0, index - earlier.length) };
    const sinkIn = (shown: ShownIn) =>
      this.#sinks.forInteraction(client, data, { ...shown, ephemeral: false, original, pressed: true });
    const common = this.#commonTo(data);
    if (!pressed) return sinkIn(found).send(errorReply(textsFor(common.locale).errors.unknownRequest));
    const { action, cut } = pressed;
    let { target } = pressed;
    if (cut) {
      const corpora = await this.#options.handler.complete(common.asker, 'corpora', target);
      target = corpora.find((name) => name.startsWith(pressed.target)) ?? target;
    }
    const invocation = { ...common, command: action, options: { target }, mayManage: mayManage(data, undefined) };
    await this.#presses.take(original, found, async (shown) => {
      const sink = sinkIn(shown);
      await this.#answer(invocation, sink, reached);
      return sink.shownIn;
    });
  }

  async #onMessage(client: Client, data: GatewayMessageCreateDispatchData): Promise<void> {
    const opening = openingIn(data, String(client.user?.id));
    if (opening === undefined || this.#leaving.signal.aborted) return;
    const locale = localeAt(client, data);
    const texts = textsFor(locale);
    const sink = this.#sinks.forMessage(client, data.channel_id, data.id, locale);
    const command = commandNamed(/^\/?help$/iu.test(opening) ? 'help' : 'story');
    if (!command) return;
    try {
      // Who may train is known of a command only.
      if (hasStory(data)) throw new FabulistError('usage', texts.training.noFile.attachment);
      const options = command.name === 'help' ? {} : parseOptions(command, opening, texts);
      const asker = writerOf(client, data);
      await this.#answer({ asker, command: command.name, options, locale, mayManage: false }, sink);
    } catch (error) {
      if (!(error instanceof FabulistError)) throw error;
      await sink.send(errorReply(error.message));
    }
  }

  /** reached: called once the answer is followed: until then, whoever stops the bot waits for it to be. */
  #answer(invocation: Invocation, sink: SeenSink, reached: () => void = () => undefined): Promise<void> {
    const give = () =>
      this.#turns.take(async () => {
        if (!this.#silent.signal.aborted) await this.#options.handler.handle(invocation, sink);
      });
    const given = this.#answers.follow(give, sink, textsFor(invocation.locale), invocation.command === 'train');
    reached();
    return given;
  }

  async #acknowledge(data: APIInteraction, type: InteractionResponseType, more?: object): Promise<string | undefined> {
    const original = await acknowledge(this.#interactions, data, type, more);
    if (original === undefined) {
      this.#options.log.warn({ interaction: data.id }, 'An interaction was acknowledged too late');
    }
    return original;
  }

  #upload(attachment: Attachment): Upload {
    const { maxUpload: maxBytes, downloadTimeout: timeout = 60_000, cdnOrigins: origins } = this.#options;
    const { signal } = this.#silent;
    return { fileName: attachment.filename, read: () => download(attachment, { origins, maxBytes, timeout, signal }) };
  }

  #commonTo(data: Asking): Pick<Invocation, 'asker' | 'locale'> {
    return { asker: askerOf(data), locale: localeOf(data.locale) };
  }

  /** Whatever goes wrong with one request must not end the process, nor any other request. */
  #guard(work: Promise<void>, message: string): void {
    work.catch((error: unknown) => {
      if (!this.#silent.signal.aborted) this.#options.log.error({ err: error }, message);
    });
  }
}
