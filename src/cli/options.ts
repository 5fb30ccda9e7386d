import { FabulistError } from '../errors.ts';

/**
 * A reader for the value of a numeric option. Ranges are the business of whoever uses the number (the storyteller, the
 * recipe): they hold on every surface, and are stated once.
 */
export function number(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    // 1e999 is read as Infinity, which a training's request cannot keep: JSON has no word for it.
    if (/^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) && Number.isFinite(value)) return value;
    throw new FabulistError('usage', `${flag} must be a number, not ${JSON.stringify(text)}.`);
  };
}
