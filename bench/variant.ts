/**
 * Trains a sequence model of one text with any recipe and prints how well it predicts the held-out tenth: what the table of
 * docs/models.md was made with. Nothing else runs beside it, and the number of steps decides when it ends, not the clock, so
 * that a busy machine gives the same figures.
 *
 *   npm run variant -- FILE [key=value...]     such as: npm run variant -- book.txt iterations=3000 dropout=0.5 hidden=0
 */
import { existsSync, readFileSync } from 'node:fs';
import { openEngine } from '../src/engine/open-engine.ts';
import { BY_HEART, completeRecipe, type RecipeOptions } from '../src/language/recipe.ts';
import { PAUSED, trainModel } from '../src/language/train-model.ts';

const [file, ...settings] = process.argv.slice(2);
if (file === undefined) {
  refuse('Name a text file, and what of the recipe should differ, such as iterations=3000 dropout=0.4.');
}
const numbers = Object.entries(completeRecipe({}, BY_HEART)).flatMap(([key, value]) =>
  typeof value === 'number' ? [key] : [],
);
const options = Object.fromEntries(
  settings.map((setting) => {
    const [key = '', value = ''] = setting.split('=');
    if (!numbers.includes(key)) refuse(`${key} is nothing of the recipe; there are ${numbers.join(', ')}.`);
    if (value === '' || Number.isNaN(Number(value))) refuse(`${key} must be a number, as in ${key}=1, not "${value}".`);
    return [key, Number(value)];
  }),
) as RecipeOptions;
try {
  completeRecipe(options, BY_HEART);
} catch (error) {
  refuse((error as Error).message);
}
if (!existsSync(file)) refuse(`${file} does not exist: check the path.`);
const text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
const { engine } = await openEngine({ choice: 'auto' });
let shown = 0;
const trained = await trainModel(
  engine,
  [text],
  { seed: 1, holdOut: 0.1, seconds: 1_000_000, ...options },
  {
    onProgress: ({ step, loss, heldOutPerplexity, secondsSpent }) => {
      if (secondsSpent - shown < 30) return;
      shown = secondsSpent;
      console.error(
        `${step} steps, ${Math.round(secondsSpent)} s, loss ${loss.toFixed(3)}, held-out ${heldOutPerplexity}`,
      );
    },
  },
);
if (trained !== PAUSED) {
  const { steps, seconds, heldOutPerplexity, heldOutPerplexityModelOnly } = trained.figures;
  console.log(JSON.stringify({ ...options, steps, seconds, heldOutPerplexityModelOnly, heldOutPerplexity }));
}
process.exit(0);

function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}
