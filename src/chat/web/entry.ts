import type { CurvePoint } from '../../language/progress.ts';
import { harmless } from '../harmless.ts';
import type { Card, Message, MessageAction, Paragraph } from '../message.ts';

/** One thing that was said on the page, by a person or by Fabulist, as it is kept. */
export interface Entry {
  /** Grows from entry to entry. */
  readonly id: number;
  /** ISO 8601, when it was first said. */
  readonly at: string;
  readonly from: 'person' | 'fabulist';
  /** `waiting`: the answer is on its way; `broken`: the process ended before it came. */
  readonly state: 'waiting' | 'said' | 'broken';
  readonly message: EntryMessage;
  /** How the training it shows has gone so far. */
  readonly points: readonly CurvePoint[];
}

/** A message without its bytes. Everything is plain text that was made harmless. */
export interface EntryMessage {
  readonly paragraphs: readonly Paragraph[];
  readonly actions: readonly MessageAction[];
  readonly card?: Omit<Card, 'point'>;
  /** A file handed out; its bytes are had by `key` for as long as the process lives. */
  readonly file?: { readonly fileName: string; readonly key: string };
  readonly picture?: EntryPicture;
  /** The id of the story that it tells. */
  readonly story?: string;
  /** Where that story branched off from another one. */
  readonly parent?: { readonly id: string; readonly at: number };
  readonly about?: string;
}

/** A learning curve, drawn when it is looked at. */
export interface EntryPicture {
  readonly corpus: string;
  readonly version: string;
  readonly alt: string;
}

export const NOTHING_SAID: EntryMessage = { paragraphs: [], actions: [] };

/** Points of a curve that are kept of one training: more than a picture shows. */
const POINTS = 400;

/** What is kept of a message. keep: takes a file's bytes and returns the key by which they are had again. */
export function entryMessage(message: Message, keep: (bytes: Uint8Array) => string): EntryMessage {
  const { paragraphs, actions = [], card, file, picture, about } = message;
  const story = actions.find(({ name }) => name === 'continue')?.target;
  return {
    paragraphs: paragraphs.map((spans) => spans.map((span) => ({ ...span, text: harmless(span.text) }))),
    actions,
    ...(card && { card: cardWithoutPoint(card) }),
    ...(file && { file: { fileName: harmless(file.fileName), key: keep(file.bytes) } }),
    ...(picture?.of && { picture: { ...picture.of, alt: picture.alt } }),
    ...(story && { story }),
    ...(about !== undefined && { about }),
  };
}

function cardWithoutPoint({ point: _, ...card }: Card): Omit<Card, 'point'> {
  return {
    ...card,
    title: harmless(card.title),
    facts: card.facts.map(({ label, value }) => ({ label, value: harmless(value) })),
    sample: card.sample === null ? null : harmless(card.sample),
  };
}

/** The points so far and one more, every second one left out where they become too many. */
export function withPoint(points: readonly CurvePoint[], point: CurvePoint | undefined): readonly CurvePoint[] {
  // Before the first step nothing is measured: its figures are all 0.
  if (!point || point.step <= (points.at(-1)?.step ?? 0)) return points;
  const all = [...points, point];
  return all.length > POINTS ? all.filter((_, at) => at % 2 === 0 || at === all.length - 1) : all;
}
