import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first executable file of that name in the folders of a search path, or null. */
export function findTool(name: string, searchPath: string): string | null {
  for (const folder of searchPath.split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** A program that could not be started, was killed, or exited with an error. */
export class ToolFailure extends Error {
  readonly command: string;
  readonly killedBy: NodeJS.Signals | null;
  /** What it wrote to standard error, the end of it. */
  readonly complaint: string;

  constructor(command: string, outcome: string, killedBy: NodeJS.Signals | null, complaint: string) {
    super(`${command} ${outcome}${complaint === '' ? '' : `:\n${complaint}`}`);
    this.name = 'ToolFailure';
    this.command = command;
    this.killedBy = killedBy;
    this.complaint = complaint;
  }

  /**
   * The tool's own last words, ` (it said: "...")`, for the end of a sentence; nothing where they hold a path or an
   * address, which a person who asked for a story should not be shown.
   */
  get quotation(): string {
    const lines = this.complaint.split('\n').map((line) => line.trim());
    const line =
      lines.find((text) => /^ERROR: .*\w/.test(text) && !text.endsWith(':')) ??
      lines.findLast((text) => text !== '') ??
      '';
    const [words = ''] = line.replace(/^ERROR: /, '').split(/(?<=[a-zA-Z])\. /);
    return words === '' || words.length > 160 || /[/\\]\S/.test(words)
      ? ''
      : ` (it said: "${words.replace(/\.$/, '')}")`;
  }
}

export interface RunToolOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

const complaintLimit = 8000;

/**
 * Runs a program to its end. Its standard input is a pipe that closes when this process dies, by whatever cause.
 * When the signal is aborted the program and everything that it started are killed.
 * Throws `ToolFailure` if it did not exit with 0, and the signal's reason, once it is gone, if it was aborted.
 */
export function runTool(command: string, args: readonly string[], options: RunToolOptions): Promise<void> {
  const { cwd, env = process.env, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    // A process group of its own: compilers run their passes in further processes, which must die with them.
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-complaintLimit);
    });
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The whole group has ended already.
      }
    };
    const settle = (failure: ToolFailure | null) => {
      signal?.removeEventListener('abort', kill);
      process.removeListener('exit', kill);
      if (signal?.aborted) reject(signal.reason);
      else if (failure) reject(failure);
      else resolve();
    };
    signal?.addEventListener('abort', kill);
    process.on('exit', kill);
    child.on('error', (error) => {
      if (child.pid === undefined) settle(new ToolFailure(command, `did not start (${error.message})`, null, ''));
    });
    child.on('close', (code, killedBy) => {
      if (code === 0) settle(null);
      else settle(new ToolFailure(command, `ended with ${killedBy ?? code}`, killedBy, complaint.trim()));
    });
  });
}
