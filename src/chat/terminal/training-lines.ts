import { harmless } from '../harmless.ts';
import type { Card } from '../message.ts';
import type { Texts } from '../texts/texts.ts';

const BAR = 24;

/** A training as lines that are drawn again and again in one place, none wider than the terminal. */
export function trainingLines(card: Card, texts: Texts, columns: number): string[] {
  const { share, title, facts, sample } = card;
  const bar = share === null ? '' : `  ${barOf(share)} ${texts.figures.percent(share)}`;
  const lines = [title + bar];
  if (facts.length > 0) lines.push(`  ${facts.map(({ label, value }) => `${label}: ${value}`).join(', ')}`);
  if (sample) lines.push(`  ${texts.training.tellsNow}: ${sample}`);
  return lines.map((line) => fitted(harmless(line), columns));
}

function barOf(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR);
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

/** Cut where the terminal would wrap it: a wrapped line could not be drawn over. */
function fitted(line: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const character of line) {
    width += widthOf(character);
    if (width > columns - 2) return `${line.slice(0, end)}…`;
    end += character.length;
  }
  return line;
}

/** Columns that a line takes at most. */
export function columnsOf(line: string): number {
  let width = 0;
  for (const character of line) width += widthOf(character);
  return width;
}

/** Columns that a character takes at most. Rather too many than too few: a line too short harms nothing. */
function widthOf(character: string): number {
  const code = character.codePointAt(0) as number;
  const block = code >= 0x2580 && code <= 0x259f;
  return code < 0x1100 || block || (code >= 0x2010 && code <= 0x2027) ? 1 : 2;
}
