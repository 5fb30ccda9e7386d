import type { Library } from '../../library/library.ts';
import type { Asker, Storyteller } from '../../story/storyteller.ts';
import type { ChatHandler } from '../chat-handler.ts';

export interface WebOptions {
  readonly handler: ChatHandler;
  readonly storyteller: Storyteller;
  /** Where the conversation is kept, and what the library view looks into. */
  readonly library: Library;
  /** Who sits at the page; also the place that trainings are told of. */
  readonly asker: Asker;
  /** The address to listen on: a name or a number. */
  readonly host: string;
  /** The first port to try; the next free one is taken. 0: any. */
  readonly port: number;
  /** Asked for before anything is shown; undefined only where `host` is loopback. */
  readonly password: string | undefined;
  /** Further names by which the page is reached, such as that of a proxy before it. */
  readonly names: readonly string[];
  /** Bytes of one upload at most. */
  readonly maxUpload: number;
  readonly log: WebLog;
}

export interface WebLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
