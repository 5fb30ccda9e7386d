import { describe, expect, it } from 'vitest';
import { forecast } from '../../src/language/forecast.ts';
import { completeRecipe } from '../../src/language/recipe.ts';
import { splitText } from '../../src/language/split-text.ts';

/** What is said of a text of so many words before it is learned. */
function of(words: number, engine: 'native' | 'wasm' = 'native') {
  const text = Array.from({ length: words }, (_, k) => `w${(k * k) % 401}`);
  const recipe = completeRecipe({}, words);
  return forecast(recipe, splitText([text], recipe.holdOut, recipe.window), engine);
}

describe('how long a training takes', () => {
  it('is about what was measured: a fable at once, a tale in seconds, a longer one in many more', () => {
    // 204 words took 1.2 to 2 s, 1,000 took 9 s, and 1,892 took 36 s.
    expect(of(204).seconds).toBeGreaterThanOrEqual(1);
    expect(of(204).seconds).toBeLessThanOrEqual(3);
    expect(of(1_000).seconds).toBeGreaterThanOrEqual(5);
    expect(of(1_000).seconds).toBeLessThanOrEqual(14);
    expect(of(1_892).seconds).toBeGreaterThanOrEqual(14);
  });

  it('is longer without the native engine, and says whether the text is learned by heart', () => {
    expect(of(204, 'wasm').seconds).toBeGreaterThan(5 * of(204).seconds);
    expect(of(204).parrots).toBe(true);
    expect(of(5_000).parrots).toBe(false);
  });
});
