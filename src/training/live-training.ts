import type { ReportTo, Training, TrainingEvent, TrainingRequest } from './trainer.ts';

/** A training as those who wait for it see it. */
export class LiveTraining implements Training {
  #request: TrainingRequest;
  readonly ended: Promise<TrainingEvent>;
  #latest: TrainingEvent = { kind: 'queued', place: 1 };
  #end: (event: TrainingEvent) => void = () => undefined;
  readonly #listeners = new Set<(event: TrainingEvent) => void>();
  readonly #onMoved: ((training: TrainingRequest) => void) | undefined;

  /** onMoved: keeps the request for after a restart, as it is told somewhere else now. */
  constructor(request: TrainingRequest, onMoved?: (request: TrainingRequest) => void) {
    this.#request = request;
    this.#onMoved = onMoved;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get request(): TrainingRequest {
    return this.#request;
  }

  /** A newer request takes the place of the one before: later options and place to report, the same wait. */
  replace(request: TrainingRequest): this {
    this.#request = {
      ...request,
      ...(request.reportTo ? {} : this.#request.reportTo && { reportTo: this.#request.reportTo }),
    };
    return this;
  }

  moved(reportTo: ReportTo): void {
    this.#request = { ...this.#request, reportTo };
    this.#onMoved?.(this.#request);
  }

  get latest(): TrainingEvent {
    return this.#latest;
  }

  watch(listener: (event: TrainingEvent) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#latest);
    return () => this.#listeners.delete(listener);
  }

  /** Tells everybody. A listener that throws spoils it for none of the others; its own error is its own business. */
  tell(event: TrainingEvent): void {
    this.#latest = event;
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    if (event.kind === 'finished' || event.kind === 'cancelled' || event.kind === 'failed') this.#end(event);
  }
}
