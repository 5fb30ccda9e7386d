import type { Corpus, Version } from '../../src/library/library.ts';
import type {
  AccuracyReport,
  Asker,
  CorpusOverview,
  Neighbours,
  Story,
  StoryRequest,
  Storyteller,
  TrainReply,
  TrainRequest,
} from '../../src/story/storyteller.ts';
import type { Training } from '../../src/training/trainer.ts';
import { FakeTraining, FIGURES } from '../story/fakes.ts';

export const VERSION: Version = {
  id: '20261124-200000-3f9a',
  createdAt: '2026-11-24T20:00:00.000Z',
  corpusHash: 'c0ffee',
  stories: ['beef'],
  figures: FIGURES,
  keptOut: null,
};

const STORY: Story = {
  id: '0123456789abcdef0123456789abcdef',
  corpus: 'fables',
  opening: 'had a general',
  continuation: ['council', 'to', 'consider', '.'],
  words: [
    [' council', ' mouse'],
    [' to', ' of'],
    [' consider', ' propose'],
    ['.', ' what'],
  ].map((texts, at) => ({
    symbol: texts[0]?.trim() ?? '',
    text: texts[0] ?? '',
    candidates: texts.map((text, k) => ({ symbol: text.trim(), text, probability: k === 0 ? 0.8 : 0.1 })),
    copied: at < 3,
  })),
  prose: { opening: 'had a general', continuation: ' council to consider.' },
  replaced: [],
  // Nothing copied: then nothing is said of it.
  originality: { longestCopiedWords: 0, newFourWordRuns: 1 },
  engine: 'wasm',
  modelVersion: VERSION.id,
  milliseconds: 12,
  parts: 1,
};

/** The id of what branched off from it. */
const BRANCH = 'fedcba9876543210fedcba9876543210';

export function corpusOf(server: string, name: string): Corpus {
  const story = {
    hash: 'beef',
    fileName: 'fables.txt',
    by: 'alice',
    at: VERSION.createdAt,
    encoding: 'utf-8',
    bytes: 9,
  };
  return { server, name, stories: [story], hash: 'c0ffee', changedAt: VERSION.createdAt };
}

/** Answers at once with what the test put in, and notes who asked for what. */
export class FakeStoryteller implements Storyteller {
  readonly calls: { readonly method: string; readonly asker: Asker; readonly args: readonly unknown[] }[] = [];
  story: Story = STORY;
  /** Thrown by every call from now on, while it is set. */
  error: unknown;
  /** The latest training, whose events the test sends. */
  training: FakeTraining | undefined;
  /** Whether a second training of the same is the first one. */
  joins = false;
  /** Whether a story waits for a first training. */
  trainsFirst = false;
  /** Calls wait for this. */
  gate: Promise<unknown> = Promise.resolve();

  async tell(asker: Asker, request: StoryRequest, onTraining?: (training: Training) => void): Promise<Story> {
    await this.#note('tell', asker, request);
    if (this.trainsFirst) {
      const training = this.#begin({ server: 'starters', name: 'fables' });
      onTraining?.(training);
      await training.ended;
    }
    return { ...this.story, parts: 1 };
  }

  async continue(asker: Asker, id: string): Promise<Story> {
    await this.#note('continue', asker, id);
    return { ...this.story, prose: { ...this.story.prose, continuation: ' council. And then?' }, parts: 2 };
  }

  async retell(asker: Asker, id: string): Promise<Story> {
    await this.#note('retell', asker, id);
    return { ...this.story, prose: { ...this.story.prose, continuation: ' quarrel.' } };
  }

  async undo(asker: Asker, id: string): Promise<Story> {
    await this.#note('undo', asker, id);
    return this.story;
  }

  async branch(asker: Asker, id: string, at: number, symbol: string): Promise<Story> {
    await this.#note('branch', asker, id, at, symbol);
    const { words } = this.story;
    const taken = words[at]?.candidates.find((candidate) => candidate.symbol === symbol);
    const other = { symbol, text: taken?.text ?? ` ${symbol}`, candidates: words[at]?.candidates ?? [], copied: false };
    const branched = words.with(at, other);
    return {
      ...this.story,
      id: BRANCH,
      continuation: branched.map((word) => word.symbol),
      words: branched,
      prose: { ...this.story.prose, continuation: branched.map(({ text }) => text).join('') },
      parent: { id, at },
    };
  }

