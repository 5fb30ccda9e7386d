import { harmless } from '../chat/harmless.ts';
import { FigureWriter } from '../chat/texts/figures.ts';

export { harmless } from '../chat/harmless.ts';

/** Longer names push the columns of a table off the screen. */
const LONGEST_NAME = 40;

/** Numbers and times in English, as the chat writes them. */
export const figures = new FigureWriter('en-GB', { second: 's', minute: 'min', hour: 'h' });

/** A name of a corpus or a file for a sentence or a table: nothing a terminal would obey, and cut where it is very long. */
export function named(name: string): string {
  const characters = [...harmless(name)];
  const short = characters.length > LONGEST_NAME ? [...characters.slice(0, LONGEST_NAME - 1), '…'] : characters;
  // A name of control characters alone is still a name.
  return short.join('') || '\ufffd';
}
