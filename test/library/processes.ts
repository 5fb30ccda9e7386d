import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const LOADER = new URL('../../scripts/typescript.mjs', import.meta.url).href;

/** Another process on the same library: a script of this folder that talks in messages. */
export interface Child {
  /** The next message, in order; undefined once the process is gone and all it sent was read. */
  next(): Promise<unknown>;
  send(message: object): void;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL; resolves when the process is gone. What it had sent can still be read. */
  kill(): Promise<void>;
}

export async function startChild(script: string, options: object): Promise<Child> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child: ChildProcess = fork(file, [JSON.stringify(options)], { execArgv: ['--import', LOADER] });
  const messages: unknown[] = [];
  let wake: () => void = () => undefined;
  let gone = false;
  child.on('message', (message) => {
    messages.push(message);
    wake();
  });
  // Only 'close' comes after the last message; 'exit' may come before it.
  const closed = once(child, 'close').then(() => {
    gone = true;
    wake();
  });
  return {
    async next() {
      while (messages.length === 0 && !gone) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return messages.shift();
    },
    send: (message) => void child.send(message),
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
