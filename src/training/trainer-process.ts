import { setPriority } from 'node:os';
import { openEngine } from '../engine/open-engine.ts';
import { FabulistError } from '../errors.ts';
import type { Library } from '../library/library.ts';
import { trainCorpus } from './train-corpus.ts';
import type { TrainerIntent, TrainerOrder, TrainerReport } from './trainer-messages.ts';

/**
 * The trainer process: trains one corpus and ends, which gives its memory back. It takes its order as the first message,
 * runs at a lower priority than the process that talks with people, and outlives that process only for a last checkpoint.
 */
const NICE = 10;
const HEARTBEAT = 2_000;
/** How long a database that is away is waited for, ms: what was learned since the last checkpoint is worth it. */
const PATIENCE = 60_000;

/** Resolves once the message is on its way; a closed connection loses it, which the other side notices by itself. */
const report = (message: TrainerReport) =>
  new Promise<void>((resolve) => {
    if (process.connected && process.send) process.send(message, () => resolve());
    else resolve();
  });

let intent: TrainerIntent | null = null;
process.on('disconnect', () => {
  intent ??= 'pause';
});
// Ctrl-C reaches every process of a terminal; the one that talks with people decides what it means for this one.
process.on('SIGINT', () => undefined);

process.once('message', (order: TrainerOrder) => {
  process.on('message', (message: TrainerIntent) => {
    intent = message;
  });
  // TensorFlow's threads would keep the process for a while.
  void train(order).finally(() => process.exit());
});

async function train(order: TrainerOrder): Promise<void> {
  const heartbeat = setInterval(() => report({ kind: 'alive' }), HEARTBEAT);
  let library: Library | undefined;
  try {
    library = await openLibrary(order);
    setPriority(NICE);
    const { engine } = await openEngine({ choice: order.engine, threads: order.threads ?? undefined });
    const result = await trainCorpus(library, engine, order.request, order.tolerance, {
      onProgress: (progress) => report({ kind: 'progress', progress }),
      onLog: (line) => report({ kind: 'log', line }),
      intent: () => intent ?? 'go-on',
    });
    await report(result);
  } catch (error) {
    // In the queue's hands, a training that nobody cancelled was overtaken.
    const lost = order.database?.attempt != null && intent !== 'cancel';
    if (error instanceof FabulistError && error.code === 'cancelled')
      await report({ kind: lost ? 'lost' : 'cancelled' });
    else if (error instanceof FabulistError)
      await report({ kind: 'failed', code: error.code, message: error.message, detail: null });
    else {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      await report({
        kind: 'failed',
        code: null,
        message: 'The training failed for a reason of its own; the details are in the log.',
        detail,
      });
    }
  } finally {
    clearInterval(heartbeat);
    await library?.close();
  }
}

async function openLibrary({ dataFolder, starterFolder, database }: TrainerOrder): Promise<Library> {
  const folders = { dataFolder, starterFolder };
  if (database === null) {
    const { FileLibrary } = await import('../library/file-library.ts');
    return new FileLibrary(folders);
  }
  const { PostgresLibrary } = await import('../library/postgres/postgres-library.ts');
  return PostgresLibrary.open({ ...folders, ...database, connections: 2, patience: PATIENCE });
}
