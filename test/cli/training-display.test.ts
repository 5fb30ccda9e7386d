import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { TrainingDisplay } from '../../src/cli/training-display.ts';
import type { TrainingEvent } from '../../src/training/trainer.ts';
import { FakeSink, fakeTraining, progress, VERSION } from './fakes.ts';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const end = { kind: 'finished', version: VERSION, stopped: false } as const;

async function shown(sink: FakeSink, events: Parameters<typeof fakeTraining>[1]): Promise<FakeSink> {
  await new TrainingDisplay(sink).show(fakeTraining('fable', events));
  return sink;
}

/** A line that is longer than the terminal is wide would be wrapped, and the next drawing would go astray. */
function longestLine(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => line.length),
  );
}

describe('without a terminal', () => {
  it('prints a line for every tenth of the way, with figures and the sentence it tells', async () => {
    const steps = Array.from({ length: 101 }, (_, step) => progress(step / 100, `Step ${step}.`));
    const { lines, text } = await shown(new FakeSink(), [...steps, end]);
    expect(lines).toHaveLength(11);
    expect(lines[5]).toBe('Learning fable: 50 %, step 50, loss 0.500, accuracy 50.0 %, 0.5 s left. It tells: Step 50.');
    expect(text).not.toContain('\x1b');
  });

  it('says once what is to be expected', async () => {
    const forecast = { words: 34_197, vocabulary: 2_481, seconds: 89, parrots: false };
    const event = { kind: 'progress', progress: { ...progress(0).progress, forecast } } as const;
    const { lines } = await shown(new FakeSink(), [event, event, end]);
    expect(lines[0]).toBe('fable: 34,197 words and marks, 2,481 different ones; about 1 min 29 s of training.');
    expect(lines.filter((line) => line.includes('different'))).toHaveLength(1);
  });

  it('says what goes before, once for each step of it', async () => {
    const queued = { kind: 'queued', place: 2 } as const;
    const preparing = (what: string, share: number | null) => ({ kind: 'preparing', what, share }) as const;
    const { lines } = await shown(new FakeSink(), [
      queued,
      queued,
      preparing('Installing the native engine (10 of 274 MB)', 0.04),
      preparing('Installing the native engine (11 of 274 MB)', 0.041),
      preparing('Building the addon, 9 s', null),
      preparing('Building the addon, 10 s', null),
      end,
    ]);
    expect(lines).toEqual([
      'Waiting to learn fable, place 2',
      'Installing the native engine (10 of 274 MB): 4 %',
      'Building the addon, 9 s',
    ]);
  });
});

describe('on a terminal', () => {
  it('draws a bar with the sentence under it, and gives the cursor back at the end', async () => {
    vi.useFakeTimers();
    try {
      const sink = new FakeSink(true);
      const training = fakeTraining('fable', [progress(0.5, 'The cat said so.')]);
      let finish: (event: TrainingEvent) => void = () => undefined;
      const ended = new Promise<TrainingEvent>((resolve) => {
        finish = resolve;
      });
      const whole = new TrainingDisplay(sink).show({ ...training, ended });
      // The bar is drawn ten times a second at most.
      vi.advanceTimersByTime(100);
      expect(sink.text).toContain('Learning fable, 0.5 s left');
      expect(sink.text).toContain('████████████░░░░░░░░░░░░  50 %  step 50, loss 0.500');
      expect(sink.text).toContain('  The cat said so.');
      expect(longestLine(sink.text)).toBeLessThanOrEqual(sink.columns);
      finish(end);
      expect(await whole).toBe(end);
      expect(sink.text.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(sink.text.lastIndexOf(HIDE_CURSOR));
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives the cursor back when it is stopped midway, and may be stopped twice', () => {
    const sink = new FakeSink(true);
    const display = new TrainingDisplay(sink);
    display.work('Downloading', 0.1);
    expect(sink.text).toContain(HIDE_CURSOR);
    display.stop();
    display.stop();
    expect(sink.text.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(sink.text.lastIndexOf(HIDE_CURSOR));
  });
});
