import type { Card, Message, Paragraph, Span } from '../message.ts';
import { plain } from '../message.ts';
import type { Texts } from '../texts/texts.ts';
import { mrkdwn } from './inert-text.ts';

/** Characters that Slack takes in one section. */
const LIMIT = 3_000;
/** Sections of one message: Slack refuses much longer ones, without saying where its limit is. */
const SECTIONS = 4;
/** A word longer than this is cut: escaped, character by character, it still fits. */
const LONGEST_WORD = 200;
const BAR = 20;
/** What keeps our own marks apart from letters beside them: without it Slack takes them for plain ones. */
const BREAK = '\u200b';

/** The smallest part that is kept in one section: a sentence, where it is not longer than a section. */
interface Piece extends Span {
  readonly paragraph: number;
}

const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * A message's text as Slack shows it: the texts of the sections of each of the messages that it takes, split at the ends
 * of sentences. A text that grows at its end changes only its last message and those after it.
 */
export function sectionsOf(message: Message, texts: Texts): string[][] {
  const paragraphs = [...message.paragraphs, ...(message.card ? paragraphsOf(message.card, texts) : [])];
  const sections: string[] = [];
  let held: Piece[] = [];
  for (const piece of paragraphs.flatMap((paragraph, at) => piecesOf(paragraph, at))) {
    if (held.length > 0 && render([...held, piece]).length > LIMIT) {
      sections.push(render(held));
      held = [];
    }
    held.push(piece);
  }
  // Slack refuses an empty section.
  const said = [...sections, render(held)].filter((text) => text.replaceAll(BREAK, '').trim() !== '');
  if (said.length === 0) return [['…']];
  const messages: string[][] = [];
  while (said.length > 0) messages.push(said.splice(0, SECTIONS));
  return messages;
}

function paragraphsOf({ state, title, share, facts, sample }: Card, { training, figures }: Texts): Paragraph[] {
  const tells = (words: string): Paragraph[] =>
    sample ? [[{ text: `${words}: ` }, { text: sample, italic: true }]] : [];
  // What came of it stands in the message's own paragraphs.
  if (state === 'ended') return tells(training.tells);
  return [
    [{ text: title, bold: true }],
    ...(share === null ? [] : [[{ text: barOf(share), code: true }, { text: ` ${figures.percent(share)}` }]]),
    ...(facts.length === 0 ? [] : [plain(facts.map(({ label, value }) => `${label}: ${value}`).join(' · '))]),
    ...tells(training.tellsNow),
  ];
}

function barOf(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR);
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

function piecesOf(spans: Paragraph, paragraph: number): Piece[] {
  return spans.flatMap((span) => {
    const sentences = Array.from(SENTENCES.segment(span.text), ({ segment }) => segment);
    return sentences.flatMap(fitting).map((text) => ({ ...span, text, paragraph }));
  });
}

/** A sentence, or its words where it is longer than a section. */
function fitting(sentence: string): string[] {
  if (mrkdwn({ text: sentence, bold: true }).length + 4 <= LIMIT) return [sentence];
  return sentence.split(/(?<=\s)(?=\S)/u).flatMap((word) => {
    if (word.length <= LONGEST_WORD) return [word];
    const characters = Array.from(word);
    const parts: string[] = [];
    while (characters.length > 0) parts.push(characters.splice(0, LONGEST_WORD).join(''));
    return parts;
  });
}

function render(pieces: readonly Piece[]): string {
  const lines: string[][] = [];
  let open: Piece | undefined;
  const close = (line: string[] | undefined) => {
    if (open && line) line.push(mrkdwn(open));
    open = undefined;
  };
  let paragraph: number | undefined;
  for (const piece of pieces) {
    const { bold, italic, code } = piece;
    const joins = piece.paragraph === paragraph && open && open.bold === bold && open.italic === italic;
    if (joins && open && open.code === code) {
      open = { ...open, text: open.text + piece.text };
      continue;
    }
    close(lines.at(-1));
    if (piece.paragraph !== paragraph) lines.push([]);
    paragraph = piece.paragraph;
    open = piece;
  }
  close(lines.at(-1));
  return lines
    .map((line) => line.reduce(joined, '').trim())
    .join('\n')
    .trim();
}

/** Two stretches side by side. */
function joined(before: string, after: string): string {
  return /[*_`\p{L}\p{N}]$/u.test(before) && /^[*_`\p{L}\p{N}]/u.test(after) ? before + BREAK + after : before + after;
}
