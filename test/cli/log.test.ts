import { expect, it } from 'vitest';
import { openLog } from '../../src/telemetry/log.ts';

function linesAt(level: string, write: (log: ReturnType<typeof openLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(openLog(level, { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

it('logs JSON lines with the time and the level by name, from the level that is set', () => {
  const lines = linesAt('info', (log) => {
    log.debug('too quiet');
    log.info({ corpus: 'fable' }, 'trained');
  });
  expect(lines).toEqual([
    { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), corpus: 'fable', msg: 'trained' },
  ]);
});

it('shows told text at debug, and never above', () => {
  const told = { text: 'Had a general council', opening: 'had', sample: 'the cat', corpus: 'fable' };
  const lines = linesAt('debug', (log) => {
    log.debug(told, 'told');
    log.info(told, 'told');
    log.error(told, 'told');
  });
  expect(lines[0]).toMatchObject(told);
  for (const line of lines.slice(1)) {
    expect(line).toMatchObject({ corpus: 'fable', msg: 'told' });
    expect(JSON.stringify(line)).not.toContain('cat');
    expect(line).not.toHaveProperty('text');
  }
});

it('writes an error with its message', () => {
  const [line] = linesAt('warn', (log) =>
    log.warn({ err: new Error('no space left') }, 'a checkpoint was not written'),
  );
  expect(line).toMatchObject({ level: 'warn', msg: 'a checkpoint was not written', err: { message: 'no space left' } });
});
