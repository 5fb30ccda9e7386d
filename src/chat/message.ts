import type { CurvePoint } from '../language/progress.ts';
import type { ActionName } from './commands.ts';

/**
 * What is said to people, the same for every surface. All text is plain: a surface escapes it for itself, and nobody
 * else does. Generated text comes through here, so what looks like markup, a mention or a link is just letters.
 */
export interface Message {
  readonly paragraphs: readonly Paragraph[];
  /** Buttons below, where the surface has such. */
  readonly actions?: readonly MessageAction[];
  /** How a training stands. */
  readonly card?: Card;
  readonly picture?: Picture;
  /** A file handed out. */
  readonly file?: { readonly fileName: string; readonly bytes: Uint8Array };
  /** For the asker's eyes alone, where the surface can do that. */
  readonly private?: boolean;
  /** The corpus whose text is in it: a surface that keeps its messages deletes this one when that is forgotten. */
  readonly about?: string;
}

export type Paragraph = readonly Span[];

export interface Span {
  readonly text: string;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly code?: boolean;
}

export interface MessageAction {
  readonly name: ActionName;
  /** On the button, in the reader's language. */
  readonly label: string;
  /** What it is done to: the id of a story, or the name of the corpus whose training stops. */
  readonly target: string;
}

export interface Card {
  /** `waiting` and `running` are to be followed by another; a card without them is the last. */
  readonly state: 'waiting' | 'running' | 'ended';
  readonly title: string;
  /** Share done for a bar, 0 to 1; null where there is nothing to measure. */
  readonly share: number | null;
  /** Place in the queue, time left, accuracy, loss: what is known of them. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** A sentence that the model tells at this point. */
  readonly sample: string | null;
  /** The figures behind the facts, for a surface that draws how they change. */
  readonly point?: CurvePoint;
}

export interface Picture {
  readonly png: Uint8Array;
  /** Says what it shows, for those who do not see it. */
  readonly alt: string;
  /** The version whose learning it shows, for a surface that draws it anew for every reader. */
  readonly of?: { readonly corpus: string; readonly version: string };
}

/** A paragraph of plain text. */
export function plain(text: string): Paragraph {
  return [{ text }];
}

/** A message of plain paragraphs. */
export function said(...texts: readonly string[]): Message {
  return { paragraphs: texts.map(plain) };
}
