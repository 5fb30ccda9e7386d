import type { ChildProcess } from 'node:child_process';
import { forkEntry } from '../fork-entry.ts';
import type { TrainerIntent, TrainerOrder, TrainerReport } from './trainer-messages.ts';

/** How long a trainer may take to put its work into a checkpoint, in milliseconds. */
const GRACE = 2_000;

/** How a trainer process ended: with its last report, or without one. */
export type TrainerEnd =
  | Extract<TrainerReport, { kind: 'finished' | 'cancelled' | 'lost' | 'busy' | 'paused' | 'failed' }>
  | { readonly kind: 'died'; readonly how: string };

/** One trainer process and its one training. */
export class TrainerChild {
  readonly ended: Promise<TrainerEnd>;
  readonly #child: ChildProcess;
  #watchdog: NodeJS.Timeout | undefined;
  #hung = false;
  readonly #silence: number;

  /** silence: milliseconds without a sign of life after which it counts as hung. */
  constructor(order: TrainerOrder, silence: number, onReport: (report: TrainerReport) => void) {
    this.#silence = silence;
    const child = forkEntry('trainer-process', import.meta.url, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    let last: TrainerEnd | null = null;
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    child.on('message', (report: TrainerReport) => {
      this.#listen();
      if (report.kind === 'alive' || report.kind === 'progress' || report.kind === 'log') onReport(report);
      else last = report;
    });
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => resolve({ kind: 'died', how: error.message }));
      child.on('close', (code, signal) => {
        clearTimeout(this.#watchdog);
        const how = this.#hung
          ? `no sign of life for ${silence / 1_000} s`
          : `${signal ?? `exit code ${code}`} ${complaint.trim()}`.trim();
        resolve(last ?? { kind: 'died', how });
      });
    });
    child.send(order, (error) => {
      if (error) child.kill('SIGKILL');
    });
    this.#listen();
  }

  /** Says what to do instead of going on. A process that has ended already is beyond hearing, which is no failure. */
  tell(intent: TrainerIntent): void {
    if (this.#child.connected) this.#child.send(intent, () => undefined);
  }

  /** Ends the process, with a checkpoint if that takes no longer than two seconds. */
  async close(): Promise<void> {
    this.tell('pause');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE);
    await this.ended;
    clearTimeout(timer);
  }

  #listen(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#hung = true;
      this.#child.kill('SIGKILL');
    }, this.#silence);
    this.#watchdog.unref();
  }
}
