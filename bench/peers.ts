import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import envPaths from 'env-paths';

const BASELINES = join(import.meta.dirname, '../../shared/baselines');
const LOADER = join(import.meta.dirname, '../scripts/typescript.mjs');

/** The Python environment that has the peers: `FABULIST_PEERS`, else a folder in the user's cache. It need not be there. */
export function peersFolder(): string {
  return process.env.FABULIST_PEERS || join(envPaths('fabulist', { suffix: '' }).cache, 'peers');
}

/** Peers that are Python packages: what to call them and what they are called in Python's index. */
const PACKAGES = { torch: 'PyTorch', keras: 'Keras', tensorflow_cpu: 'TensorFlow' } as const;
export type PythonPeer = keyof typeof PACKAGES;

/** A peer's name with its version, or why it cannot be asked. */
export function pythonPeer(peer: PythonPeer): { readonly name: string } | { readonly absent: string } {
  const python = join(peersFolder(), 'bin/python');
  const called = PACKAGES[peer];
  if (!existsSync(BASELINES)) return { absent: `${called}: its script ../shared/baselines is not here` };
  try {
    const version = `import importlib.metadata as m; print(m.version('${peer}'))`;
    const printed = execFileSync(python, ['-c', version], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return { name: `${called} ${printed.trim()}` };
  } catch {
    return { absent: `${called} is not here: npm run bench -- --install-peers` };
  }
}

/** NumPy 2 leaves sums of its own numbers its own, which Python's json refuses to print. */
const IN_PYTHON = `
import json, runpy, sys
json.JSONEncoder.default = lambda self, value: value.item()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
`;

/** Runs a script of ../shared/baselines, in Python or in Node by its ending; gives what it printed, a JSON object a line. */
export function baseline<T>(script: string, ...args: readonly string[]): T[] {
  const inPython = script.endsWith('.py');
  const program = inPython ? join(peersFolder(), 'bin/python') : process.execPath;
  const printed = execFileSync(program, [...(inPython ? ['-c', IN_PYTHON] : []), join(BASELINES, script), ...args], {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = printed.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as T);
}

/** Runs one of the programs of this project or of bench/ in a process of its own; gives the JSON it printed. */
export function ownProgram<T>(program: string, ...args: readonly string[]): T {
  const printed = execFileSync(process.execPath, ['--import', LOADER, program, ...args], {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', process.env.BENCH_QUIET ? 'ignore' : 'inherit'],
  });
  return JSON.parse(printed) as T;
}

/** Whether a program is found in `PATH`. */
export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}

/** How often each pair is measured in turns: `--rounds`, else what the benchmark thinks enough. */
export function rounds(usual: number): number {
  return Number(process.env.BENCH_ROUNDS) || usual;
}

/** `--seconds`: how long each side may train; undefined for as long as it takes. */
export function secondsLimit(): number | undefined {
  return Number(process.env.BENCH_SECONDS) || undefined;
}
