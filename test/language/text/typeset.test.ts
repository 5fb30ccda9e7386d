import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize, tokenizeForms } from '../../../src/language/text/tokenizer.ts';
import { capitalized, type Style, Typesetter, typeset } from '../../../src/language/text/typeset.ts';
import { Vocabulary } from '../../../src/language/text/vocabulary.ts';

const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー々〆]/u;

const plain = (language = 'en'): Style => ({ formOf: (symbol) => symbol, language });

/** Sets a text as a model would tell it that has learned nothing else. */
function reset(text: string, language = 'en'): string {
  const vocabulary = Vocabulary.of([tokenizeForms(text)]);
  const formOf = (symbol: string) => vocabulary.forms[vocabulary.idOf(symbol) ?? -1] ?? symbol;
  return typeset(tokenize(text), { formOf, language });
}

describe('typeset', () => {
  it("sets the article's Listing 11 as prose", () => {
    const told = 'outwit their common enemy , the cat . some said this , and some said that';
    expect(typeset(told.split(' '), plain())).toBe(
      'Outwit their common enemy, the cat. Some said this, and some said that',
    );
  });

  // Lines that come out as they went in, whatever the symbols lost on the way.
  it.each([
    ['en', 'He said, "Come in!" They shut the door. "Sit down," she said, "and drink your tea."'],
    ['en', '"Who is it?" asked the mouse. "It is I," said the cat.'],
    ['en', "She asked: 'What is the use of a book (without pictures)?'"],
    ['en', 'The rabbit-hole--dark and deep--went on; it cost $3.50 at 10:30, about 50% off [see below].'],
    ['en', 'I know that I’m late, and I can’t wait… Can you?'],
    ['en', 'They met Mr. Holmes in 1914–1918 and/or later.'],
    ['de', 'Sie fragte: „Kommst du?“ Er nickte. „Ja“, sagte er, „ich komme.“'],
    ['de', '»Nein«, rief sie – und lief davon.'],
    ['es', '«¿Quién es?», preguntó. «Soy yo», dijo ella. ¡Adiós!'],
    ['fr', 'Il demanda\u202f: «\u202fEst-ce toi\u202f?\u202f» Elle rit\u202f!'],
    ['und', '他说：「你好。」我笑了。'],
    ['und', 'Look 👩‍👧 and ❤️ and 👍🏽 and 🇩🇪 here.'],
  ])('%s: %s', (language, text) => {
    expect(reset(text, language)).toBe(text);
  });

  it('writes symbols as the corpus does', () => {
    const style = { ...plain(), formOf: (symbol: string) => (symbol === 'holmes' ? 'Holmes' : symbol) };
    expect(typeset('so holmes spoke'.split(' '), style)).toBe('So Holmes spoke');
  });

  it('writes the English I as a capital, and no other one', () => {
    expect(typeset("then i and i'm".split(' '), plain())).toBe("Then I and I'm");
    expect(typeset('poi i topi'.split(' '), plain('it'))).toBe('Poi i topi');
  });

  it('goes on after an opening as it was typed', () => {
    const continued = (opening: string, told: string) => {
      const typesetter = new Typesetter(plain());
      typesetter.read(opening);
      return opening + typesetter.add(told.split(' '));
    };
    expect(continued('had a general', 'council , the')).toBe('had a general council, the');
    expect(continued('He said, "', 'come in . "')).toBe('He said, "Come in."');
    expect(continued('The end.', 'then it began')).toBe('The end. Then it began');
    expect(continued('It was (', 'nearly ) over')).toBe('It was (nearly) over');
    expect(continued("don'", 't')).toBe("don' t");
  });

  it('knows a closing mark by its language where nothing is open', () => {
    const told = 'er kam “ und ging'.split(' ');
    expect(typeset(told, plain('de'))).toBe('Er kam“ und ging');
    expect(typeset(told, plain('en'))).toBe('Er kam “und ging');
  });

  it('begins speech behind its verb although the mark that ended some before passed for one that opens', () => {
    const told =
      'only came along . " the mender turned it round . then she tied a thread and said , " but it never takes me . " so'.split(
        ' ',
      );
    expect(typeset(told, plain())).toBe(
      'Only came along. "The mender turned it round. Then she tied a thread and said, "But it never takes me." So',
    );
    const within = '" he came in . then he said , " he replied . " and left'.split(' ');
    expect(typeset(within, plain())).toBe('"He came in. Then he said," he replied. "And left');
  });

  it('closes a quotation that was open before the story began', () => {
    expect(typeset('i am late , " said the rabbit . " dear me'.split(' '), plain())).toBe(
      'I am late," said the rabbit. "Dear me',
    );
  });

  it.each([
    ['belling-the-cat', 'en'],
    ['the-umbrella-mender', 'en'],
    ['der-kleine-leuchtturm', 'de'],
    ['la-panadera-y-la-luna', 'es'],
  ])('spaces the starter %s as it is written', (name, language) => {
    const text = readFileSync(resolve(import.meta.dirname, `../../../corpora/${name}.txt`), 'utf8');
    expect(reset(text, language).toLowerCase()).toBe(text.replace(/\s+/g, ' ').trim().toLowerCase());
  });

  const text = fc.oneof(
    // Scripts without blanks have tests of their own: where one meets another, only a dictionary says where a word ends.
    fc.string({ unit: 'grapheme', maxLength: 60 }).filter((drawn) => !UNSPACED.test(drawn)),
    fc
      .array(
        fc.constantFrom(..."a|b1|don't|’|\"|'|“|”|„|«|»|(|)|-|–|—|.|,|:|!|?|5|3|👩|\u200d|\ufe0f|🇩|$|/|。".split('|')),
        { maxLength: 40 },
      )
      .map((parts) => parts.join(' ')),
  );
  const languages = fc.constantFrom('en', 'de', 'fr', 'es', 'und');

  it('loses nothing: the symbols can be read back from the prose', () => {
    fc.assert(
      fc.property(text, languages, (written, language) => {
        const symbols = tokenize(written);
        expect(tokenize(typeset(symbols, plain(language)))).toEqual(symbols);
      }),
      { numRuns: 500 },
    );
  });

  it('never changes what stands already when a story goes on', () => {
    fc.assert(
      fc.property(text, text, languages, (opening, more, language) => {
        const typesetter = new Typesetter(plain(language));
        typesetter.read(opening);
        const whole = opening + typesetter.add(tokenize(more));
        expect(tokenize(whole)).toEqual([...tokenize(opening), ...tokenize(more)]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('capitalized', () => {
  it('knows letters that have no capital to go back from', () => {
    expect(['élan', 'ß', 'ქართული', '5th', '', 'ħ'].map(capitalized)).toEqual(['Élan', 'ß', 'ქართული', '5th', '', 'Ħ']);
  });
});
