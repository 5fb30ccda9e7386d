import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddingOf } from '../../../src/language/embedding/embedding.ts';
import type { CurvePoint } from '../../../src/language/progress.ts';
import { TensorBoardRun } from '../../../src/training/tensorboard/tensorboard-run.ts';
import type { TrainingEvent } from '../../../src/training/trainer.ts';
import { VERSION } from '../../cli/fakes.ts';
import { tinyModel } from '../../language/tiny.ts';
import { hasTensorBoard, type ReadRun, readRuns } from './python.ts';

const START = Date.parse(VERSION.createdAt) - 100_000;
const MODEL = tinyModel();
const WILD = '# <b>*No* [link](x) & `code`</b> 100_000';

const folder = mkdtempSync(join(tmpdir(), 'fabulist-board-'));
afterAll(() => rmSync(folder, { recursive: true }));

function report(step: number, details: { heldOutPerplexity?: number; sample?: string } = {}): TrainingEvent {
  const figures = { share: 0, secondsSpent: step, secondsLeft: null, loss: 5 / step, accuracy: 1 - 1 / step };
  return { kind: 'progress', progress: { step, ...figures, heldOutPerplexity: null, sample: null, ...details } };
}

function curve(last: number): CurvePoint[] {
  return Array.from({ length: last }, (_, k) => ({
    step: k + 1,
    seconds: (k + 1) / 10,
    loss: 4 / (k + 1),
    accuracy: 0.5,
    heldOutPerplexity: k < 4 ? null : 70,
  }));
}

/** Writes a run, and gives its name. */
function written(
  write: (run: TensorBoardRun, advance: () => void) => void,
  name = 'a corpus: 100 %',
  to = folder,
): string {
  let now = START;
  const run = new TensorBoardRun(to, name, () => now);
  write(run, () => {
    now += 500;
  });
  run.close();
  return basename(run.folder);
}

const finished = (points: number) => ({
  model: MODEL,
  curve: curve(points),
  version: { ...VERSION, figures: { ...VERSION.figures, sampleText: WILD } },
});

