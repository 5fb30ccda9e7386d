import { FabulistError } from '../../errors.ts';
import type { Asker } from '../../story/storyteller.ts';
import type { Invocation } from '../adapter.ts';
import type { Answers } from '../answers.ts';
import { type Command, commandNamed } from '../commands.ts';
import type { Locale } from '../locale.ts';
import { parseOptions, unquoted } from '../option-text.ts';
import { Presses } from '../presses.ts';
import { errorReply } from '../replies/story-reply.ts';
import { textsFor } from '../texts/texts.ts';
import { readButton } from './button-value.ts';
import { download, nameOf } from './download.ts';
import { homeView } from './home.ts';
import type { ActionTaken, CommandGiven, MessageSent, ShortcutUsed, SlackFile } from './incoming.ts';
import { inert, writtenText } from './inert-text.ts';
import { TRAIN_SHORTCUT } from './manifest.ts';
import { askedIn } from './mention.ts';
import { payloadOf } from './payload.ts';
import type { People, PersonFacts } from './people.ts';
import { ChannelPlace } from './places.ts';
import { ReplyPlace, type Respond } from './reply-place.ts';
import { writePlace } from './report-place.ts';
import { EDIT_INTERVAL, type SlackOptions } from './slack-options.ts';
import { SlackSink } from './slack-sink.ts';
import { type FilledModal, refusalModal, trainModal } from './train-modal.ts';
import type { Workspace } from './workspaces.ts';

export interface AnsweringOptions extends SlackOptions {
  readonly people: People;
  readonly answers: Answers;
  /** Aborted when nobody is answered any more. */
  readonly signal: AbortSignal;
  readonly respondAt: (url: string | null | undefined) => Respond | undefined;
  /** Told when a channel does not take our messages, or Slack our token. */
  readonly onRefused: (workspace: Workspace, channel: string, error: unknown) => void;
}

/** Who did something, and where an answer to it goes. */
interface Where {
  readonly workspace: Workspace;
  readonly user: string;
  readonly channel: string;
  readonly thread?: string | undefined;
  readonly respond?: Respond | undefined;
  /** The message whose button was pressed. */
  readonly original?: { readonly id: string; readonly ephemeral: boolean };
  /** Called once the answer is followed, see `Answers`. */
  readonly reached: () => void;
}

/**
 * Turns what people do on Slack into invocations, and shows what comes of them. All of it was acknowledged before. `reached`
 * is called once the answer is followed.
 */
export class Answering {
  readonly #options: AnsweringOptions;
  readonly #presses = new Presses();

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  async command(workspace: Workspace, data: CommandGiven, reached: () => void): Promise<void> {
    const { prefix, respondAt, people } = this.#options;
    const { user_id: user, channel_id: channel, trigger_id: trigger } = data;
    const where = { workspace, user, channel, respond: respondAt(data.response_url), reached };
    const name = data.command.slice(1);
    const command = name.startsWith(prefix) ? commandNamed(name.slice(prefix.length).toLowerCase()) : undefined;
    const text = writtenText(data.text ?? '');
    // Nothing may come before the form: what opens it lives for 3 seconds.
    if (command?.name === 'train') return this.#openForm(where, command, text, trigger ?? undefined);
    const facts = await people.of(workspace, user);
    if (!command) return this.#refuse(where, facts.locale, textsFor(facts.locale).errors.unknownRequest);
    await this.#invoke(where, command, text, facts);
  }

