import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEngine } from '../../src/engine/open-engine.ts';
import type { RecipeOptions } from '../../src/language/recipe.ts';
import { LibraryStoryteller } from '../../src/story/library-storyteller.ts';
import { ENDLESS, house, runs } from '../training/house.ts';

const PHRASES = [
  'a purple heron walked',
  'seven brass kettles sang',
  'beneath the crooked lighthouse',
  'grandmother traded her thimble',
  'nobody weighed the moon',
  'an honest ferryman slept',
  'eleven geese in waistcoats',
  'the marmalade treaty failed',
  'whispering to the barometer',
  'until the clocks apologised',
];

/** Files below the folder in which any of the phrases stands, in whatever case, also word by word as a JSON list. */
function traces(folder: string): string[] {
  const needles = PHRASES.flatMap((phrase) => [phrase, phrase.split(' ').join('","')]);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const content = readFileSync(path).toString('latin1').toLowerCase();
      return needles.some((needle) => content.includes(needle));
    });
}

it('leaves no phrase of a forgotten story in the library', { timeout: 120_000 }, async () => {
  const { library, trainer, dataFolder } = house();
  const openWasm = async () => (await openEngine({ choice: 'wasm' })).engine;
  const forget = (corpus: Parameters<typeof trainer.forget>[0]) => trainer.forget(corpus);
  const storyteller = new LibraryStoryteller({ library, trainer, openEngine: openWasm, forgotten: forget });
  const [ann, bob] = ['ann', 'bob'].map((user) => ({ server: 'guild', channel: 'c', user }));
  const upload = (asker: typeof ann, text: string, options: RecipeOptions = { units: 24, iterations: 300 }) =>
    storyteller.train(asker as NonNullable<typeof ann>, {
      files: [{ fileName: 'tale.txt', bytes: Buffer.from(text) }],
      corpus: 'tales',
      mode: 'append',
      options,
    });
  const kept = 'a plain goat ate plain grass and was content with it all day long.';
  await (await upload(bob, kept)).training.ended;
  await (await upload(ann, `${PHRASES.join('. ')}.`)).training.ended;
  const asker = bob as NonNullable<typeof bob>;
  // A story told by heart, one continued, and a training under way with its checkpoint: all hold the text in some form.
  const story = await storyteller.tell(asker, { opening: 'a purple heron', corpus: 'tales' });
  await storyteller.continue(asker, story.id);
  const { training } = await upload(bob, 'a second goat came and ate the rest of it.', ENDLESS);
  await runs(training);
  expect(traces(dataFolder).length).toBeGreaterThan(1);

  const forgotten = await storyteller.forget(ann as NonNullable<typeof ann>);
  expect(forgotten).toMatchObject([{ corpus: 'tales', stories: 1, left: 2 }]);
  expect(traces(dataFolder)).toEqual([]);
  expect((await library.read({ server: 'guild', name: 'tales' })).map(({ text }) => text)).toContain(kept);
  // What is left is learned again, and tells.
  const left = trainer.trainings().at(-1);
  await runs(left as typeof training);
  await trainer.stop(training.request.corpus);
  expect(await left?.ended).toMatchObject({ kind: 'finished' });
  const again = await storyteller.tell(asker, { opening: 'a plain goat', corpus: 'tales' });
  expect(again.continuation).toHaveLength(32);
  expect(traces(dataFolder)).toEqual([]);
  // A corpus that is left empty goes with its name.
  await storyteller.forget(asker);
  const names = readdirSync(dataFolder, { recursive: true }).map(String);
  expect(names.filter((name) => name.includes('tales'))).toEqual([]);
  await storyteller.close();
});
