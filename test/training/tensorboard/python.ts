import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Where CI puts TensorBoard: a folder that pip installed it into; without it, Python's own packages are looked through. */
const packages = process.env.TENSORBOARD_PYTHONPATH;
const env = { ...process.env, ...(packages && { PYTHONPATH: packages }) };

/** Whether this machine's Python has TensorBoard; tests that need it are skipped, and say so, where it has not. */
export const hasTensorBoard = works();

if (!hasTensorBoard)
  console.warn(
    'Skipping what TensorBoard itself reads: python3 has no tensorboard (pip install tensorboard gives it one).',
  );

export interface ReadRun {
  /** By tag: step, value, seconds since 1970. */
  readonly scalars: Readonly<Record<string, readonly (readonly [number, number, number])[]>>;
  readonly texts: Readonly<Record<string, readonly (readonly [number, string])[]>>;
  readonly projector: {
    readonly name: string;
    readonly shape: readonly number[];
    readonly vectors: readonly (readonly number[])[];
    readonly metadata: readonly (readonly string[])[];
  } | null;
}

/** What TensorBoard reads in a folder, by run. */
export function readRuns(directory: string): Record<string, ReadRun> {
  const script = join(import.meta.dirname, 'read-run.py');
  const out = execFileSync('python3', [script, directory], { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return JSON.parse(out) as Record<string, ReadRun>;
}

function works(): boolean {
  try {
    execFileSync('python3', ['-c', 'import tensorboard'], { env, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
