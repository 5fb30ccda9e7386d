import { describe, expect, it } from 'vitest';
import { FabulistError } from '../../../src/errors.ts';
import { readStoryFile } from '../../../src/language/reading/story-file.ts';
import { splitText } from '../../../src/language/split-text.ts';
import { tokenizeForms } from '../../../src/language/text/tokenizer.ts';
import { damagedFiles, ODD } from './damaged-files.ts';

const LIMITS = { bytes: 10_000_000, symbols: 4 };

/** Reads a file as far as a training does before it learns; the sentence where it is refused. */
async function outcome(name: string, bytes: Buffer): Promise<string> {
  try {
    const { text } = await readStoryFile(name, bytes, LIMITS);
    expect(text).not.toMatch(/[\0\r]/);
    const split = splitText([tokenizeForms(text)], 0.1, 3);
    expect(split.vocabulary.size).toBeGreaterThan(0);
    expect(split.windows.count).toBeGreaterThan(0);
    return 'read';
  } catch (error) {
    if (!(error instanceof FabulistError)) throw error;
    expect(error.message).toMatch(/^[^\n]{10,250}\.$/);
    expect(['bad-file', 'too-short', 'too-large']).toContain(error.code);
    return error.code;
  }
}

describe('a damaged file', () => {
  it('is read or refused in one sentence, 200 times', async () => {
    const outcomes = new Map<string, number>();
    let count = 0;
    for (const [name, bytes] of damagedFiles()) {
      const what = await outcome(name, bytes);
      outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
      count++;
    }
    expect(count).toBeGreaterThanOrEqual(200);
    // Neither everything nor nothing: what is only scratched is still worth reading.
    expect(outcomes.get('read')).toBeGreaterThan(80);
    expect(outcomes.get('bad-file')).toBeGreaterThan(20);
  }, 120_000);

  it.each(ODD)(
    'is read or refused in one sentence: %s',
    async (name, bytes) => {
      await outcome(name.includes('Markdown') ? 'odd.md' : 'odd.txt', bytes());
    },
    120_000,
  );
});
