/**
 * Makes the Python environment that the benchmarks compare with: PyTorch, and TensorFlow with Keras.
 * Run: npm run bench -- --install-peers   (800 MB to download, 3 GB on disk; two to five minutes)
 *
 * The index has PyTorch for Linux on x86-64 only as built for graphics cards, and with it some 2 GB of libraries that
 * a benchmark on the processor never calls but the loader wants to see. So PyTorch is installed without them, and where they
 * are looked for lie libraries of the same names and symbols whose functions all answer "no device". Where that is not
 * possible (no C compiler), or not needed (other systems), it is installed as its authors meant it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasProgram, peersFolder } from './peers.ts';

/** What PyTorch asks for besides libraries for graphics cards. */
const PURE = ['filelock', 'typing-extensions', 'setuptools', 'sympy', 'networkx', 'jinja2', 'fsspec', 'numpy'];
/** Symbols of the libraries for graphics cards. */
const GRAPHICS = /^_{0,2}cu|^nccl|^nv/;

const folder = peersFolder();
const python = join(folder, 'bin/python');
const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: ['ignore', 2, 2] });
const read = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] });
const pip = (...args: string[]) => run(python, '-m', 'pip', 'install', '--quiet', '--no-warn-conflicts', ...args);

run('python3', '-m', 'venv', folder);
pip('tensorflow-cpu');
const slim = process.platform === 'linux' && process.arch === 'x64' && ['cc', 'nm', 'readelf'].every(hasProgram);
if (slim) {
  pip(...PURE);
  pip('--no-deps', 'torch');
  standIns();
} else pip('torch', 'numpy');
run(
  python,
  '-c',
  'import torch, keras; print("PyTorch", torch.__version__, "and Keras", keras.__version__, "are ready.")',
);

/** For every library for graphics cards that PyTorch's own are linked with: one of that name, with the symbols they want of it. */
function standIns(): void {
  const packages = read(python, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))').trim();
  const libraries = join(packages, 'torch/lib');
  const files = readdirSync(libraries)
    .filter((name) => name.includes('.so'))
    .map((name) => join(libraries, name));
  const dynamic = files.map((file) => read('readelf', '-d', file)).join('\n');
  const needed = new Set(
    [...dynamic.matchAll(/NEEDED.*\[(lib(?:cu|nv|nccl)[^\]]*)\]/g)].map((match) => match[1] ?? ''),
  );
  needed.delete('libcuda.so.1'); // the driver's, asked for only once there is a card
  const symbols = (...kind: string[]) =>
    read('nm', '-D', ...kind, ...files)
      .split('\n')
      .map((line) => line.trim().split(/\s+/).at(-1) ?? '');
  const own = new Set(symbols('--defined-only').map((symbol) => symbol.replace(/@.*/, '')));
  /** By library, or by the name of its version of symbols. */
  const wanted = new Map<string, Set<string>>();
  for (const entry of symbols('--undefined-only')) {
    const [symbol = '', version = ''] = entry.split(/@+/);
    if (!GRAPHICS.test(symbol) || own.has(symbol)) continue;
    wanted.set(version, (wanted.get(version) ?? new Set()).add(symbol));
  }
  const target = join(packages, 'nvidia', `cu${/libcudart\.so\.(\d+)/.exec(dynamic)?.[1]}`, 'lib');
  mkdirSync(target, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'fabulist-peers-'));
  for (const library of needed) {
    // Most name the version of their symbols as themselves; one by its trade name, and some have none.
    const version = wanted.has(library) ? library : library.startsWith('libnvshmem') ? 'NVSHMEM' : '';
    const functions = [...(library.startsWith('libnccl') || version ? (wanted.get(version) ?? []) : [])];
    // 100 is cudaErrorNoDevice.
    writeFileSync(join(work, 's.c'), functions.map((symbol) => `int ${symbol}(void) { return 100; }\n`).join(''));
    writeFileSync(join(work, 's.map'), `${version} { global: *; };`);
    const script = version && functions.length > 0 ? [`-Wl,--version-script=${join(work, 's.map')}`] : [];
    const output = ['-o', join(target, library), `-Wl,-soname,${library}`];
    run('cc', '-shared', '-fPIC', '-w', '-fno-builtin', ...output, join(work, 's.c'), ...script);
  }
  rmSync(work, { recursive: true });
}
