import { Random } from '../src/language/random.ts';

/** Words drawn from 8,000 by Zipf's law, a full stop after every 15 or so: it trains at the cost of a real book. */
export function madeUpBook(words: number): string {
  const random = new Random(1);
  const drawn: string[] = [];
  for (let k = 0; k < words; k++) {
    drawn.push(k % 15 === 14 ? '.' : `w${Math.floor(8_000 ** random.next())}`);
  }
  return drawn.join(' ');
}
