import type { Config } from '../config.ts';
import { HealthServer } from '../telemetry/health-server.ts';
import { Metrics } from '../telemetry/metrics.ts';
import type { Closable } from './ground.ts';

/** What a process shows of itself. */
export interface Observed {
  /** Throws where something it needs is out of reach. */
  ready(): Promise<void>;
  /** Trainings that wait, and that run, as this process knows of them. */
  trainings(): { waiting: number; running: number };
  /** Seconds that the oldest waiting training has waited. */
  oldest?(): Promise<number>;
  /** How many processes of the cluster live, by what they do. */
  processes?(): Promise<Readonly<Record<'chat' | 'trainer', number>>>;
}

/** Opens the port for health and metrics. Throws `usage` where it cannot be had. */
export async function observe(
  { port, host }: NonNullable<Config['metrics']>,
  observed: Observed,
): Promise<{ metrics: Metrics } & Closable> {
  const metrics = new Metrics();
  metrics.gauge('fabulist_trainings', 'Trainings that wait or run.', 'state', async () => ({
    ...observed.trainings(),
  }));
  const { oldest, processes } = observed;
  if (oldest)
    metrics.gauge(
      'fabulist_queue_age_seconds',
      'How long the oldest waiting training has waited.',
      'queue',
      async () => ({
        trainings: await oldest(),
      }),
    );
  if (processes)
    metrics.gauge('fabulist_processes', 'Processes of the cluster that live, by what they do.', 'role', processes);
  const server = new HealthServer({ port, host, metrics, ready: () => observed.ready() });
  await server.open();
  return { metrics, close: () => server.close() };
}
