/**
 * Whether a long text costs more a word than a short one: the default recipe on 1,000,000 words and on 100,000 of the same
 * vocabulary, a fixed number of steps of each in turns; seconds for each word seen, and set-up for each word of the text.
 * Both texts begin with the same sentences of a book, which hold the whole vocabulary, and go on with sentences drawn from them.
 * Run: npm run bench -- words   (a minute and a half on an idle machine; --rounds 3 unless told)
 */
import { readFileSync } from 'node:fs';
import type { Engine } from '../src/engine/engine.ts';
import { openEngine } from '../src/engine/open-engine.ts';
import { Random } from '../src/language/random.ts';
import { endsSentence, tokenize } from '../src/language/text/tokenizer.ts';
import { trainModel } from '../src/language/train-model.ts';
import { bookPath } from './book-training.ts';
import { compared, type Measurement, median } from './measurement.ts';
import { rounds } from './peers.ts';

const SMALL = 100_000;
const LARGE = 1_000_000;
/** Words that hold the whole vocabulary: less than the part of the small text that is not held out. */
const SOURCE = 60_000;
const STEPS = 30;
/** Steps that warm up. */
const FIRST = 5;

interface Cost {
  /** Seconds of each step after the first few. */
  readonly steps: number[];
  /** Seconds from the text to the first step's end, for each word of the text. */
  readonly setUp: number[];
}

async function train(engine: Engine, text: string, words: number, cost: Cost): Promise<void> {
  const start = performance.now();
  let [before, step] = [start, 0];
  const intent = () => {
    const now = performance.now();
    step++;
    if (step === 1) cost.setUp.push((now - start) / 1_000 / words);
    if (step > FIRST) cost.steps.push((now - before) / 1_000);
    before = now;
    return step < FIRST + STEPS ? 'go-on' : 'pause';
  };
  await trainModel(engine, [text], {}, { intent });
}

/** Text of so many words: the source's sentences once, then drawn again. */
function resampled(sentences: readonly string[][], words: number): string {
  const random = new Random(1);
  const drawn = sentences.map((sentence) => sentence.join(' '));
  let count = sentences.reduce((sum, sentence) => sum + sentence.length, 0);
  while (count < words) {
    const sentence = sentences[random.below(sentences.length)] as string[];
    drawn.push(sentence.join(' '));
    count += sentence.length;
  }
  return drawn.join('\n');
}

function sentencesOf(symbols: readonly string[]): string[][] {
  const sentences: string[][] = [[]];
  for (const symbol of symbols) {
    sentences.at(-1)?.push(symbol);
    if (endsSentence(symbol)) sentences.push([]);
  }
  return sentences.filter((sentence) => sentence.length > 0);
}

const rows: Measurement[] = [];
const path = bookPath('sherlock');
if (path === undefined) console.error('The benchmark words needs ../shared/corpora/sherlock.txt, which is not here.');
else {
  const sentences = sentencesOf(tokenize(readFileSync(path, 'utf8')).slice(0, SOURCE));
  const [small, large] = [resampled(sentences, SMALL), resampled(sentences, LARGE)];
  const { engine } = await openEngine({ choice: 'auto' });
  const [ofSmall, ofLarge]: [Cost, Cost] = [
    { steps: [], setUp: [] },
    { steps: [], setUp: [] },
  ];
  await train(engine, small, SMALL, { steps: [], setUp: [] }); // warms up
  for (let round = 0; round < rounds(3); round++) {
    await train(engine, small, SMALL, ofSmall);
    await train(engine, large, LARGE, ofLarge);
  }
  const name = '1,000,000 words of the same vocabulary';
  const peer = (value: number) => ({ name: '100,000 words', value });
  // A step of either sees the same number of words: the ratio of steps is the ratio of words.
  rows.push(
    compared(
      { name: `${name}, training milliseconds a step`, unit: 'ms', note: engine.description },
      median(ofLarge.steps) * 1e3,
      peer(median(ofSmall.steps) * 1e3),
    ),
    compared(
      { name: `${name}, set-up a word of the text`, unit: 'us' },
      median(ofLarge.setUp) * 1e6,
      peer(median(ofSmall.setUp) * 1e6),
    ),
  );
}
console.log(JSON.stringify(rows));
