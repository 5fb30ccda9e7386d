import { FabulistError } from '../errors.ts';
import type { StoryRequest } from './storyteller.ts';

/** What a story's numbers may be, for checking here and for the command catalogue. */
export const STORY_LIMITS = {
  words: { least: 8, most: 256, whole: true },
  temperature: { least: 0, most: 2, whole: false },
  topP: { least: 0.05, most: 1, whole: false },
  maxCopy: { least: 2, most: 256, whole: true },
  seed: { least: 0, most: 2 ** 32 - 1, whole: true },
} as const;

/** As people write them. */
const OPTION_NAMES = {
  words: 'words',
  temperature: 'temperature',
  topP: 'top-p',
  maxCopy: 'max-copy',
  seed: 'seed',
} as const satisfies Record<keyof typeof STORY_LIMITS, string>;

export const DEFAULT_WORDS = 32;

/** Characters of an opening at most: a page. */
const LONGEST_OPENING = 2_000;

/** Throws `usage` naming the option, what it takes and what was given. */
export function checkStoryRequest(request: StoryRequest): void {
  for (const name of Object.keys(STORY_LIMITS) as (keyof typeof STORY_LIMITS)[]) {
    const value = request[name];
    const { least, most, whole } = STORY_LIMITS[name];
    if (value === undefined || (value >= least && value <= most && (!whole || Number.isInteger(value)))) continue;
    throw new FabulistError(
      'usage',
      `${OPTION_NAMES[name]} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not ${value}.`,
    );
  }
  const length = [...request.opening].length;
  if (length > LONGEST_OPENING) {
    const most = LONGEST_OPENING.toLocaleString('en');
    throw new FabulistError(
      'usage',
      `The opening must have at most ${most} characters, not ${length.toLocaleString('en')}.`,
    );
  }
}

/** The opening as typed, its white space tidied and free of control characters. */
export function tidied(opening: string): string {
  return opening.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
