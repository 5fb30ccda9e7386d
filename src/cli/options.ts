import { FabulistError } from '../errors.ts';

/**
 * A reader for the value of a numeric option. Ranges are the business of whoever uses the number (the storyteller, the
 * recipe): they hold on every surface, and are stated once.
 */
export function number(flag: string): (text: string) => number {
  return (text) => {
    if (/^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text)) return Number(text);
    throw new FabulistError('usage', `${flag} must be a number, not ${JSON.stringify(text)}.`);
  };
}
