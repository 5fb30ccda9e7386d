import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PROJECT = join(import.meta.dirname, '..');

export interface Bot {
  /** Ends it and removes what it has kept. */
  stop(): Promise<void>;
}

/** The real program in a process of its own, with every surface that the environment opens, and an empty library. */
export function startBot(environment: Readonly<Record<string, string>>): Bot {
  const data = mkdtempSync(join(tmpdir(), 'fabulist-bench-'));
  const program = ['--import', './scripts/typescript.mjs', 'src/cli/index.ts', 'start', '--data', data];
  const bot: ChildProcess = spawn(process.execPath, program, {
    cwd: PROJECT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    async stop() {
      const ended = bot.exitCode === null ? once(bot, 'exit') : undefined;
      bot.kill('SIGTERM');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Waits until something has come about. Throws after so many seconds. */
export async function until(what: string, seconds: number, check: () => boolean): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  while (!check()) {
    if (Date.now() > end) throw new Error(`Not within ${seconds} s: ${what}`);
    await sleep(5);
  }
}
