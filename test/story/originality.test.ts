import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunIndex } from '../../src/language/text/run-index.ts';
import { tokenize } from '../../src/language/text/tokenizer.ts';
import { Vocabulary } from '../../src/language/text/vocabulary.ts';
import { atOnce } from '../../src/language/turns.ts';
import { OriginalityIndex } from '../../src/story/originality-index.ts';
import { FABLE } from './fakes.ts';

function originalityOf(story: string, ...texts: string[]) {
  const symbols = texts.map(tokenize);
  const vocabulary = Vocabulary.build(symbols);
  return atOnce(
    OriginalityIndex.building(
      vocabulary,
      symbols.map((text) => vocabulary.encode(text)),
    ),
  ).of(tokenize(story));
}

describe('originality', () => {
  const TEXT = 'the cat sat on the mat , and the dog slept .';

  it.each([
    // Copied whole: nine words, six runs of four words, none new.
    ['the cat sat on the mat, and the dog', { longestCopiedWords: 9, newFourWordRuns: 0 }],
    // `sat on the` stands there; `the dog` and `dog sat` not behind each other. 4 runs: dog sat on the | sat on the mat | ...
    ['dog sat on the mat', { longestCopiedWords: 4, newFourWordRuns: 1 / 2 }],
    // A missing comma breaks the run of symbols, but not that of words.
    ['the mat and the dog', { longestCopiedWords: 3, newFourWordRuns: 0 }],
    ['a bird sang here loudly', { longestCopiedWords: 0, newFourWordRuns: 1 }],
    // The unknown word splits the story in two.
    ['the cat sat xyz on the mat', { longestCopiedWords: 3, newFourWordRuns: 1 }],
    ['the cat', { longestCopiedWords: 2, newFourWordRuns: 0 }],
    ['. , .', { longestCopiedWords: 0, newFourWordRuns: 0 }],
    ['', { longestCopiedWords: 0, newFourWordRuns: 0 }],
  ])('%j', (story, expected) => {
    expect(originalityOf(story, TEXT)).toEqual(expected);
  });

  it('does not let a run cross from one story into the next', () => {
    expect(originalityOf('one two three four', 'one two', 'three four')).toEqual({
      longestCopiedWords: 2,
      newFourWordRuns: 1,
    });
    // An unknown symbol is not the boundary between two stories either.
    expect(originalityOf('one two xyz three four', 'one two', 'three four').longestCopiedWords).toBe(2);
  });

  it('sees through a fable told by heart', () => {
    const told = tokenize(FABLE).slice(5, 40).join(' ');
    expect(originalityOf(told, FABLE)).toEqual({ longestCopiedWords: 32, newFourWordRuns: 0 });
  });

  it('agrees with comparing everything with everything', () => {
    const word = fc.constantFrom('a', 'b', 'c', ',');
    fc.assert(
      fc.property(
        fc.array(fc.array(word, { maxLength: 12 }), { maxLength: 3 }),
        fc.array(word, { maxLength: 12 }),
        (texts, story) => {
          const isRun = (run: string[], of: string[][]) =>
            of.some((text) => text.some((_, at) => run.every((symbol, k) => text[at + k] === symbol)));
          const noMarks = (symbols: string[]) => symbols.filter((symbol) => symbol !== ',');
          let longest = 0;
          for (let from = 0; from < story.length; from++) {
            for (let to = from + 1; to <= story.length; to++) {
              const run = story.slice(from, to);
              if (isRun(run, texts)) longest = Math.max(longest, noMarks(run).length);
            }
          }
          const words = noMarks(story);
          const runs = words.slice(3).map((_, at) => words.slice(at, at + 4));
          const fresh = runs.filter((run) => !isRun(run, texts.map(noMarks))).length;
          expect(originalityOf(story.join(' '), ...texts.map((text) => text.join(' ')))).toEqual({
            longestCopiedWords: longest,
            newFourWordRuns: runs.length === 0 ? 0 : fresh / runs.length,
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('run index', () => {
  it('answers for a book', () => {
    // A book of 130,000 symbols, drawn as words are: the k-th most frequent about 1/k as often.
    let state = 1;
    const next = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const book = Int32Array.from({ length: 130_000 }, () => Math.floor(10_000 ** next()) - 1);
    const index = atOnce(RunIndex.building([book], 10_000));
    expect(index.longest(book.slice(77_000, 77_256))).toBe(256);
    expect(index.has(book.slice(99_000, 99_004))).toBe(true);
    expect(index.has(Int32Array.of(9_999, 9_999, 9_999, 9_999))).toBe(false);
    expect(index.longest(Int32Array.of(-1, 0))).toBe(0);
  });
});
