import { harmless } from '../harmless.ts';
import type { Message, Paragraph } from '../message.ts';
import type { Texts } from '../texts/texts.ts';

/** How a terminal marks text; plain functions where it does not. */
export interface Marks {
  readonly bold: (text: string) => string;
  readonly italic: (text: string) => string;
  readonly dim: (text: string) => string;
}

export const NO_MARKS: Marks = { bold: (text) => text, italic: (text) => text, dim: (text) => text };

/** Lines longer than this are tiring to read, however wide the terminal. */
const WIDEST_LINE = 100;

/** A message as lines of a terminal of that many columns. */
export function renderLines(message: Message, texts: Texts, marks: Marks, columns: number): string[] {
  const width = Math.max(20, Math.min(columns, WIDEST_LINE));
  const lines = message.paragraphs.flatMap((paragraph) => renderParagraph(paragraph, marks, width));
  const sample = message.card?.sample;
  if (sample) lines.push(...wrapped(`${texts.training.tells}: ${harmless(sample)}`, width));
  if (message.picture) lines.push(marks.dim(harmless(message.picture.alt)));
  const stories = message.actions?.filter(({ name }) => name !== 'stop') ?? [];
  if (stories.length > 0) lines.push(marks.dim(stories.map(({ name }) => `/${name}`).join('  ')));
  return lines;
}

/** A message as one line, for programs and pipes: the n-th reply is the n-th line. */
export function renderLine(message: Message, texts: Texts): string {
  const { paragraphs, card } = message;
  let line = '';
  for (const paragraph of paragraphs) {
    const text = harmless(paragraph.map((span) => span.text).join(''));
    const aside = paragraph.every(({ italic }) => italic);
    if (line === '') line = text;
    else if (aside) line += ` (${text})`;
    else line += `${/[.!?…:)]$/u.test(line) ? '' : line === firstOf(paragraphs) ? ':' : ';'} ${text}`;
  }
  if (card?.sample) line += `${line && ' '}${texts.training.tells}: ${harmless(card.sample)}`;
  return line || harmless(card?.title ?? '');
}

function firstOf([first = []]: readonly Paragraph[]): string {
  return harmless(first.map(({ text }) => text).join(''));
}

function renderParagraph(paragraph: Paragraph, marks: Marks, width: number): string[] {
  const spans = paragraph.map((span) => ({ ...span, text: harmless(span.text) }));
  const text = spans.map((span) => span.text).join('');
  // Wrapping keeps every character in its place, so each span ends where it ended.
  const whole = wrapped(text, width).join('\n');
  let at = 0;
  const marked = spans.map(({ text: { length }, bold, italic }) => {
    const piece = whole.slice(at, at + length).split('\n');
    at += length;
    if (bold) return piece.map(marks.bold).join('\n');
    return (italic ? piece.map((part) => marks.dim(marks.italic(part))) : piece).join('\n');
  });
  return marked.join('').split('\n');
}

/** Breaks lines at blanks, which turn into the line ends. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(' ')) {
    if (line !== undefined && line.length + 1 + word.length > width) {
      lines.push(line);
      line = undefined;
    }
    line = line === undefined ? word : `${line} ${word}`;
  }
  return [...lines, line ?? ''];
}
