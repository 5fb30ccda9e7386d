import { basename } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import pc from 'picocolors';
import { FabulistError } from '../../errors.ts';
import type { Asker } from '../../story/storyteller.ts';
import type { ReportTo } from '../../training/trainer.ts';
import type { ChatAdapter, Invocation, ReplySink, Upload } from '../adapter.ts';
import type { ChatHandler } from '../chat-handler.ts';
import type { Locale } from '../locale.ts';
import type { Message } from '../message.ts';
import { errorReply } from '../replies/story-reply.ts';
import { type Texts, textsFor } from '../texts/texts.ts';
import { completeLine } from './complete-line.ts';
import { type Marks, NO_MARKS, renderLine, renderLines } from './render-text.ts';
import { Screen } from './screen.ts';
import { trainingLines } from './training-lines.ts';
import { readLine } from './typed-line.ts';

export interface TerminalOptions {
  readonly handler: ChatHandler;
  /** Who sits at the terminal. */
  readonly asker: Asker;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly locale: Locale;
  /** Whether to use bold type on a terminal; off where NO_COLOR is set. */
  readonly color: boolean;
  /** Reads a file that the person names. Throws FabulistError with one sentence where it cannot be had. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** Keeps a file that was handed out; resolves to where it is. */
  readonly saveFile: (fileName: string, bytes: Uint8Array) => Promise<string>;
}

const PROMPT = '> ';
/** What people type who want to leave. None of it is an opening: at a terminal that stands behind /story. */
const LEAVING = /^\s*\/?(?:exit|quit|bye)\s*$/i;
/** Milliseconds between two drawings of a training: fast enough to look alive. */
const REDRAW = 100;

/**
 * The terminal. Typed at, it has a prompt, and trainings are drawn in place above it while other commands go on. With its
 * input or output piped it says nothing by itself: the n-th line of its output answers the n-th line of its input that
 * is not blank, and it ends when the input does.
 */
export class TerminalAdapter implements ChatAdapter {
  readonly name = 'terminal';
  readonly #options: TerminalOptions;
  readonly #texts: Texts;
  readonly #marks: Marks;
  #readline: Interface | undefined;
  #screen: Screen | undefined;
  #story: string | undefined;
  /** Stories that are on their way. */
  #telling = 0;
  #stopped = false;
  #end: () => void = () => undefined;
  /** Resolves at the start, with the screen where there is one. */
  readonly #opened: Promise<Screen | undefined>;
  #open: (screen?: Screen) => void = () => undefined;
  /** Resolves when the input has ended and all replies are out, or when it was stopped. */
  readonly ended: Promise<void>;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#texts = textsFor(options.locale);
    this.#marks = options.color ? pc.createColors(true) : NO_MARKS;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  async start(): Promise<void> {
    if (this.#stopped || this.#readline) return;
    const { input, output } = this.#options;
    // A reader who went away (`fabulist chat | head`) ends the conversation, not the process.
    output.on('error', () => void this.stop());
    if (input.isTTY && output.isTTY) this.#converse();
    else void this.#answerLines();
    this.#open(this.#screen);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#screen?.close();
    // Gives the terminal its own way of reading lines back.
    this.#readline?.close();
    this.#open();
    this.#end();
  }

