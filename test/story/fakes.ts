import type { Engine } from '../../src/engine/engine.ts';
import { encodeModel } from '../../src/language/checkpoint.ts';
import type { Model } from '../../src/language/model.ts';
import { Random } from '../../src/language/random.ts';
import { completeRecipe } from '../../src/language/recipe.ts';
import type { TellOptions, Told } from '../../src/language/telling/telling.ts';
import { tokenizeForms } from '../../src/language/text/tokenizer.ts';
import { Vocabulary } from '../../src/language/text/vocabulary.ts';
import type { CorpusRef, Figures, Library, NewVersion, Version } from '../../src/library/library.ts';
import { MemoryLibrary } from '../../src/library/memory-library.ts';
import { LibraryStoryteller } from '../../src/story/library-storyteller.ts';
import type { ModelTeller } from '../../src/story/loaded-model.ts';
import type { Asker } from '../../src/story/storyteller.ts';
import type { StorytellerOptions } from '../../src/story/storyteller-options.ts';
import type { ReportTo, Trainer, Training, TrainingEvent, TrainingRequest } from '../../src/training/trainer.ts';

export const FABLE =
  'long ago, the mice had a general council to consider what measures they could take to outwit their common enemy, ' +
  'the cat. some said this, and some said that but at last a young mouse got up and said he had a proposal to make, ' +
  'which he thought would meet the case. you will all agree, said he, that our chief danger consists in the sly and ' +
  'treacherous manner in which the enemy approaches us. now, if we could receive some signal of her approach, we could ' +
  'easily escape from her. i venture, therefore, to propose that a small bell be procured, and attached by a ribbon ' +
  'round the neck of the cat. by this means we should always know when she was about, and could easily retire while she ' +
  'was in the neighbourhood. this proposal met with general applause, until an old mouse got up and said that is all ' +
  'very well, but who is to bell the cat? the mice looked at one another and nobody spoke. then the old mouse said it ' +
  'is easy to propose impossible remedies.';

export const ALICE: Asker = { server: 'guild-1', channel: 'general', user: 'alice' };
export const BOB: Asker = { server: 'guild-1', channel: 'random', user: 'bob' };
export const EVE: Asker = { server: 'guild-2', channel: 'general', user: 'eve' };

/** A model that is all vocabulary and text; its weights are `weightBytes` zeros. */
export function modelOf(texts: readonly string[], language = 'en', weightBytes = 16): Model {
  const forms = texts.map(tokenizeForms);
  const vocabulary = Vocabulary.of(forms);
  return {
    recipe: completeRecipe({}, 100),
    vocabulary,
    text: { stories: forms.map((story) => vocabulary.encode(story.map((form) => form.toLowerCase()))) },
    language,
    grams: null,
    predictions: null,
    weights: [{ name: 'output', shape: [weightBytes / 4], values: new Float32Array(weightBytes / 4) }],
  };
}

/**
 * Knows its text by heart: goes on where the longest ending of the context stands in it. Above temperature 0 it leaves the
 * text at every fourth symbol, by the seed; below `stubborn` it does not.
 */
export class HeartTeller implements ModelTeller {
  static live = 0;
  /** As a table's are for a model of the fable. */
  readonly bytes = 88_000;
  readonly contexts: Int32Array[] = [];
  readonly tellings: TellOptions[] = [];
  readonly #model: Model;
  readonly #stubborn: number;
  /** Telling waits for this: to look at what goes on meanwhile. */
  gate: Promise<unknown> = Promise.resolve();
  disposed = false;

  constructor(model: Model, stubborn = 0) {
    this.#model = model;
    this.#stubborn = stubborn;
    HeartTeller.live++;
  }

