/**
 * How fast stories are told, one at a time and 32 at once: with weights that nothing was learned with, which tell what was never
 * told before, of the fable's vocabulary and of a book's; and with the fable, learned; and for how long the process that talks with people is held up while a model is loaded.
 * Run: npm run bench -- telling   (about two minutes)
 * With FABULIST_PEERS naming a Python environment that has torch, PyTorch tells as many, in turns with ours; the script is
 * ../shared/baselines/generate_pytorch.py.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../src/engine/engine.ts';
import { openEngine } from '../src/engine/open-engine.ts';
import { decodingModel, encodeModel } from '../src/language/checkpoint.ts';
import type { Model } from '../src/language/model.ts';
import { Random } from '../src/language/random.ts';
import { completeRecipe } from '../src/language/recipe.ts';
import { GRAMS_ORDER } from '../src/language/sequence/mixture.ts';
import { countNGrams } from '../src/language/sequence/n-grams.ts';
import { initialSequenceWeights } from '../src/language/sequence/sequence-network.ts';
import { predictionsOf } from '../src/language/telling/predictions.ts';
import { Teller } from '../src/language/telling/teller.ts';
import { Vocabulary } from '../src/language/text/vocabulary.ts';
import { PAUSED, trainModel } from '../src/language/train-model.ts';
import { inTurns } from '../src/language/turns.ts';
import { initialWeights } from '../src/language/window/network.ts';
import { LoadedModel } from '../src/story/loaded-model.ts';
import type { Measurement } from './measurement.ts';

const WORDS = 32;
const ROUNDS = 15;
const TURNS = 6;
const BOOK_SYMBOLS = 130_000;
/** As many words as a vocabulary has that is not divided, and of a text as long as is promised. */
const LARGEST = { vocabulary: 20_000, symbols: 1_000_000 };
const FABLE = join(import.meta.dirname, '../corpora/belling-the-cat.txt');
const PEER = join(import.meta.dirname, '../../shared/baselines/generate_pytorch.py');

/** An untrained model of 512 units whose text is drawn by Zipf's law. */
async function madeUpModel(vocabulary: number, symbols: number): Promise<Model> {
  const recipe = completeRecipe({ holdOut: 0 }, symbols);
  const sequence = recipe.model === 'sequence';
  const random = new Random(1);
  const text = Int32Array.from({ length: symbols }, () => Math.floor(vocabulary ** random.next()) % vocabulary);
  return {
    recipe,
    vocabulary: new Vocabulary(Array.from({ length: vocabulary }, (_, id) => (id === 0 ? '.' : `w${id}`))),
    text: { stories: [text] },
    language: 'en',
    weights: sequence ? initialSequenceWeights(recipe, vocabulary) : initialWeights(recipe, vocabulary),
    grams: sequence ? await countNGrams([text], GRAMS_ORDER, vocabulary) : null,
    predictions: null,
  };
}

/**
 * The same with no text to back off to (`language/window/back-off.ts`), so that the network is asked for every word. An untrained one
 * draws windows that its text hardly ever has, and what would be measured is counting.
 */
function withoutText(model: Model): Model {
  return { ...model, text: { stories: [] } };
}

let seeds = 0;

/** The fable as everybody has it, learned. */
async function fable(engine: Engine): Promise<Model> {
  const trained = await trainModel(engine, [readFileSync(FABLE, 'utf8')], {});
  if (trained === PAUSED) throw new Error('Nobody paused the training.');
  return { ...trained.model, predictions: await predictionsOf(engine, trained.model) };
}

/** Milliseconds for so many stories asked for at once, ROUNDS times, each beginning with other symbols and drawn with another seed. */
async function tellAtOnce(teller: Teller, stories: number, openings: Int32Array): Promise<number[]> {
  const times: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const start = performance.now();
    const told = await Promise.all(
      Array.from({ length: stories }, (_, k) =>
        teller.tell(openings.subarray(3 * k, 3 * k + 3), { words: WORDS, temperature: 1, seed: seeds++ }),
      ),
    );
    // The first round warms up.
    if (round >= 0) times.push(performance.now() - start);
    if (told.some(({ ids }) => ids.length !== WORDS)) throw new Error('A story came out short.');
  }
  return times;
}

