import { beforeEach, expect, it, vi } from 'vitest';
import { Session, type Surroundings } from '../../src/cli/session.ts';
import { FakeSink } from './fakes.ts';

const opened = vi.hoisted(() => [] as string[]);
vi.mock('../../src/telemetry/late-log.ts', () => ({
  LateLog: class {
    constructor(level: string) {
      opened.push(level);
    }
  },
}));
beforeEach(() => {
  opened.length = 0;
});

function open(
  stays: boolean,
  { env = {}, terminal = false }: { env?: Record<string, string>; terminal?: boolean } = {},
) {
  const surroundings: Surroundings = {
    env,
    folder: import.meta.dirname,
    dotenvFolder: import.meta.dirname,
    stdin: process.stdin,
    stdout: new FakeSink(),
    stderr: new FakeSink(terminal),
    assemble: () => Promise.reject(new Error('nothing is to be put together')),
  };
  new Session(surroundings, {}, stays);
  return opened;
}

it('logs from info on where a service runs: the morning report of a corpus that belongs to no channel is there', () => {
  expect(open(true)).toEqual(['info']);
});

it('logs from the level that is set, whatever runs', () => {
  expect(open(true, { env: { LOG_LEVEL: 'error' } })).toEqual(['error']);
  expect(open(false, { env: { LOG_LEVEL: 'debug' } })).toEqual(['error', 'debug']);
});

it('leaves the log to sentences where a person waits', () => {
  expect(open(false)).toEqual([]);
  expect(open(true, { terminal: true })).toEqual([]);
});