  async retrieve(asker: Asker, id: string): Promise<Story> {
    await this.#note('retrieve', asker, id);
    return { ...this.story, id };
  }

  async train(asker: Asker, request: TrainRequest): Promise<TrainReply> {
    await this.#note('train', asker, request);
    const corpus = corpusOf(asker.server, request.corpus ?? 'fables');
    const read = request.files.map(({ fileName }) => ({
      fileName,
      format: 'text' as const,
      removed: [],
      encoding: 'utf-8',
      language: 'en',
      words: 204,
    }));
    if (this.training && this.joins)
      return { corpus, added: [], already: corpus.stories, read, training: this.training, joined: true };
    return { corpus, added: corpus.stories, already: [], read, training: this.#begin(corpus) };
  }

  async neighbours(asker: Asker, word: string): Promise<Neighbours> {
    await this.#note('neighbours', asker, word);
    return { corpus: 'fables', modelVersion: VERSION.id, word, occurrences: 3, neighbours: [] };
  }

  async accuracy(asker: Asker, corpus?: string): Promise<AccuracyReport> {
    await this.#note('accuracy', asker, corpus);
    return {
      corpus: corpusOf(asker.server, corpus ?? 'fables'),
      starter: false,
      telling: VERSION,
      versions: { versions: [VERSION], damaged: [], telling: VERSION.id },
      stale: false,
      nextRetrain: null,
      setAside: null,
      training: null,
    };
  }

  async corpora(asker: Asker): Promise<CorpusOverview[]> {
    await this.#note('corpora', asker);
    return [{ name: 'fables', starter: false, chosen: true, stories: 1, version: VERSION, stale: false }];
  }

  async choose(asker: Asker, corpus: string, scope: 'channel' | 'server'): Promise<void> {
    await this.#note('choose', asker, corpus, scope);
  }

  async openings(asker: Asker, typed: string, corpus?: string, limit?: number): Promise<string[]> {
    await this.#note('openings', asker, typed, corpus, limit);
    return ['Long ago, the mice'];
  }

  async cancel(asker: Asker, corpus?: string): Promise<string> {
    await this.#note('cancel', asker, corpus);
    this.training?.send({ kind: 'cancelled' });
    return corpus ?? 'fables';
  }

  async stop(asker: Asker, corpus?: string): Promise<string> {
    await this.#note('stop', asker, corpus);
    this.training?.send({ kind: 'finished', version: VERSION, stopped: true });
    return corpus ?? 'fables';
  }

  async forget(asker: Asker, corpus?: string) {
    await this.#note('forget', asker, corpus);
    return [{ corpus: 'fables', stories: 2, versions: 3, left: 0 }];
  }

  /** What the asker handed over, by corpus; looking at it is not noted. */
  theirs: { corpus: string; stories: number }[] = [{ corpus: 'fables', stories: 2 }];

  async handedOver() {
    return this.theirs;
  }

  async rollback(asker: Asker, corpus: string, version?: string): Promise<Version> {
    await this.#note('rollback', asker, corpus, version);
    return VERSION;
  }

  async exportCorpus(asker: Asker, corpus: string): Promise<Uint8Array> {
    await this.#note('exportCorpus', asker, corpus);
    return Uint8Array.of(1, 2, 3);
  }

  async importCorpus(asker: Asker, archive: Uint8Array): Promise<Corpus> {
    await this.#note('importCorpus', asker, archive);
    return corpusOf(asker.server, 'fables');
  }

  async close(): Promise<void> {
    // Holds nothing.
  }

  #begin({ server, name }: { server: string; name: string }): FakeTraining {
    this.training = new FakeTraining({ corpus: { server, name }, options: {}, reason: 'asked', by: 'alice' });
    return this.training;
  }

  async #note(method: string, asker: Asker, ...args: unknown[]): Promise<void> {
    this.calls.push({ method, asker, args });
    await this.gate;
    if (this.error !== undefined) throw this.error;
  }
}