describe.skipIf(!hasTensorBoard)("what TensorBoard's own reader finds", () => {
  let runs: Record<string, ReadRun>;
  let [long, short, broken, quick] = ['', '', '', ''];
  beforeAll(() => {
    long = written((run, advance) => {
      // Before the first step there is no loss yet, and a report says 0.
      run.follow(report(0));
      for (let step = 1; step <= 15; step++) {
        run.follow(report(step, { heldOutPerplexity: step < 8 ? 90 : 80, sample: step < 5 ? 'Once.' : 'Twice.' }));
        advance();
      }
      run.finish(finished(20));
    });
    short = written((run) => {
      run.follow(report(3, { sample: 'Early.' }));
      run.finish(finished(6));
    });
    broken = written((run) => {
      run.follow({ kind: 'queued', place: 2 });
      run.follow(report(2));
      run.follow(report(2));
    }, '../..');
    quick = written((run) => run.finish(finished(0)), '🐭');
    runs = readRuns(folder);
  }, 60_000);

  it('is every run, whatever its corpus is called', () => {
    expect(Object.keys(runs).sort()).toEqual([long, short, broken, quick].sort());
    expect(long).toMatch(/^a-corpus-100-\d{8}-\d{6}$/);
    expect(short).toBe(`${long}-2`);
    expect([broken, quick]).toEqual([expect.stringMatching(/^corpus-\d/), expect.stringMatching(/^corpus-\d.*-2$/)]);
  });

  it('is the reports of a long training, and of its curve what comes after them', () => {
    const loss = runs[long]?.scalars['training/loss'] ?? [];
    expect(loss.map(([step]) => step)).toEqual(Array.from({ length: 20 }, (_, k) => k + 1));
    expect(loss.slice(0, 15).map(([, value]) => value)).toEqual(
      Array.from({ length: 15 }, (_, k) => Math.fround(5 / (k + 1))),
    );
    expect(loss[19]?.[1]).toBe(Math.fround(4 / 20));
    expect(loss[1]?.[2]).toBeCloseTo(START / 1_000 + 0.5, 3);
    expect(loss[19]?.[2]).toBeCloseTo(Date.parse(VERSION.createdAt) / 1_000, 3);
    expect(runs[long]?.scalars['training/accuracy']?.[1]?.[1]).toBe(0.5);
    expect(runs[long]?.scalars['training/perplexity']?.[0]?.[1]).toBeCloseTo(Math.exp(5), 3);
  });

  it('is held-out perplexity where it was measured anew', () => {
    const points = runs[long]?.scalars['held-out/perplexity'] ?? [];
    expect(points.map(([step, value]) => [step, value])).toEqual([
      [1, 90],
      [8, 80],
      [16, 70],
    ]);
  });

  it('is the whole curve of a short training', () => {
    expect(runs[short]?.scalars['training/loss']?.map(([step, value]) => [step, value])).toEqual(
      curve(6).map(({ step, loss }) => [step, Math.fround(loss)]),
    );
    expect(runs[short]?.scalars['held-out/perplexity']?.map(([step]) => step)).toEqual([5]);
  });

  it('is what was told on the way and at the end, with nothing in it that Markdown or HTML would obey', () => {
    const last = '\\# &lt;b&gt;\\*No\\* \\[link\\](x) &amp; \\`code\\`&lt;/b&gt; 100\\_000';
    expect(runs[long]?.texts.sample).toEqual([
      [1, 'Once.'],
      [5, 'Twice.'],
      [20, last],
    ]);
    expect(runs[short]?.texts.sample).toEqual([
      [3, 'Early.'],
      [6, last],
    ]);
    expect(runs[short]?.texts.prediction).toHaveLength(1);
  });

  it('is the embedding, a row for every symbol', () => {
    const { name, shape, vectors, metadata } = runs[long]?.projector ?? { vectors: [], metadata: [], shape: [] };
    const { rows, width } = embeddingOf(MODEL);
    expect([name, shape]).toEqual(['embedding', [MODEL.vocabulary.size, width]]);
    expect(vectors.flat()).toHaveLength(rows.length);
    for (const [at, value] of vectors.flat().entries()) expect(value).toBeCloseTo(rows[at] as number, 4);
    expect(metadata[0]).toEqual(['symbol', 'occurrences']);
    expect(metadata.slice(1).map(([symbol]) => symbol)).toEqual(MODEL.vocabulary.symbols);
    expect(metadata.find(([symbol]) => symbol === 'cat')).toEqual(['cat', '3']);
  });

  it('is, of a training that was broken off, as far as it came', () => {
    expect(runs[broken]?.scalars['training/loss']).toHaveLength(1);
    expect(runs[broken]?.projector).toBeNull();
  });

  it('is no more than the end where nothing was seen of it', () => {
    expect(runs[quick]?.scalars).toEqual({});
    expect(runs[quick]?.texts.sample).toHaveLength(1);
  });
});

describe('the files of TensorBoard', () => {
  it('are named as TensorBoard looks for them', () => {
    const run = written((board) => board.follow(report(1)));
    expect(readdirSync(join(folder, run))).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.[\w.-]+$/)]);
  });

  it('leave nothing of a training that never began, and all that was there', () => {
    const own = join(folder, 'deep', 'er');
    const run = written(() => undefined, 'x', own);
    expect(existsSync(join(own, run))).toBe(false);
    const events = written((board) => board.follow(report(1)), 'x', own);
    const [file] = readdirSync(join(own, events)) as [string];
    const before = readFileSync(join(own, events, file));
    written((board) => board.follow(report(1)), 'x', own);
    expect(readFileSync(join(own, events, file))).toEqual(before);
  });

  it('are refused in one sentence where they cannot be', () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    expect(() => new TensorBoardRun(join(file, 'logs'), 'x')).toThrow(
      `TensorBoard's files cannot be written to ${join(file, 'logs')}: choose another folder with --tensorboard.`,
    );
  });

  it('may become impossible on the way without harm to the training', () => {
    const run = new TensorBoardRun(join(folder, 'gone'), 'x');
    run.follow(report(1));
    rmSync(run.folder, { recursive: true });
    run.finish(finished(3));
    expect(run.failure).toMatchObject({ code: 'ENOENT' });
  });
});
