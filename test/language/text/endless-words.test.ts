import { describe, expect, it } from 'vitest';
import { tokenizeForms, tokenizeFormsInTurns } from '../../../src/language/text/tokenizer.ts';

/** Words that nobody writes, as long as an upload may be: V8 runs out of stack within one of them. */
describe('a text without blanks', () => {
  it.each([
    ['letters', 'abcdé', 2_000_000],
    ['letters with apostrophes', "é'a", 3_000_000],
    ['accents', '\u0301', 5_000_000],
    ['rare letters', '𝒳', 3_000_000],
  ])(
    'is split, though it is all %s',
    async (_, letter, times) => {
      const text = letter.repeat(times).normalize('NFC');
      const forms = await tokenizeFormsInTurns(text);
      expect(forms.join('').length).toBeGreaterThanOrEqual(text.length * 0.99);
      expect(forms.some((form) => /\p{Cs}/u.test(form))).toBe(false);
    },
    60_000,
  );

  it('is split at once as in turns', () => {
    const text = `${'x'.repeat(1_200_000)}é the end.`;
    expect(tokenizeForms(text).slice(-3)).toEqual(['the', 'end', '.']);
  });
});
