import type { Corpus, Library } from '../../src/library/library.ts';
import { story } from './fixtures.ts';

/** What the parts of the contract work on: a library that is new in each test. */
export interface Context {
  library: Library;
  /** The time stands still until it is set. */
  clock: { now: Date };
}

export const mice = { server: 'guild', name: 'Mice' };

/** Adds these texts, as handed over by ann, to guild/Mice. */
export async function stored({ library }: Context, ...texts: string[]): Promise<Corpus> {
  const stories = texts.map((text) => story(text));
  return (await library.addStories(mice, stories, 'append')).corpus;
}

/** Hostile server ids and corpus names. None may reach what another server keeps, or break anything. */
export const HOSTILE = [
  '../x',
  '..',
  '.',
  '/',
  '../../corpora/other',
  'a/b\\c',
  '__proto__',
  'constructor',
  'toString',
  'CON',
  'nul.txt',
  'com1',
  '.locks',
  'trailing  ',
  ' ',
  'nul\0byte',
  'new\nline',
  '🐭🐈',
  '-',
  '%2e%2e%2f',
  '\ud800',
  '*?"<>|:',
  'é'.repeat(200),
];
