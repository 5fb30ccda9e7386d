import { FabulistError } from '../../errors.ts';
import type { Story } from '../../story/storyteller.ts';
import type { ReportTo } from '../../training/trainer.ts';
import type { Invocation, ReplySink, Upload } from '../adapter.ts';
import type { ActionName } from '../commands.ts';
import { harmless } from '../harmless.ts';
import type { Locale } from '../locale.ts';
import { type Message, plain } from '../message.ts';
import { errorReply, storyReply } from '../replies/story-reply.ts';
import { textsFor } from '../texts/texts.ts';
import type { Conversation } from './conversation.ts';
import { type Entry, type EntryMessage, entryMessage, NOTHING_SAID } from './entry.ts';
import { EntrySink } from './entry-sink.ts';
import { HeldBytes } from './held-bytes.ts';
import { filled, pageTextsFor } from './page-texts.ts';
import { readLine } from './read-line.ts';
import type { WebOptions } from './web-options.ts';

/** Bytes of archives that are held to be downloaded. */
const HANDED_OUT = 64 * 1024 * 1024;

/** The conversation with whoever sits at the page: what they say and press becomes invocations, the replies entries. */
export class PageChat {
  /** Files that were handed over and not yet trained on. */
  readonly uploads: HeldBytes;
  /** Files that were handed out. */
  readonly files = new HeldBytes(HANDED_OUT);
  readonly conversation: Conversation;
  readonly #options: WebOptions;
  readonly #surface: string;
  #stopped = false;

  constructor(options: WebOptions, conversation: Conversation, surface: string) {
    this.#options = options;
    this.#surface = surface;
    this.conversation = conversation;
    this.uploads = new HeldBytes(4 * options.maxUpload);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Says a line; the answer comes by itself. uploads: keys of the files that go with it. */
  say(line: string, uploads: readonly string[], locale: Locale): void {
    if (this.#stopped) return;
    const files = uploads.map((key) => this.uploads.take(key));
    const names = files.map((file) => file?.name ?? '?').map(harmless);
    const spans = [{ text: harmless(line) }, ...names.map((text) => ({ text, code: true }))];
    this.conversation.add({ from: 'person', state: 'said', message: { paragraphs: [spans], actions: [] } });
    const { id } = this.conversation.add({ from: 'fabulist', state: 'waiting' });
    const sink = this.#sink(id, false);
    const texts = textsFor(locale);
    try {
      if (files.includes(undefined)) throw new FabulistError('bad-file', pageTextsFor(locale).uploadGone);
      const { command, options } = readLine(line, texts);
      const asked = { command, options, files: files.flatMap((file) => (file ? [uploadOf(file)] : [])) };
      const reportTo: ReportTo = { surface: this.#surface, channel: this.#options.asker.channel, message: String(id) };
      this.#guarded(this.#handle({ ...asked, locale, reportTo }, sink));
    } catch (error) {
      const sentence = error instanceof FabulistError ? error.message : texts.errors.defect;
      if (!(error instanceof FabulistError)) this.#options.log.error({ err: error }, 'A line could not be read');
      this.#guarded(sink.send(errorReply(sentence)));
    }
  }

  /** Does what a button of an entry says. */
  press(id: number, action: ActionName, target: string, locale: Locale): void {
    const entry = this.conversation.entry(id);
    if (this.#stopped || !entry) return;
    const sink = this.#sink(id, true);
    this.#guarded(this.#handle({ command: action, options: { target }, locale }, sink));
  }

  /** Does a command and gives its answer, without a word of it in the conversation: for the buttons of other views. */
  async ask(command: Invocation['command'], options: Invocation['options'], locale: Locale): Promise<EntryMessage> {
    let last: Message = { paragraphs: [] };
    const note = async (message: Message) => {
      last = message;
    };
    if (!this.#stopped) {
      await this.#handle({ command, options, locale }, { minimumInterval: 0, send: note, edit: note });
    }
    return this.#kept(last);
  }

  /** Tells a story another way from one of its words on; both stay in the conversation. Throws FabulistError. */
  async branch(id: string, at: number, symbol: string, locale: Locale): Promise<Story> {
    const { storyteller, asker } = this.#options;
    const story = await storyteller.branch(asker, id, at, symbol);
    if (this.#stopped) return story;
    const whatIf = filled(pageTextsFor(locale).whatIf, { symbol: story.words[at]?.text.trim() ?? symbol });
    this.conversation.add({ from: 'person', state: 'said', message: { paragraphs: [plain(whatIf)], actions: [] } });
    const message = { ...this.#kept(storyReply(story, textsFor(locale))), parent: { id, at } };
    this.conversation.add({ from: 'fabulist', state: 'said', message });
    return story;
  }

  /** Says what nobody asked for. */
  announce(message: Message): void {
    this.conversation.add({ from: 'fabulist', state: 'said', message: this.#kept(message) });
  }

  /** The sink of an entry that an earlier process left in the middle of a training. */
  takeUp({ message }: ReportTo): ReplySink | undefined {
    const entry = this.conversation.entry(Number(message));
    return entry?.from === 'fabulist' && entry.state === 'broken' ? this.#sink(entry.id, true) : undefined;
  }

  /** Says below what an earlier process did not answer that it will not be answered. */
  explain(entry: Entry, locale: Locale): Entry {
    if (entry.state !== 'broken') return entry;
    const { brokenTraining, broken } = pageTextsFor(locale);
    const { card } = entry.message;
    const paragraphs = [
      [{ ...plain(card ? brokenTraining : broken)[0], text: card ? brokenTraining : broken, italic: true }],
    ];
    return { ...entry, message: { ...(card ? entry.message : NOTHING_SAID), paragraphs, actions: [] } };
  }

  #handle(
    asked: Pick<Invocation, 'command' | 'options' | 'locale'> & Partial<Pick<Invocation, 'files' | 'reportTo'>>,
    sink: ReplySink,
  ): Promise<void> {
    const { handler, asker } = this.#options;
    return handler.handle({ asker, mayManage: true, ...asked }, sink).then(async () => {
      if (asked.command === 'forget') await this.conversation.tidy();
    });
  }

  #sink(id: number, pressed: boolean): ReplySink {
    const sink = new EntrySink(this.conversation, id, (message) => this.#kept(message), pressed);
    // A conversation that has ended says no more.
    const guarded = (show: (message: Message) => Promise<void>) => async (message: Message) => {
      if (!this.#stopped) await show(message);
    };
    return {
      minimumInterval: sink.minimumInterval,
      send: guarded((message) => sink.send(message)),
      edit: guarded((message) => sink.edit(message)),
    };
  }

  #kept(message: Message): EntryMessage {
    return entryMessage(message, (bytes) => this.files.put(message.file?.fileName ?? '', bytes));
  }

  /** Whatever goes wrong with one request must not end the process. */
  #guarded(work: Promise<void>): void {
    work.catch((error: unknown) => this.#options.log.error({ err: error }, 'A request of the page failed'));
  }
}

function uploadOf({ name, bytes }: { name: string; bytes: Uint8Array }): Upload {
  return { fileName: name, read: async () => bytes };
}
