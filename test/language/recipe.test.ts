import { describe, expect, it } from 'vitest';
import { completeRecipe } from '../../src/language/recipe.ts';

describe('a recipe', () => {
  it('leaves out more the more often a text is read in the time there is, and learns faster the less often', () => {
    const asked = [{ seconds: 20 }, { seconds: 60 }, { seconds: 150 }, { seconds: 300 }].map((options) =>
      completeRecipe(options, 130_000),
    );
    const dropouts = asked.map(({ dropout }) => dropout);
    expect(dropouts).toEqual([...dropouts].sort((one, other) => one - other));
    expect(new Set(dropouts).size).toBeGreaterThan(1);
    const rates = asked.map(({ rate }) => rate);
    expect(rates).toEqual([...rates].sort((one, other) => other - one));
  });

  it('goes by the steps asked for where they end before the time', () => {
    const { dropout, rate } = completeRecipe({ seconds: 60 }, 130_000);
    expect(completeRecipe({ iterations: 640, seconds: 1_000_000 }, 130_000)).toMatchObject({ dropout, rate });
  });

  it('takes what is asked for', () => {
    const asked = { dropout: 0.25, recurrentDropout: 0.125, rate: 0.001, units: 64, embedding: 32, hidden: 0 };
    expect(completeRecipe(asked, 130_000)).toMatchObject(asked);
  });

  it.each([
    [{ seconds: Number.NaN }, 'seconds must be a number of at least 1, not NaN.'],
    [{ dropout: 1 }, 'dropout must be a number from 0 to 0.9, not 1.'],
    [{ layers: 1.5 }, 'layers must be a whole number from 1 to 4, not 1.5.'],
    [{ name: 'other' as 'default' }, 'The recipe must be "default" or "article", not "other".'],
  ])('refuses %o', (options, sentence) => {
    expect(() => completeRecipe(options, 130_000)).toThrow(sentence);
  });
});
