import cliProgress, { type MultiBar, type Options, type SingleBar } from 'cli-progress';
import type { Training, TrainingEvent, TrainingProgress } from '../training/trainer.ts';
import { harmless, named } from './for-people.ts';
import { duration, percent, type Sink } from './output.ts';

/**
 * Shows trainings on standard error while they run: on a terminal what it does, a bar with the figures, and the sentence
 * that the model tells at that point; elsewhere a plain line for every tenth of the way.
 */
export class TrainingDisplay {
  readonly #sink: Sink;
  #bars:
    | { readonly all: MultiBar; readonly title: SingleBar; readonly bar: SingleBar; readonly sample: SingleBar }
    | undefined;
  #lastLine = '';
  readonly #forecasted = new Set<string>();

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Shows a training until it ends, and returns how it ended. */
  async show(training: Training): Promise<TrainingEvent> {
    const name = named(training.request.corpus.name);
    const unwatch = training.watch((event) => this.#event(name, event));
    try {
      return await training.ended;
    } finally {
      unwatch();
      this.stop();
    }
  }

  /** Work that is not a training, such as an installation: its share done, and what it is at. */
  work(what: string, share: number | null): void {
    this.#event('', { kind: 'preparing', what, share });
  }

  /** A sentence of its own line; above the bar, where there is one. */
  note(line: string): void {
    this.#log(line);
  }

  /** Takes the bar away and gives the cursor back. Safe to call at any time, and twice. */
  stop(): void {
    this.#bars?.all.stop();
    this.#bars = undefined;
    this.#lastLine = '';
  }

  #event(name: string, event: TrainingEvent): void {
    if (event.kind === 'log') this.#log(event.line);
    else if (event.kind === 'queued') {
      // Everything begins as next in the queue; that is no news.
      if (event.place > 1) this.#draw('queued', `Waiting to learn ${name}, place ${event.place}`, null);
    } else if (event.kind === 'preparing') this.#draw('preparing', harmless(event.what), event.share);
    else if (event.kind === 'progress') {
      this.#forecast(name, event.progress);
      this.#draw('learning', `Learning ${name}`, event.progress.share, event.progress);
    }
  }

  /** What is to be expected of a training, once. */
  #forecast(name: string, { forecast }: TrainingProgress): void {
    if (!forecast || this.#forecasted.has(name)) return;
    this.#forecasted.add(name);
    const { words, vocabulary, seconds, parrots } = forecast;
    const [all, different] = [words, vocabulary].map((number) => number.toLocaleString('en'));
    const size = `${name}: ${all} words and marks, ${different} different ones; about ${duration(seconds)} of training.`;
    this.#log(parrots ? `${size} So short a text is learned by heart: it will be repeated more than continued.` : size);
  }

  #draw(stage: string, what: string, share: number | null, progress?: TrainingProgress): void {
    const left = progress && progress.secondsLeft !== null ? `${duration(progress.secondsLeft)} left` : '';
    const figures = progress && progress.step > 0 ? figuresOf(progress) : '';
    const sample = harmless(progress?.sample ?? '');
    if (this.#sink.isTTY) {
      this.#bars ??= openBars(this.#sink);
      this.#bars.title.update(0, { text: [what, left].filter(Boolean).join(', ') });
      this.#bars.bar.update(share ?? 0, { share, figures });
      this.#bars.sample.update(0, { text: sample && `  ${sample}` });
      return;
    }
    // Lines that differ only in their figures say nothing new before the next tenth of the way.
    const key = `${stage} ${share === null ? what.replace(/\d+/g, '') : Math.floor(share * 10)}`;
    if (key === this.#lastLine) return;
    this.#lastLine = key;
    const done = share === null ? what : `${what}: ${percentDone(share)}`;
    const told = sample && `It tells: ${sample}`;
    this.#sink.write(`${[[done, figures, left].filter(Boolean).join(', '), told].filter(Boolean).join('. ')}\n`);
  }

  #log(line: string): void {
    const text = `${harmless(line)}\n`;
    if (!this.#bars) {
      this.#sink.write(text);
      return;
    }
    this.#bars.all.log(text);
    // Now: what waits for the next drawing is lost when the bars are taken away before it.
    this.#bars.all.update();
  }
}

function figuresOf({ step, loss, accuracy }: TrainingProgress): string {
  return `step ${step}, loss ${loss.toFixed(3)}, accuracy ${percent(accuracy)}`;
}

function percentDone(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

function openBars(sink: Sink) {
  const all = new cliProgress.MultiBar({
    stream: sink as unknown as NodeJS.WritableStream,
    hideCursor: true,
    // Wrapped lines would break the redrawing: what this option says is that cli-progress cuts them at the terminal's width.
    linewrap: true,
    clearOnComplete: true,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    format: '',
  });
  const line = { format: (_options: Options, _params: unknown, { text }: { text: string }) => text };
  return {
    all,
    title: all.create(1, 0, { text: '' }, line),
    bar: all.create(1, 0, { share: null, figures: '' }, { format: barLine }),
    sample: all.create(1, 0, { text: '' }, line),
  };
}

function barLine(options: Options, _params: unknown, payload: { share: number | null; figures: string }): string {
  const { share, figures } = payload;
  if (share === null) return '';
  return [cliProgress.Format.BarFormat(share, options), percentDone(share), figures].filter(Boolean).join('  ');
}
