/** The storyteller with a model that has learned the fable, on the engine that is always there. About 5 seconds. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import type { Model } from '../../src/language/model.ts';
import { Teller } from '../../src/language/telling/teller.ts';
import { tokenize } from '../../src/language/text/tokenizer.ts';
import { PAUSED, trainModel } from '../../src/language/train-model.ts';
import { ALICE, FABLE, learn, openHouse } from './fakes.ts';

const REF = { server: 'starters', name: 'belling-the-cat' };

let engine: Engine;
let model: Model;
beforeAll(async () => {
  ({ engine } = await openEngine({ choice: 'wasm' }));
  const trained = await trainModel(engine, [FABLE], { units: 64, rate: 0.01 });
  if (trained === PAUSED) throw new Error('It was not told to pause.');
  model = trained.model;
});

async function tell(opening: string, words = 32) {
  const { library, storyteller } = openHouse({ openEngine: async () => engine, openTeller: Teller.open });
  await learn(library, REF, { model });
  const story = await storyteller.tell(ALICE, { opening, words, corpus: REF.name });
  await storyteller.close();
  return story;
}

/** All runs of so many symbols. */
function runs(symbols: readonly string[], length: number): string[] {
  return symbols.slice(length - 1).map((_, at) => symbols.slice(at, at + length).join(' '));
}

describe('an opening that the fable does not have', () => {
  const pairs = new Set(runs(tokenize(FABLE), 2));

  it.each([
    'the Cat grinned',
    'the dog and',
    'neighbourhood treacherous remedies',
    'cat mice ,',
    // Behind its last words the fable has nothing.
    'it is easy to propose impossible remedies.',
  ])('is gone on from in words that stand side by side there: %s', async (opening) => {
    const { continuation, replaced } = await tell(opening);
    const last = tokenize(opening).at(-1) as string;
    const read = replaced.find(({ unknown }) => unknown.toLowerCase() === last)?.known ?? last;
    expect(continuation).toHaveLength(32);
    for (const pair of runs([read.toLowerCase(), ...continuation], 2)) expect(pairs).toContain(pair);
  });

  it('leads into the fable, which is then told as it stands', async () => {
    const { continuation } = await tell('the Cat grinned', 20);
    const triples = new Set(runs(tokenize(FABLE), 3));
    expect(runs(continuation, 3).filter((triple) => !triples.has(triple))).toEqual([]);
  });

  it('and where it would go round in a circle, goes on in words that stand side by side all the same', async () => {
    const { continuation } = await tell('had a general', 256);
    expect(continuation).toHaveLength(256);
    const followers = (word: string) => [...pairs].filter((pair) => pair.startsWith(`${word} `));
    // A word that one other follows, which may not be told again, goes on with any.
    const made = runs(continuation, 2).filter((pair) => !pairs.has(pair));
    expect(made.filter((pair) => followers(pair.split(' ')[0] as string).length > 1)).toEqual([]);
  });

  it('changes nothing for one that it has', async () => {
    const { continuation } = await tell('had a general');
    expect(continuation.join(' ')).toBe(
      'council to consider what measures they could take to outwit their common enemy , the cat . some said this , and some said that but at last a young mouse got',
    );
  });
});