  /** Printed above the line that is being typed; refused where the input or the output is piped. */
  async announce(reportTo: ReportTo, message: Message): Promise<void> {
    const screen = await this.#opened;
    if (!screen || this.#stopped || reportTo.channel !== this.#options.asker.channel)
      throw new FabulistError('not-allowed', 'Nothing can be said in this terminal now: it is piped, or closed.');
    screen.print([...(await this.#linesOf(message, screen)), '']);
  }

  localeOf(): Locale {
    return this.#options.locale;
  }

  #converse(): void {
    const { input, output, handler, asker } = this.#options;
    const completer = (line: string, done: (error: null, result: [string[], string]) => void) => {
      void completeLine(handler, asker, line).then((result) => done(null, result));
    };
    const readline = createInterface({ input, output, prompt: PROMPT, terminal: true, completer });
    const screen = new Screen(readline, output);
    this.#readline = readline;
    this.#screen = screen;
    readline.on('line', (line) => {
      screen.entered(line);
      if (LEAVING.test(line)) void this.stop();
      else if (line.trim())
        void this.#answer(line, new ScreenSink(screen, (message) => this.#linesOf(message, screen), this.#texts));
    });
    readline.on('close', () => void this.stop());
    screen.print([this.#texts.typed.welcome, '']);
  }

  /** One line after the other, each answered before the next is looked at: it may be about what this one does. */
  async #answerLines(): Promise<void> {
    const readline = createInterface({
      input: this.#options.input,
      terminal: false,
      crlfDelay: Number.POSITIVE_INFINITY,
    });
    this.#readline = readline;
    for await (const line of readline) {
      if (this.#stopped) return;
      if (!line.trim()) continue;
      const sink = new LastMessage();
      await this.#answer(line, sink);
      if (this.#stopped) return;
      const said = sink.message ?? errorReply(this.#texts.errors.cannotShow);
      this.#options.output.write(`${await this.#lineOf(said)}\n`);
    }
    await this.stop();
  }

  async #answer(line: string, sink: ReplySink): Promise<void> {
    const { asker, locale, handler } = this.#options;
    try {
      const { command, options, path } = readLine(line, { told: this.#story, coming: this.#telling > 0 }, this.#texts);
      const invocation: Invocation = {
        asker,
        command,
        options,
        files: path === undefined ? [] : [this.#upload(path)],
        locale,
        handsOver: 'path',
        mayManage: true,
        reportTo: { surface: this.name, channel: asker.channel },
      };
      const stories = command === 'story' ? 1 : 0;
      this.#telling += stories;
      await handler.handle(invocation, this.#remembering(sink)).finally(() => (this.#telling -= stories));
    } catch (error) {
      await sink.send(errorReply(error instanceof FabulistError ? error.message : this.#texts.errors.defect));
    }
  }

  #upload(path: string): Upload {
    return { fileName: basename(path), read: () => this.#options.readFile(path) };
  }

  /** Keeps in mind which story was told last. */
  #remembering(sink: ReplySink): ReplySink {
    const note = (message: Message) => {
      this.#story = message.actions?.find(({ name }) => name === 'continue')?.target ?? this.#story;
      return message;
    };
    return {
      minimumInterval: sink.minimumInterval,
      send: (message) => sink.send(note(message)),
      edit: (message) => sink.edit(note(message)),
    };
  }

  async #linesOf(message: Message, screen: Screen): Promise<string[]> {
    const lines = renderLines(message, this.#texts, this.#marks, screen.columns);
    return [...lines, ...(await this.#saved(message))];
  }

  async #lineOf(message: Message): Promise<string> {
    return [renderLine(message, this.#texts), ...(await this.#saved(message))].join(' ');
  }

  async #saved({ file }: Message): Promise<string[]> {
    if (!file) return [];
    try {
      return [this.#texts.typed.saved(await this.#options.saveFile(file.fileName, file.bytes))];
    } catch (error) {
      return [error instanceof FabulistError ? error.message : this.#texts.errors.cannotShow];
    }
  }
}

/** A reply of which only the last state is shown. */
class LastMessage implements ReplySink {
  readonly minimumInterval = 0;
  message: Message | undefined;

  async send(message: Message): Promise<void> {
    this.message = message;
  }

  async edit(message: Message): Promise<void> {
    this.message = message;
  }
}

/** A reply on the screen: drawn in place while a training goes on, printed when it is what it is. */
class ScreenSink implements ReplySink {
  readonly minimumInterval = REDRAW;
  readonly #screen: Screen;
  readonly #linesOf: (message: Message) => Promise<string[]>;
  readonly #texts: Texts;

  constructor(screen: Screen, linesOf: (message: Message) => Promise<string[]>, texts: Texts) {
    this.#screen = screen;
    this.#linesOf = linesOf;
    this.#texts = texts;
  }

  async send(message: Message): Promise<void> {
    const { card } = message;
    if (card && card.state !== 'ended') this.#screen.show(this, trainingLines(card, this.#texts, this.#screen.columns));
    else this.#screen.print([...(await this.#linesOf(message)), ''], this);
  }

  edit(message: Message): Promise<void> {
    return this.send(message);
  }
}