  async tell(context: Int32Array, options: TellOptions): Promise<Told> {
    if (this.disposed) throw new Error('told from a disposed teller');
    this.contexts.push(context);
    this.tellings.push(options);
    await this.gate;
    if (this.disposed) throw new Error('disposed while telling');
    const random = new Random(options.seed);
    const ids = [...context];
    for (let k = 0; k < options.words; k++) {
      const strays = options.temperature > this.#stubborn && k % 4 === 3;
      ids.push(strays ? random.below(this.#model.vocabulary.size) : this.#next(ids));
    }
    const told = ids.slice(context.length);
    return { ids: Int32Array.from(told), candidates: told.map((id) => [{ id, probability: 1 }]) };
  }

  dispose(): void {
    if (this.disposed) throw new Error('disposed twice');
    this.disposed = true;
    HeartTeller.live--;
  }

  #next(ids: readonly number[]): number {
    const text = this.#model.text.stories.flatMap((story) => [...story]);
    let [best, next] = [-1, text[0] as number];
    for (let at = 0; at + 1 < text.length; at++) {
      let length = 0;
      while (length < ids.length && text[at - length] === ids[ids.length - 1 - length]) length++;
      if (length > best) [best, next] = [length, text[at + 1] as number];
    }
    return next;
  }
}

export const FIGURES: Figures = {
  words: 204,
  vocabulary: 112,
  steps: 60,
  seconds: 1.9,
  secondsToAccuracy: 0.7,
  loss: 0.05,
  perplexity: 1.05,
  accuracy: 0.99,
  heldOutAccuracy: null,
  heldOutPerplexity: null,
  heldOutPerplexityModelOnly: null,
  heldOutUnknownShare: null,
  sample: "['could', 'easily', 'retire'] - [while] vs [while]",
  sampleText: 'The mice had a general council.',
  language: 'en',
  recipe: 'default',
  engine: 'native',
};

/** Adds a version that learned all of a corpus. */
export async function learn(
  library: Library,
  ref: CorpusRef,
  {
    keptOut = null,
    language = 'en',
    weightBytes = 16,
    model,
  }: Partial<NewVersion> & { language?: string; weightBytes?: number; model?: Model } = {},
): Promise<Version> {
  const corpus = await library.corpus(ref.server, ref.name);
  if (!corpus) throw new Error(`no corpus ${ref.name}`);
  const texts = (await library.read(ref)).map(({ text }) => text);
  return library.addVersion(ref, {
    corpusHash: corpus.hash,
    stories: corpus.stories.map(({ hash }) => hash),
    figures: FIGURES,
    keptOut,
    files: encodeModel(model ?? modelOf(texts, language, weightBytes)),
  });
}

/** A training whose events the test sends. */
export class FakeTraining implements Training {
  request: TrainingRequest;
  readonly ended: Promise<TrainingEvent>;
  latest: TrainingEvent = { kind: 'queued', place: 1 };
  readonly #listeners = new Set<(event: TrainingEvent) => void>();
  #end: (event: TrainingEvent) => void = () => undefined;

  constructor(request: TrainingRequest) {
    this.request = request;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  moved(reportTo: ReportTo): void {
    this.request = { ...this.request, reportTo };
  }

  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  watch(listener: (event: TrainingEvent) => void): () => void {
    this.#listeners.add(listener);
    listener(this.latest);
    return () => this.#listeners.delete(listener);
  }

  send(event: TrainingEvent): void {
    this.latest = event;
    for (const listener of this.#listeners) listener(event);
    if (event.kind === 'finished' || event.kind === 'cancelled' || event.kind === 'failed') this.#end(event);
  }
}

export class FakeTrainer implements Trainer {
  readonly asked: FakeTraining[] = [];
  readonly #library: Library;
  /** Whether a training that is asked for is done at once. */
  readonly #atOnce: boolean;

  constructor(library: Library, atOnce: boolean) {
    this.#library = library;
    this.#atOnce = atOnce;
  }

  async train(request: TrainingRequest): Promise<Training> {
    const training = new FakeTraining(request);
    this.asked.push(training);
    if (this.#atOnce) await this.finish(training);
    return training;
  }

  trainings(): readonly FakeTraining[] {
    return this.asked.filter(({ latest }) => !['finished', 'cancelled', 'failed'].includes(latest.kind));
  }

  async finish(training: FakeTraining, stopped = false): Promise<void> {
    training.send({ kind: 'finished', version: await learn(this.#library, training.request.corpus), stopped });
  }

  async cancel(corpus: CorpusRef): Promise<boolean> {
    const found = this.#of(corpus);
    found?.send({ kind: 'cancelled' });
    return found !== undefined;
  }

  async stop(corpus: CorpusRef): Promise<boolean> {
    const found = this.#of(corpus);
    if (found) await this.finish(found, true);
    return found !== undefined;
  }

  async close(): Promise<void> {
    // Nothing runs.
  }

  #of({ server, name }: CorpusRef): FakeTraining | undefined {
    return this.trainings().find(({ request: { corpus } }) => corpus.server === server && corpus.name === name);
  }
}

export interface House {
  readonly library: MemoryLibrary;
  readonly trainer: FakeTrainer;
  readonly storyteller: LibraryStoryteller;
  readonly tellers: HeartTeller[];
  /** Moves the clock on, in milliseconds. */
  pass(milliseconds: number): void;
}

/** A storyteller with everything around it faked but the library's twin in memory. */
export function openHouse({
  atOnce = true,
  starters = { 'belling-the-cat': FABLE },
  stubborn = 0,
  ...options
}: Partial<StorytellerOptions> & {
  atOnce?: boolean;
  starters?: Record<string, string>;
  stubborn?: number;
} = {}): House {
  let now = Date.parse('2026-11-24T20:00:00Z');
  const library = new MemoryLibrary({ starters, clock: () => new Date(now) });
  const trainer = new FakeTrainer(library, atOnce);
  const tellers: HeartTeller[] = [];
  let seed = 0;
  const storyteller = new LibraryStoryteller({
    library,
    trainer,
    openEngine: async () => ({ name: 'wasm', description: 'none' }) as unknown as Engine,
    clock: { now: () => now },
    openTeller: (_engine, model) => {
      const teller = new HeartTeller(model, stubborn);
      tellers.push(teller);
      return teller;
    },
    randomSeed: () => ++seed,
    ...options,
  });
  return { library, trainer, storyteller, tellers, pass: (milliseconds) => (now += milliseconds) };
}

export function textFile(text: string, fileName = 'story.txt'): { fileName: string; bytes: Uint8Array } {
  return { fileName, bytes: Buffer.from(text) };
}
