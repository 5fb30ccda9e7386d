import type { Asker } from '../story/storyteller.ts';
import type { ReportTo } from '../training/trainer.ts';
import type { ActionName, CommandName } from './commands.ts';
import type { Locale } from './locale.ts';
import type { Message } from './message.ts';

/**
 * One surface that people talk to Fabulist on. It turns what they do into invocations, hands those to the `ChatHandler`,
 * and shows the messages that come back, escaped for its surface. It decides nothing else. Every adapter passes
 * test/chat/adapter-contract.ts.
 */
export interface ChatAdapter {
  /** `discord`, `slack`, `web`, `terminal`; also `ReportTo.surface`. */
  readonly name: string;
  /** Resolves once people are listened to. */
  start(): Promise<void>;
  /** Listens to nobody any more. Safe to call twice, and before `start`. */
  stop(): Promise<void>;
  /**
   * Says something that nobody asked for just now: a message of its own in a channel of this surface. Before `start` it
   * waits for that. Rejects with FabulistError where the channel cannot be told: stopped, gone, or of another surface.
   */
  announce(reportTo: ReportTo, message: Message): Promise<void>;
  /**
   * Goes on with the message that shows a training of an earlier process: what is sent there replaces it. Before `start`
   * it waits for that. Undefined where there is no such message (any more); absent where a surface has none.
   */
  takeUp?(reportTo: ReportTo): Promise<ReplySink | undefined>;
  /** The language of a channel, in which announcements there are written. */
  localeOf(reportTo: ReportTo): Locale;
}

/** Something a person asked for, by typing a command or pressing a button. */
export interface Invocation {
  readonly asker: Asker;
  readonly command: CommandName | ActionName;
  /** By the names of the catalogue; for an action `target`, the id of its story or the name of the corpus in training. */
  readonly options: Readonly<Record<string, string | number>>;
  readonly files?: readonly Upload[];
  readonly locale: Locale;
  /**
   * How files are handed over, so that help and hints name what is there; default `attachment`. On a surface of `path`s
   * there are no buttons either: actions are typed like commands.
   */
  readonly handsOver?: HandsOver;
  /** Whether the person may manage the server. */
  readonly mayManage: boolean;
  /** Where a training that this starts is told of, also after a restart. */
  readonly reportTo?: ReportTo;
}

/** `message`: attached to a message, or asked for by a form; a command itself takes none. */
export type HandsOver = 'attachment' | 'path' | 'message';

/** A file that somebody handed over, fetched only once it is needed. */
export interface Upload {
  readonly fileName: string;
  /** Throws FabulistError where it cannot be had. */
  read(): Promise<Uint8Array>;
}

/** Where the reply to one invocation goes. Both resolve once the surface has taken the message. */
export interface ReplySink {
  /** Milliseconds between two edits at least. */
  readonly minimumInterval: number;
  /** A new message. */
  send(message: Message): Promise<void>;
  /** Where the message is now, once it had to move to another one; a training goes on there after a restart. */
  readonly movedTo?: ReportTo | undefined;
  /** Replaces the message sent before; for an action that came from a button, the message with that button. */
  edit(message: Message): Promise<void>;
}
