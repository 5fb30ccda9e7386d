import { Program } from '../../src/cli/program.ts';
import type { Config } from '../../src/config.ts';
import { FabulistError } from '../../src/errors.ts';
import type { Figures, Library, Version } from '../../src/library/library.ts';
import type { House } from '../../src/main.ts';
import type { Story, Storyteller, TrainReply } from '../../src/story/storyteller.ts';
import type { Journal } from '../../src/telemetry/late-log.ts';
import type { Trainer, Training, TrainingEvent, TrainingProgress } from '../../src/training/trainer.ts';

/** Collects what is written to it; a terminal of 60 columns where `isTTY` says so. */
export class FakeSink {
  text = '';
  readonly columns = 60;
  readonly isTTY: boolean;

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  /** What readline asks of a terminal. */
  on(): this {
    return this;
  }

  removeListener(): this {
    return this;
  }

  get lines(): string[] {
    return this.text.split('\n').filter((line) => line !== '');
  }
}

export const FIGURES: Figures = {
  words: 204,
  vocabulary: 112,
  steps: 40,
  seconds: 0.7,
  secondsToAccuracy: 0.6,
  loss: 0.031,
  perplexity: 1.031,
  accuracy: 0.99,
  heldOutAccuracy: null,
  heldOutPerplexity: null,
  heldOutPerplexityModelOnly: null,
  heldOutUnknownShare: null,
  sample: "['could', 'easily', 'retire'] - [while] vs [while]",
  sampleText: 'Long ago, the mice had a general council.',
  language: 'en',
  recipe: 'default',
  engine: 'wasm',
};

export const VERSION: Version = {
  id: '20261124-215541-3f9a',
  createdAt: '2026-11-24T21:55:41.000Z',
  corpusHash: 'c0',
  stories: ['5a'],
  figures: FIGURES,
  keptOut: null,
};

export const STORY: Story = {
  id: 'a',
  corpus: 'belling-the-cat',
  opening: 'had a wizard',
  continuation: ['council', 'to', 'consider', '.'],
  words: [
    {
      symbol: 'council',
      text: ' council',
      candidates: [{ symbol: 'council', text: ' council', probability: 0.91 }],
      copied: true,
    },
  ],
  prose: {
    opening: 'Had a wizard',
    continuation: ' council to consider what measures they could take to outwit their common enemy.',
  },
  replaced: [{ unknown: 'wizard', known: 'general' }],
  originality: { longestCopiedWords: 12, newFourWordRuns: 0.25 },
  engine: 'native',
  modelVersion: VERSION.id,
  milliseconds: 21,
  parts: 1,
};

export function progress(
  share: number,
  sample: string | null = null,
): TrainingEvent & { readonly progress: TrainingProgress } {
  const figures = {
    step: Math.round(share * 100),
    secondsSpent: share,
    secondsLeft: 1 - share,
    loss: 1 - share,
    accuracy: share,
  };
  return { kind: 'progress', progress: { ...figures, share, heldOutPerplexity: null, sample } };
}

/** A training that goes through these events at once, then ends with the last. */
export function fakeTraining(name: string, events: readonly TrainingEvent[]): Training {
  const last = events.at(-1) as TrainingEvent;
  return {
    request: { corpus: { server: 'local', name }, options: {}, reason: 'asked', by: 'local' },
    latest: last,
    watch(listener) {
      for (const event of events) listener(event);
      return () => undefined;
    },
    ended: Promise.resolve(last),
  };
}

export function trainReply(training: Training): TrainReply {
  const record = { hash: '5a', fileName: 'a.txt', by: 'local', at: VERSION.createdAt, encoding: 'utf-8', bytes: 3 };
  const corpus = {
    server: 'local',
    name: training.request.corpus.name,
    stories: [record],
    hash: 'c0',
    changedAt: record.at,
  };
  const read = [
    { fileName: 'a.txt', format: 'text' as const, removed: [], encoding: 'utf-8', language: 'en', words: 204 },
  ];
  return { corpus, added: [record], already: [], read, training };
}

/** A house in which only what is given can be asked for. */
export function fakeHouse(
  storyteller: Partial<Storyteller>,
  trainings: readonly Training[] = [],
): House & { closed: number } {
  const nothing = new Proxy(
    {},
    { get: (_target, name) => () => Promise.reject(new Error(`${String(name)} was not expected`)) },
  );
  return {
    library: nothing as Library,
    trainer: { ...(nothing as Trainer), trainings: () => trainings },
    storyteller: Object.assign(Object.create(nothing) as Storyteller, storyteller),
    closed: 0,
    surfaces: [],
    async schedule() {
      throw new Error('schedule was not expected');
    },
    async retrain() {
      throw new Error('retrain was not expected');
    },
    async settle() {
      throw new Error('settle was not expected');
    },
    async close() {
      this.closed += 1;
    },
  };
}

export interface Run {
  readonly code: number;
  readonly out: FakeSink;
  readonly err: FakeSink;
  readonly configs: readonly Config[];
}

/** Runs the command line in this process, on a house of fakes. */
export async function run(
  args: readonly string[],
  house: House = fakeHouse({}),
  options: {
    readonly env?: Record<string, string>;
    readonly folder?: string;
    readonly terminal?: boolean;
    readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
    /** Is given the log while the house is put together. */
    readonly log?: (log: Journal) => void;
  } = {},
): Promise<Run> {
  const out = new FakeSink(options.terminal);
  const err = new FakeSink(options.terminal);
  const configs: Config[] = [];
  const program = new Program({
    env: options.env ?? {},
    folder: options.folder ?? import.meta.dirname,
    dotenvFolder: options.folder ?? import.meta.dirname,
    stdin: options.stdin ?? process.stdin,
    stdout: out,
    stderr: err,
    async assemble({ config, log }) {
      configs.push(config);
      options.log?.(log);
      return house;
    },
  });
  return { code: await program.run(args), out, err, configs };
}

export function refuse(code: ConstructorParameters<typeof FabulistError>[0], message: string): never {
  throw new FabulistError(code, message);
}
