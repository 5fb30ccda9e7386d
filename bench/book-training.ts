import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CurvePoint } from '../src/language/progress.ts';
import { divide } from '../src/language/sequence/division.ts';
import { FileLibrary } from '../src/library/file-library.ts';
import { LOCAL } from '../src/library/library.ts';
import { median } from './measurement.ts';
import { baseline, ownProgram } from './peers.ts';

/** A book learned, by us or by a peer. */
export interface BookTraining {
  readonly engine: string;
  /** Held-out perplexity of the LSTM alone, in the order of time; seconds of training until then. */
  readonly curve: readonly { readonly seconds: number; readonly perplexity: number }[];
  /** Null where it trained too shortly to tell. */
  readonly symbolsPerSecond: number | null;
  /** Of the finished model as it tells; null where the peer has no such. */
  readonly perplexity: number | null;
  /** Of the finished model's LSTM alone. */
  readonly perplexityModelOnly: number;
  readonly seconds: number;
}

/** The shared text of a book; undefined where it is not here. */
export function bookPath(book: string): string | undefined {
  const path = join(import.meta.dirname, '../../shared/corpora', `${book}.txt`);
  return existsSync(path) ? path : undefined;
}

interface Trained {
  readonly engine: string;
  readonly corpus: string;
  readonly modelVersion: string;
  readonly words: number;
  readonly seconds: number;
  readonly heldOutPerplexity: number;
  readonly heldOutPerplexityModelOnly: number;
}

/** What `fabulist train` makes of a book, in a data folder of its own. seconds: how long it may train at most. */
export async function trainBook(book: string, seconds?: number): Promise<BookTraining> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'fabulist-bench-'));
  try {
    const program = join(import.meta.dirname, '../src/cli/index.ts');
    const limit = seconds === undefined ? [] : ['--seconds', String(seconds)];
    const path = bookPath(book) as string;
    const trained = ownProgram<Trained>(program, 'train', path, '--data', dataFolder, '--json', ...limit);
    const points = await curveOf(dataFolder, trained);
    const curve = points
      .filter(({ heldOutPerplexity }) => heldOutPerplexity !== null)
      .map(({ seconds, heldOutPerplexity }) => ({ seconds, perplexity: heldOutPerplexity as number }));
    return {
      engine: trained.engine,
      curve,
      symbolsPerSecond: rateOf(points, trained.words),
      perplexity: trained.heldOutPerplexity,
      perplexityModelOnly: trained.heldOutPerplexityModelOnly,
      seconds: trained.seconds,
    };
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function curveOf(dataFolder: string, { corpus, modelVersion }: Trained): Promise<CurvePoint[]> {
  const library = new FileLibrary({ dataFolder, starterFolder: join(import.meta.dirname, '../corpora') });
  try {
    const files = await library.readVersion({ server: LOCAL, name: corpus }, modelVersion);
    return JSON.parse(Buffer.from(files['curve.json'] ?? []).toString()) as CurvePoint[];
  } finally {
    await library.close();
  }
}

/** Between most points of the curve there are only steps: the median leaves looks at the held-out text out, as the peer does. */
function rateOf(points: readonly CurvePoint[], words: number): number | null {
  const trained = Math.floor(words * 0.9);
  const symbolsOfStep = trained / divide(trained).epoch;
  const rates = points.slice(1).flatMap(({ step, seconds }, k) => {
    const before = points[k] as CurvePoint;
    return step > before.step ? [((step - before.step) * symbolsOfStep) / (seconds - before.seconds)] : [];
  });
  return rates.length === 0 ? null : median(rates);
}

interface Epoch {
  readonly heldOutPerplexity: number;
  readonly best: number;
  readonly trainingSeconds: number;
  readonly wordsPerSecond: number;
}

/** book_pytorch.py on the same book. goal: the perplexity that is asked for; epochs after it are of no interest. */
export function trainBookInPyTorch(book: string, seconds: number | undefined, goal = 0): BookTraining {
  // Six epochs take it below 90, fourteen to its best.
  const epochs = goal > 0 ? '6' : '14';
  const settings = [epochs, '512', '256', '0.5', '0.002', String(seconds ?? 1e9)];
  const lines = baseline<Epoch>('book_pytorch.py', bookPath(book) as string, ...settings);
  const last = lines.at(-1) as Epoch;
  return {
    engine: 'PyTorch',
    curve: lines.map(({ trainingSeconds, heldOutPerplexity }) => ({
      seconds: trainingSeconds,
      perplexity: heldOutPerplexity,
    })),
    symbolsPerSecond: last.wordsPerSecond,
    perplexity: null,
    perplexityModelOnly: last.best,
    seconds: last.trainingSeconds,
  };
}