  async action(workspace: Workspace, data: ActionTaken, reached: () => void): Promise<void> {
    const { message, container, user, channel, response_url } = data;
    const thread = message.thread_ts ?? container?.thread_ts ?? undefined;
    const where: Where = {
      workspace,
      user: user.id,
      channel: channel.id,
      // A message with answers is the beginning of a thread, not part of it.
      thread: thread === message.ts ? undefined : thread,
      respond: this.#options.respondAt(response_url),
      original: { id: message.ts, ephemeral: container?.is_ephemeral === true },
      reached,
    };
    const [{ action_id, value }] = data.actions;
    const pressed = readButton(action_id, value ?? '');
    const facts = await this.#options.people.of(workspace, where.user);
    const { locale } = facts;
    if (!pressed) return this.#refuse(where, locale, textsFor(locale).errors.unknownRequest);
    const { index, earlier } = pressed;
    const found = { ids: [...earlier, message.ts], first: Math.max(0, index - earlier.length) };
    const common = this.#commonTo(where, facts);
    const invocation = { ...common, command: pressed.action, options: { target: pressed.target } };
    await this.#presses.take(`${workspace.team}/${channel.id}/${message.ts}`, found, async ({ ids, first }) => {
      const sink = this.#sink(where, locale, ids, first);
      await this.#handle(where, invocation, sink);
      return sink.shownIn;
    });
  }

  async submission(
    workspace: Workspace,
    user: string,
    { place, files, options }: FilledModal,
    reached: () => void,
  ): Promise<void> {
    const facts = await this.#options.people.of(workspace, user);
    await this.#train({ workspace, user, ...place, reached }, files, options, facts);
  }

  async shortcut(workspace: Workspace, data: ShortcutUsed, reached: () => void): Promise<void> {
    const { callback_id, user, channel, message, response_url } = data;
    if (callback_id !== TRAIN_SHORTCUT) return;
    const where = {
      workspace,
      user: user.id,
      channel: channel.id,
      thread: message.thread_ts ?? message.ts,
      respond: this.#options.respondAt(response_url),
      reached,
    };
    const facts = await this.#options.people.of(workspace, user.id);
    const files = message.files ?? [];
    if (files.length > 0) return this.#train(where, files, {}, facts);
    await this.#refuse(where, facts.locale, textsFor(facts.locale).slack.noFileThere);
  }

  async message(workspace: Workspace, data: MessageSent, reached: () => void): Promise<void> {
    const asked = askedIn(data, workspace, this.#options.prefix);
    if (!asked) return;
    const { user, channel, type, ts, thread_ts, files } = data;
    // In a channel, an answer belongs to the message that it answers; direct messages are a conversation as they are.
    const thread = thread_ts ?? (type === 'app_mention' ? ts : undefined);
    const where = { workspace, user, channel, thread, reached };
    const facts = await this.#options.people.of(workspace, user);
    await this.#invoke(where, asked.command, asked.text, facts, files ?? []);
  }

  async home(workspace: Workspace, user: string): Promise<void> {
    const { people, storyteller, prefix } = this.#options;
    const { locale } = await people.of(workspace, user);
    const asker = { server: serverOf(workspace.team, 'home', user), channel: `${workspace.team}/home`, user };
    const view = await homeView(storyteller, asker, locale, prefix);
    if (!this.#options.signal.aborted) await workspace.prompt.views.publish({ user_id: user, view });
  }

  async #openForm(where: Where, command: Command, text: string, trigger: string | undefined): Promise<void> {
    const { people } = this.#options;
    const { workspace, user, channel, thread } = where;
    const { locale } = people.known(workspace, user);
    const texts = textsFor(locale);
    try {
      const { file, ...given } = parseOptions(command, text, texts);
      // What stands behind the command by itself can only be the name of a collection.
      const options = file === undefined ? given : { corpus: unquoted(String(file)), ...given };
      const view = trainModal({ channel, thread }, options, locale);
      if (trigger === undefined) throw new FabulistError('usage', texts.slack.tooLate);
      const opened = await workspace.prompt.views.open({ trigger_id: trigger, view }).catch((cause: unknown) => {
        throw new FabulistError('usage', texts.slack.tooLate, { cause });
      });
      const facts = await people.of(workspace, user);
      if (this.#commonTo(where, facts).mayManage || opened.view?.id === undefined) return;
      const refusal = refusalModal(textsFor(facts.locale).errors.notAllowed, textsFor(facts.locale));
      await workspace.prompt.views.update({ view_id: opened.view.id, view: refusal });
    } catch (error) {
      if (!(error instanceof FabulistError)) throw error;
      await this.#refuse(where, locale, error.message);
    }
  }

  async #invoke(
    where: Where,
    command: Command,
    text: string,
    facts: PersonFacts,
    files: readonly SlackFile[] = [],
  ): Promise<void> {
    let options: Readonly<Record<string, string | number>>;
    try {
      options = parseOptions(command, text, textsFor(facts.locale));
    } catch (error) {
      if (!(error instanceof FabulistError)) throw error;
      return this.#refuse(where, facts.locale, error.message);
    }
    if (command.name === 'train') return this.#train(where, files, options, facts);
    const sink = this.#sink(where, facts.locale);
    await this.#handle(where, { ...this.#commonTo(where, facts), command: command.name, options }, sink);
  }

  /** First a message that says what is going to be read: a training is told of in it, also after a restart. */
  async #train(
    where: Where,
    files: readonly SlackFile[],
    { file: _, ...options }: Readonly<Record<string, string | number>>,
    facts: PersonFacts,
  ): Promise<void> {
    const { team, enterprise } = where.workspace;
    const { slack, training } = textsFor(facts.locale);
    const common = this.#commonTo(where, facts);
    const names = files.map(nameOf).join(', ');
    const beginning = names ? slack.reading(names) : options.corpus && training.preparing(String(options.corpus));
    const place = this.#place(where, facts.locale);
    const first =
      common.mayManage && beginning
        ? await place.post(payloadOf([inert(String(beginning).slice(0, 500))])).catch(() => undefined)
        : undefined;
    const sink = this.#sink(where, facts.locale, first === undefined ? [] : [first], 0, place);
    // Where its message is, so that it goes on there after a restart, and morning reports come where they can be read.
    const at = first === undefined ? undefined : await place.placeOf(first);
    const { channel, thread } = at ?? where;
    await this.#handle(
      where,
      {
        ...common,
        command: 'train',
        options,
        files: files.map((file) => ({ fileName: nameOf(file), read: () => this.#download(where.workspace, file) })),
        reportTo: {
          surface: 'slack',
          channel: writePlace({ team, enterprise, channel, thread }),
          ...(at && first !== undefined && { message: first }),
          ...(facts.locale !== 'en' && { locale: facts.locale }),
        },
      },
      sink,
    );
  }

  /** Whoever still waits when the bot is stopped is told so. */
  #handle({ reached }: Where, invocation: Invocation, sink: SlackSink): Promise<void> {
    const { handler, answers } = this.#options;
    const goesOn = invocation.command === 'train';
    const texts = textsFor(invocation.locale);
    const given = answers.follow(() => handler.handle(invocation, sink), sink, texts, goesOn);
    reached();
    return given;
  }

  #refuse(where: Where, locale: Locale, sentence: string): Promise<void> {
    return this.#sink(where, locale).send(errorReply(sentence));
  }

  #download({ client, token }: Workspace, file: SlackFile): Promise<Uint8Array> {
    const { maxUpload: maxBytes, downloadTimeout: timeout = 60_000, fileOrigins: origins, signal } = this.#options;
    return download(file, { client, token, origins, maxBytes, timeout, signal });
  }

  #commonTo({ workspace: { team }, channel, user }: Where, { locale, isAdmin }: PersonFacts) {
    const asker: Asker = { server: serverOf(team, channel, user), channel: writePlace({ team, channel }), user };
    // In direct messages everybody manages what is theirs alone.
    const mayManage = isAdmin || isDirect(channel);
    return { asker, locale, mayManage, handsOver: 'message' } satisfies Partial<Invocation>;
  }

  #place({ workspace, user, channel, thread, respond, original }: Where, locale: Locale): ReplyPlace {
    return new ReplyPlace({
      channel: new ChannelPlace(workspace.client, channel, thread),
      user,
      respond,
      ...(original && { original }),
      texts: textsFor(locale),
    });
  }

  #sink(where: Where, locale: Locale, ids: readonly string[] = [], first = 0, place = this.#place(where, locale)) {
    const { editInterval: minimumInterval = EDIT_INTERVAL, signal, prefix, onRefused } = this.#options;
    const surroundings = {
      texts: textsFor(locale),
      minimumInterval,
      signal,
      prefix,
      onRefused: (error: unknown) => onRefused(where.workspace, where.channel, error),
    };
    return new SlackSink(surroundings, { place, ids, first, pressed: where.original !== undefined });
  }
}

function isDirect(channel: string): boolean {
  return channel.startsWith('D');
}

/** In direct messages everybody has a library of their own, else the workspace has one. */
function serverOf(team: string, channel: string, user: string): string {
  return isDirect(channel) ? `slack-user:${team}:${user}` : `slack:${team}`;
}
