import { describe, expect, it, onTestFinished } from 'vitest';
import { FabulistError } from '../src/errors.ts';
import { measured } from '../src/main/measured.ts';
import type { Storyteller } from '../src/story/storyteller.ts';
import { HealthServer } from '../src/telemetry/health-server.ts';
import { Metrics } from '../src/telemetry/metrics.ts';

async function opened(ready: () => Promise<void> = async () => undefined) {
  const metrics = new Metrics();
  const server = new HealthServer({ port: 0, host: '127.0.0.1', metrics, ready });
  const port = await server.open();
  onTestFinished(() => server.close());
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
  return { metrics, server, port, get };
}

describe('the port for health and metrics', () => {
  it('tells whether the process runs and whether it can serve', async () => {
    let away = false;
    const { get } = await opened(async () => {
      if (away) throw new FabulistError('unavailable', 'The database cannot be reached.');
    });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    away = true;
    const answer = await get('/readyz');
    expect([answer.status, await answer.text()]).toEqual([503, 'not ready\n']);
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/elsewhere')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST' })).status).toBe(405);
  });

  it('tells Prometheus about requests, trainings, memory and the event loop, and nothing of anybody', async () => {
    const { metrics, get } = await opened();
    const secret = 'had a general of server 42';
    const storyteller = {
      tell: async () => ({ text: secret }),
      train: async () => {
        throw new FabulistError('too-short', secret);
      },
      corpora: async () => {
        throw new Error(secret);
      },
    } as unknown as Storyteller;
    const watched = measured(storyteller, metrics);
    const asker = { server: secret, channel: secret, user: secret };
    await watched.tell(asker, { opening: secret });
    await expect(watched.train(asker, { files: [], mode: 'append', options: {} })).rejects.toThrow(secret);
    await expect(watched.corpora(asker)).rejects.toThrow(secret);
    metrics.trainingEnded('finished');
    metrics.gauge('fabulist_trainings', 'Trainings.', 'state', async () => ({ waiting: 3, running: 1 }));
    metrics.gauge('fabulist_away', 'What cannot be read.', 'what', () => Promise.reject(new Error('away')));
    const answer = await get('/metrics');
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('fabulist_request_seconds_count{what="tell",outcome="done"} 1');
    expect(text).toContain('fabulist_request_seconds_count{what="train",outcome="refused"} 1');
    expect(text).toContain('fabulist_request_seconds_count{what="corpora",outcome="failed"} 1');
    expect(text).toContain('fabulist_trainings_ended_total{how="finished"} 1');
    expect(text).toContain('fabulist_trainings{state="waiting"} 3');
    expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds \d/);
    expect(text).toMatch(/process_resident_memory_bytes \d/);
    expect(text).not.toContain('general');
  });

  it('says in one sentence that the port is taken', async () => {
    const { port } = await opened();
    const metrics = new Metrics();
    const second = new HealthServer({ port, host: '127.0.0.1', metrics, ready: async () => undefined });
    await expect(second.open()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('METRICS_PORT'),
    });
  });
});
