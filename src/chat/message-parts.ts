import { type Card, type Message, type Paragraph, plain, type Span } from './message.ts';
import type { Texts } from './texts/texts.ts';

/** How a platform writes, and how much at once. */
export interface Markup {
  /** Characters of one part, marks included. */
  readonly limit: number;
  /** A word longer than this is cut: it still fits with everything that the platform needs beside its characters. */
  readonly longestWord: number;
  /** Whether a sentence fits into one part by itself. */
  fits(sentence: string): boolean;
  /** A stretch of one look, with its marks. */
  mark(span: Span): string;
  /** The stretches of a line side by side. */
  line(stretches: readonly string[]): string;
}

/** The smallest piece that is kept in one part: a sentence, where it is not longer than a part. */
interface Piece extends Span {
  readonly paragraph: number;
}

const BAR = 20;
const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * A message's text as a platform shows it, in as many parts as it takes, split at the ends of sentences. A text that grows
 * at its end changes only its last part and those after it. Some parts may be empty.
 */
export function partsOf(message: Message, texts: Texts, markup: Markup): string[] {
  const paragraphs = [...message.paragraphs, ...(message.card ? paragraphsOf(message.card, texts) : [])];
  const parts: string[] = [];
  let held: Piece[] = [];
  for (const piece of paragraphs.flatMap((paragraph, at) => piecesOf(paragraph, at, markup))) {
    if (held.length > 0 && render([...held, piece], markup).length > markup.limit) {
      parts.push(render(held, markup));
      held = [];
    }
    held.push(piece);
  }
  return [...parts, render(held, markup)];
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

function piecesOf(spans: Paragraph, paragraph: number, markup: Markup): Piece[] {
  return spans.flatMap((span) => {
    const sentences = Array.from(SENTENCES.segment(span.text), ({ segment }) => segment);
    return sentences.flatMap((sentence) => fitting(sentence, markup)).map((text) => ({ ...span, text, paragraph }));
  });
}

/** A sentence, or its words where it is longer than a part. */
function fitting(sentence: string, { longestWord, fits }: Markup): string[] {
  if (fits(sentence)) return [sentence];
  return sentence.split(/(?<=\s)(?=\S)/u).flatMap((word) => {
    if (word.length <= longestWord) return [word];
    const characters = Array.from(word);
    const parts: string[] = [];
    while (characters.length > 0) parts.push(characters.splice(0, longestWord).join(''));
    return parts;
  });
}

function render(pieces: readonly Piece[], { mark, line }: Markup): string {
  const lines: string[][] = [];
  let open: Piece | undefined;
  const close = (stretches: string[] | undefined) => {
    if (open) stretches?.push(mark(open));
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
    .map((stretches) => line(stretches).trim())
    .join('\n')
    .trim();
}
