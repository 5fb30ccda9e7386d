import { LiveTraining } from '../live-training.ts';
import type { TrainingEvent, TrainingRequest } from '../trainer.ts';
import type { TrainingRow } from './training-rows.ts';

/** A training of the cluster as a chat process sees it. */
export class MirroredTraining extends LiveTraining {
  readonly corpus: string;
  readonly job: string;
  running = false;
  /** Whether its events are sent to this process. */
  shownHere = false;
  /** How many look at it. */
  watched = 0;

  /** onMoved: keeps where it is told for after a restart. */
  constructor({ corpus, job, request }: TrainingRow, onMoved: (request: TrainingRequest) => void) {
    super(request, onMoved);
    this.corpus = corpus;
    this.job = job;
  }

  /** Takes over what the row says; an event only where it says something new. */
  update(row: TrainingRow, process: string): void {
    this.replace(row.request);
    this.running = row.attempt !== null;
    this.shownHere = row.shownBy === process;
    // The place in the queue is worked out by those who show it.
    if (row.event.kind === 'queued') {
      if (this.latest.kind !== 'queued') this.tell(row.event);
    } else if (JSON.stringify(row.event) !== JSON.stringify(this.latest)) this.tell(row.event);
  }

  override watch(listener: (event: TrainingEvent) => void): () => void {
    this.watched++;
    const unwatch = super.watch(listener);
    return () => {
      this.watched--;
      unwatch();
    };
  }
}