/** What PyTorch takes for 1 and 32 stories, where there is one. */
function peer(vocabulary: number): Map<number, number> {
  const python = process.env.FABULIST_PEERS && join(process.env.FABULIST_PEERS, 'bin/python');
  if (!python || !existsSync(PEER)) return new Map();
  const printed = execFileSync(python, [PEER, String(vocabulary)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = printed.trim().split('\n');
  return new Map(
    lines.map((line) => JSON.parse(line) as { batch: number; ms: number }).map(({ batch, ms }) => [batch, ms]),
  );
}

/** openings: symbols of which each story begins with three of its own. */
async function compare(
  engine: Engine,
  model: Model,
  openings: Int32Array,
  sizes: readonly number[],
  called: string,
): Promise<Measurement[]> {
  const vocabulary = model.vocabulary.size;
  const teller = await Teller.open(engine, model);
  const ours = new Map<number, number[]>(sizes.map((size) => [size, []]));
  const peers = new Map<number, number[]>(sizes.map((size) => [size, []]));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const size of sizes) ours.get(size)?.push(...(await tellAtOnce(teller, size, openings)));
    for (const [size, ms] of peer(vocabulary)) peers.get(size)?.push(ms);
  }
  teller.dispose();
  return sizes.map((size): Measurement => {
    const [mine, theirs] = [median(ours.get(size) ?? []), median(peers.get(size) ?? [])];
    const compared = theirs !== undefined && mine !== undefined;
    const what = size === 1 ? 'one 32-word story' : `${size} stories of 32 words at once`;
    return {
      name: `${what}, 512 units, ${vocabulary.toLocaleString('en')} symbols, ${called} (${engine.name})`,
      ours: round(mine ?? Number.NaN),
      peer: compared ? round(theirs) : null,
      peerName: compared ? 'PyTorch' : null,
      unit: 'ms',
      ratio: compared ? round(mine / theirs) : null,
    };
  });
}

/** The longest that one turn held the event loop while a model of a book was decoded, indexed and handed to the engine. */
async function loading(engine: Engine, vocabulary: number, symbols: number): Promise<Measurement> {
  const files = encodeModel(await madeUpModel(vocabulary, symbols));
  const longest: number[] = [];
  for (let round = 0; round < 5; round++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await sleep(20);
    delay.reset();
    const loaded = await LoadedModel.open(
      engine,
      { id: 'bench', engine: engine.name },
      await inTurns(decodingModel(files)),
      Teller.open,
    );
    await sleep(5);
    delay.disable();
    longest.push(delay.max / 1e6 - 1);
    loaded.teller.dispose();
  }
  return {
    name: `the event loop is held while a model of ${vocabulary.toLocaleString('en')} symbols is loaded that has learned a text of ${symbols.toLocaleString('en')}, longest turn`,
    ours: round(median(longest) ?? Number.NaN),
    peer: null,
    peerName: null,
    unit: 'ms',
    ratio: null,
  };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

function firstStory(model: Model): Int32Array {
  return model.text.stories[0] as Int32Array;
}

const { engine } = await openEngine({ choice: 'auto' });
const measured: Measurement[] = [];
const untrained = await madeUpModel(112, 300);
measured.push(...(await compare(engine, withoutText(untrained), firstStory(untrained), [1, 32], 'untrained')));
const learned = await fable(engine);
measured.push(...(await compare(engine, learned, firstStory(learned), [1, 32], 'the fable')));
const book = await madeUpModel(8_000, BOOK_SYMBOLS);
measured.push(...(await compare(engine, book, firstStory(book), [1], 'untrained')));
measured.push(await loading(engine, 8_000, BOOK_SYMBOLS));
measured.push(await loading(engine, LARGEST.vocabulary, LARGEST.symbols));
console.log(JSON.stringify(measured));
