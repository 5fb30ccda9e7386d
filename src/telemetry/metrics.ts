import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Upper ends of the classes that times are counted in, seconds: from a story out of memory to one that waits for a training. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

/**
 * What a process tells Prometheus: what people asked for and how long that took, trainings, and the process's own memory, time
 * and event-loop delay. Nothing that was told, no name and no id of a server is among it.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'what' | 'outcome'>;
  readonly #trainings: Counter<'how'>;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'fabulist_request_seconds',
      help: 'Time that requests of people took, such as tell or continue, by what came of them: done, refused or failed.',
      labelNames: ['what', 'outcome'],
      buckets: SECONDS,
      registers,
    });
    this.#trainings = new Counter({
      name: 'fabulist_trainings_ended_total',
      help: 'Trainings that ended here, by how: finished, cancelled, failed, or left to another process.',
      labelNames: ['how'],
      registers,
    });
  }

  /** outcome: `refused` is what a person can mend, `failed` a defect or a storage out of reach. */
  request(what: string, outcome: 'done' | 'refused' | 'failed', seconds: number): void {
    this.#requests.observe({ what, outcome }, seconds);
  }

  trainingEnded(how: 'finished' | 'cancelled' | 'failed' | 'left'): void {
    this.#trainings.inc({ how });
  }

  /** A figure that is read whenever the metrics are. `labels`: one value each; where it cannot be read it is left out. */
  gauge(name: string, help: string, label: string, read: () => Promise<Readonly<Record<string, number>>>): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      async collect() {
        gauge.reset();
        const figures = await read().catch(() => ({}));
        for (const [value, figure] of Object.entries(figures)) gauge.set({ [label]: value }, figure);
      },
    });
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
