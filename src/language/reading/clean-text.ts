import { setImmediate as turn } from 'node:timers/promises';
import { withoutLicence } from './gutenberg.ts';
import { joinLines } from './line-breaks.ts';
import { withoutFurniture } from './page-furniture.ts';

/** What was taken out of a file because it is no part of the story. */
export type Removed = 'licence' | 'page-numbers' | 'running-heads';

/** The story in a text: paragraphs are lines, whatever the file made of them. */
export async function cleanText(text: string): Promise<{ text: string; removed: Removed[] }> {
  const written = text
    .replace(/\r\n?|[\v\x85\u2028\u2029]/g, '\n')
    // Marks that nobody sees: byte order, direction of writing, where a word might be broken.
    .replace(/\ufeff|[\u200e\u200f\u202a-\u202e\u2066-\u2069]|\u00ad(?!\n)/g, '')
    .replace(/\f/g, '\n\f');
  await turn();
  const book = withoutLicence(written);
  await turn();
  const pages = await withoutFurniture(book.text.split('\n'));
  await turn();
  const joined = await joinLines(pages.lines);
  await turn();
  return {
    // Control characters tell no story; the few that old text files hold (an end mark) become blanks.
    text: joined.replace(/[^\P{Cc}\t\n]/gu, ' ').normalize('NFC'),
    removed: [
      ...(book.removed ? (['licence'] as const) : []),
      ...(pages.pageNumbers ? (['page-numbers'] as const) : []),
      ...(pages.runningHeads ? (['running-heads'] as const) : []),
    ],
  };
}
