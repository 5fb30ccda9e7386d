import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize, tokenizeForms } from '../../src/language/text/tokenizer.ts';
import { UNKNOWN, Vocabulary } from '../../src/language/text/vocabulary.ts';
import { atOnce } from '../../src/language/turns.ts';
import { Openings } from '../../src/story/openings.ts';
import { SentenceStarts } from '../../src/story/sentence-starts.ts';
import { FABLE } from './fakes.ts';

const START = { story: 0, at: 0 };

function reader(texts: readonly string[], window = 3) {
  const forms = texts.map(tokenizeForms);
  const vocabulary = Vocabulary.of(forms, [UNKNOWN]);
  const stories = forms.map((story) => vocabulary.encode(story.map((form) => form.toLowerCase())));
  const openings = new Openings(vocabulary, stories, window);
  const starts = atOnce(
    SentenceStarts.building(vocabulary, stories, {
      language: 'en',
      formOf: (symbol) => vocabulary.forms[vocabulary.idOf(symbol) ?? -1] ?? symbol,
    }),
  );
  return {
    starts,
    prepare: (opening: string, start = START) => {
      const { context, replaced } = atOnce(openings.preparing(opening, start));
      return { context: vocabulary.decode(context).join(' '), replaced };
    },
  };
}

describe('openings', () => {
  const fable = reader([FABLE]);

  it('passes a known opening on as it is', () => {
    expect(fable.prepare('had a general')).toEqual({ context: 'had a general', replaced: [] });
  });

  it('passes all of a long opening on', () => {
    const long = FABLE.split(' ').slice(0, 20).join(' ');
    expect(fable.prepare(long).context).toBe(tokenize(long).join(' '));
  });

  it.each([['  Had   a\n\tGENERAL  '], ['"Had a general"'], ['had_a_general'], ['had a general\u0000']])(
    'reads through spacing, capitals and quotes: %j',
    (typed) => {
      expect(fable.prepare(typed).context).toBe('had a general');
    },
  );

  it('replaces an unknown word by the nearest word, and says so once', () => {
    const { context, replaced } = fable.prepare('Had a Wizzard or a wizzard bells');
    expect(context).toBe(
      'had a easily or a easily bell'
        .replaceAll('easily', replaced[0]?.known ?? '')
        .replace(' or ', ` ${replaced[1]?.known} `),
    );
    expect(replaced.map(({ unknown }) => unknown)).toEqual(['Wizzard', 'or', 'bells']);
    expect(replaced[2]).toEqual({ unknown: 'bells', known: 'bell' });
  });

  it('takes the more frequent of two words that are equally near', () => {
    // `bat` is one letter from all three; `rat` is the most frequent.
    expect(reader(['cat hat rat rat .']).prepare('bat').replaced).toEqual([{ unknown: 'bat', known: 'rat' }]);
  });

  it('writes the stand-in as the corpus does', () => {
    expect(reader(['Then Holmes met Holmes.']).prepare('holmed').replaced).toEqual([
      { unknown: 'holmed', known: 'Holmes' },
    ]);
  });

  it('never lets a mark or the unknown symbol stand in for a word', () => {
    expect(reader(['elephants , . ! ?']).prepare('a').replaced).toEqual([{ unknown: 'a', known: 'elephants' }]);
    expect(fable.prepare('unk').replaced[0]?.known).not.toBe(UNKNOWN);
  });

  it('takes marks that are written differently for the same, without a word about it', () => {
    const { prepare } = reader(['"I don\'t," he said.']);
    expect(prepare('“I don’t')).toEqual({ context: '" i don\'t', replaced: [] });
  });

  it('lets a known mark of its kind stand in for an unknown mark, and leaves others out', () => {
    const { prepare } = reader(['the cat , the dog .']);
    expect(prepare('the cat! the dog')).toEqual({
      context: 'the cat . the dog',
      replaced: [{ unknown: '!', known: '.' }],
    });
    expect(prepare('the cat 🐭 the').replaced).toEqual([{ unknown: '🐭', known: '' }]);
    expect(prepare('the cat 🐭 the').context).toBe('the cat the');
  });

  describe('shorter than the window', () => {
    it('reads what precedes their first occurrence', () => {
      expect(fable.prepare('general').context).toBe('had a general');
      expect(fable.prepare('young mouse').context).toBe('a young mouse');
    });

    it('goes by the longest known ending where the whole occurs nowhere', () => {
      // `mouse cat` is nowhere; `cat` comes first after `enemy , the`.
      expect(reader([FABLE], 4).prepare('mouse cat').context).toBe(', the mouse cat');
    });

    it('prefers the longer match to the earlier one', () => {
      expect(reader(['x b . a b'], 3).prepare('a b').context).toBe('. a b');
    });

    it('takes the end of a story for what precedes its beginning', () => {
      expect(fable.prepare('long ago').context).toBe('. long ago');
      expect(reader(['one two . five', 'three four'], 3).prepare('three').context).toBe('three four three');
    });

    it('begins a sentence where nothing of it is known', () => {
      const at = tokenize(FABLE).indexOf('some');
      expect(fable.prepare('🐭🐭', { story: 0, at }).context).toBe('the cat .');
    });
  });

  it('always gives the model at least a window of known symbols', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 1, max: 9 }), (opening, window) => {
        const { prepare } = reader([FABLE], window);
        expect(tokenize(prepare(opening).context).length).toBeGreaterThanOrEqual(window);
      }),
      { numRuns: 200 },
    );
  });
});

describe('sentence starts', () => {
  const { starts } = reader([FABLE]);

  it('draws a real one by the seed, and not the first words of the text', () => {
    const drawn = new Set(Array.from({ length: 60 }, (_, seed) => starts.proseAt(starts.draw(seed), 3)));
    expect([...drawn].sort()).toEqual(
      [
        'By this means',
        'I venture',
        'Now, if',
        'Some said this',
        'The mice looked',
        'Then the old',
        'This proposal met',
        'You will all',
      ].sort(),
    );
    expect(starts.draw(7)).toEqual(starts.draw(7));
  });

  it('has an answer for a text of one sentence, or of none', () => {
    expect(reader(['one two three']).starts.proseAt({ story: 0, at: 0 }, 2)).toBe('One two');
    expect(reader(['. . . .']).starts.draw(3)).toEqual({ story: 0, at: 0 });
  });

  it('offers sentence starts, the most frequent first', () => {
    const { starts: some } = reader(['A cat ran. The dog sat. The dog sat! The cat sat?']);
    expect(atOnce(some.offering('', 10))).toEqual(['The dog sat', 'A cat ran', 'The cat sat']);
    expect(atOnce(some.offering('the', 1))).toEqual(['The dog sat']);
  });

  it('takes the last word typed for a beginning, whatever capitals and spaces', () => {
    expect(atOnce(starts.offering('  the MI', 10))).toEqual(['The mice looked at one']);
    expect(atOnce(starts.offering('the mice looked at one ano', 10))).toEqual([
      'The mice looked at one another and nobody spoke',
    ]);
  });

  it('offers any place of the text where no sentence starts that way', () => {
    expect(atOnce(starts.offering('had a gen', 10))).toEqual(['Had a general council to consider']);
  });

  it('offers nothing that does not occur', () => {
    expect(atOnce(starts.offering('wizard', 10))).toEqual([]);
    expect(atOnce(starts.offering('wizard had', 10))).toEqual([]);
  });
});
