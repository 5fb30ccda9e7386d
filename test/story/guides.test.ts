import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Telling } from '../../src/language/telling/telling.ts';
import { isWord, tokenize } from '../../src/language/text/tokenizer.ts';
import { Vocabulary } from '../../src/language/text/vocabulary.ts';
import { atOnce } from '../../src/language/turns.ts';
import { CopyGuide } from '../../src/story/copy-guide.ts';
import { LoopGuide } from '../../src/story/loop-guide.ts';
import { OriginalityIndex } from '../../src/story/originality-index.ts';
import { SentenceEnding } from '../../src/story/sentence-ending.ts';
import { FABLE } from './fakes.ts';

function corpus(text: string) {
  const symbols = tokenize(text);
  const vocabulary = Vocabulary.build([symbols]);
  const story = vocabulary.encode(symbols);
  return { vocabulary, story, index: atOnce(OriginalityIndex.building(vocabulary, [story])) };
}

/** What a guide makes of equally likely symbols after a story: those ruled out, and those made less or more likely. */
function steered(
  guide: { steer: CopyGuide['steer'] | SentenceEnding['steer'] },
  vocabulary: Vocabulary,
  after: string,
  left = 9,
) {
  const logits = new Float32Array(vocabulary.size);
  guide.steer(logits, [...vocabulary.encode(tokenize(after))], left);
  const which = (holds: (logit: number) => boolean) =>
    vocabulary.symbols.filter((_, id) => holds(logits[id] as number)).sort();
  return {
    out: which((logit) => logit === Number.NEGATIVE_INFINITY),
    less: which((logit) => logit < 0 && logit > Number.NEGATIVE_INFINITY),
    more: which((logit) => logit > 0),
  };
}

describe('a guide against copies', () => {
  const { vocabulary, story, index } = corpus(FABLE);
  const guide = (words: number) => new CopyGuide(index.text, vocabulary.symbols.map(isWord), words);

  it.each([
    [3, 'had a general', ['council']],
    [4, 'had a general', []],
    [2, 'got up and said', ['he', 'that']],
    [3, 'said the old mouse', ['said']],
    // Marks do not count, but stand in the way where the corpus has none.
    [3, 'outwit their common enemy ,', ['the']],
    [3, 'outwit their , common enemy', []],
    // A mark never makes a stretch longer.
    [3, 'outwit their common enemy', []],
    [2, 'general', []],
  ])('of %i words, after "%s", rules out %j', (words, after, out) => {
    expect(steered(guide(words), vocabulary, after)).toEqual({ out, less: [], more: [] });
  });

  it('keeps every story below what it allows', () => {
    const run = fc.record({ words: fc.integer({ min: 2, max: 8 }), seed: fc.nat(), start: fc.nat(200) });
    fc.assert(
      fc.property(run, ({ words, seed, start }) => {
        const begin = story.subarray(start, start + 2);
        const telling = new Telling(begin, { words: 60, temperature: 0.5, seed, guides: [guide(words)] }, 9, -1);
        let last: number | undefined;
        while (!telling.done) {
          const before = last;
          last = telling.next();
          if (!telling.chooses) continue;
          // A model that knows the text by heart, pairs of symbols at least.
          const logits = new Float32Array(vocabulary.size);
          for (let at = 1; at + 1 < story.length; at++) {
            if (story[at] === last) logits[story[at + 1] as number] = story[at - 1] === before ? 12 : 6;
          }
          telling.choose(logits);
        }
        const symbols = vocabulary.decode([...begin, ...telling.told().ids]);
        expect(index.of(symbols).longestCopiedWords).toBeLessThanOrEqual(words);
      }),
    );
  });
});

describe('a guide against circles', () => {
  const { vocabulary, index } = corpus(`${FABLE} row row row your boat, row the boat.`);
  const guide = new LoopGuide(index.text);

  it.each([
    ['nothing came twice', 'the mice had a general council', [], []],
    ['three symbols came twice', 'the old mouse . the old', [], []],
    ['four would', 'the old mouse said . the old mouse', [], ['said']],
    ['a short run would come three times', 'bell the cat , bell the cat , bell the cat', [','], []],
    ['two symbols would', 'at last at last at', ['last'], []],
    ['one symbol would', 'the cat cat', ['cat'], []],
    ['the corpus says it three times', 'your row row', [], []],
    [
      'a long run would come twice',
      `measures they could take to outwit their mice , now the old mouse . measures they could take to outwit their mice , now the`,
      ['old'],
      [],
    ],
  ])('when %s', (_, after, out, less) => {
    expect(steered(guide, vocabulary, after)).toEqual({ out, less, more: [] });
  });

  it('lets a refrain be sung as the corpus has it, and no oftener', () => {
    const refrain = 'with a hey and a ho and a hey nonino that over the green field did pass in spring time ,';
    const song = corpus(`it was a lover and his lass , ${refrain} between the acres of the rye , ${refrain}`);
    const loops = new LoopGuide(song.index.text);
    const sung = `${refrain} between the acres of the rye , with a hey and a ho and a hey nonino that over`;
    expect(steered(loops, song.vocabulary, sung).out).toEqual([]);
    expect(
      steered(loops, song.vocabulary, `${refrain} the rye , with a hey and a ho and a hey nonino that`).out,
    ).toEqual(['over']);
  });

  it.each([0, 0.8])('ends the circles of a model that knows nothing else, at temperature %s', (temperature) => {
    const begin = vocabulary.encode(['the', 'cat']);
    const telling = new Telling(begin, { words: 256, temperature, seed: 1, guides: [guide] }, 1, -1);
    while (!telling.done) {
      const last = telling.next();
      if (!telling.chooses) continue;
      const logits = Float32Array.from({ length: vocabulary.size }, (_, id) => -id / 50);
      logits[(last * 7 + 1) % 5] = 8;
      telling.choose(logits);
    }
    const told = telling.told().ids.join(' ');
    expect(told).not.toMatch(/(?:^| )((?:\d+ ){1,6})\1\1/);
    expect(told).not.toMatch(/(?:^| )((?:\d+ ){12}).*(?<= )\1/);
  });
});

describe('the ending of a story', () => {
  const text = `Mr. Fox met Mr. Hen. Mr. Hen ran. Mr. Fox sat! "Sit," said Mr. Fox. "Who?" ${FABLE}`;
  const { vocabulary, story } = corpus(text);
  const ending = atOnce(SentenceEnding.building(vocabulary, [story]));
  const ids = (symbols: string) => [...vocabulary.encode(tokenize(symbols))];

  it('makes sentence ends likelier from place to place, near the end alone', () => {
    const more = (left: number, after = 'the cat') => steered(ending, vocabulary, after, left).more;
    expect(more(8)).toEqual([]);
    expect(more(7)).toEqual(['!', '.', '?']);
    expect(more(1)).toEqual(['!', '.', '?']);
    expect(more(1, 'said mr')).toEqual([]);
  });

  it('is behind a sentence, not behind an abbreviation', () => {
    expect(ending.endsAt(ids('the cat .'))).toBe(true);
    expect(ending.endsAt(ids('who ?'))).toBe(true);
    expect(ending.endsAt(ids('the cat ,'))).toBe(false);
    expect(ending.endsAt(ids('said mr .'))).toBe(false);
    expect(ending.closes(vocabulary.idOf('"') ?? -1)).toBe(true);
    expect(ending.closes(vocabulary.idOf(',') ?? -1)).toBe(false);
  });
});
