import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Host, NativePlace } from './native-place.ts';
import { processorFlags } from './processor-flags.ts';
import { oldestGlibc } from './tensorflow-wheel.ts';
import { findTool } from './tools.ts';

/** Why the native engine cannot be installed here (a clause) and what would change that (a clause that commands). */
export interface Obstacle {
  readonly reason: string;
  readonly remedy: string;
}

const otherwise = 'the WebAssembly engine is used instead';

/** The first thing that stands in the way of an installation, or null. Runs python3 once; changes nothing. */
export async function nativeObstacle(place: NativePlace): Promise<Obstacle | null> {
  return hostObstacle(place.host ?? thisHost(), place) ?? compilerObstacle(place) ?? (await pythonObstacle(place));
}

/** The C++ compiler to use, or null. */
export function findCompiler(place: NativePlace): string | null {
  for (const name of ['g++', 'c++', 'clang++']) {
    const path = findTool(name, place.searchPath);
    if (path) return path;
  }
  return null;
}

function hostObstacle(host: Host, place: NativePlace): Obstacle | null {
  if (host.platform !== 'linux' || place.wheel === null) {
    return { reason: `TensorFlow is not built here for ${host.platform} on ${host.arch}`, remedy: otherwise };
  }
  if (host.glibc === null) {
    return { reason: 'this system has no GNU C library, which TensorFlow needs', remedy: otherwise };
  }
  if (isOlder(host.glibc, oldestGlibc)) {
    return {
      reason: `TensorFlow needs the GNU C library ${oldestGlibc} and this system has ${host.glibc}`,
      remedy: 'use a newer release of the operating system',
    };
  }
  // Where they are not known the addon must prove itself after it is built.
  if (host.arch === 'x64' && host.processorFlags && !host.processorFlags.includes('avx')) {
    return {
      reason: 'the processor has no AVX instructions, which TensorFlow needs',
      remedy: 'on a virtual machine, let it see the processor of its host',
    };
  }
  return null;
}

/** That there is no C++ compiler, or null. */
export function compilerObstacle(place: NativePlace): Obstacle | null {
  if (findCompiler(place)) return null;
  return { reason: 'no C++ compiler was found', remedy: 'install g++ (Debian and Ubuntu: apt-get install g++)' };
}

/** pip learned to download for a platform tag that it does not know in 20.3; 21 is the first whole release after it. */
const oldestPip = 21;

async function pythonObstacle(place: NativePlace): Promise<Obstacle | null> {
  const install = 'install python3 with pip (Debian and Ubuntu: apt-get install python3-pip)';
  const python = findTool('python3', place.searchPath);
  if (!python) return { reason: 'python3 was not found', remedy: install };
  let version: string;
  try {
    const env = { ...process.env, PATH: place.searchPath };
    const { stdout } = await promisify(execFile)(python, ['-c', 'import pip; print(pip.__version__)'], { env });
    version = stdout.trim();
  } catch {
    return { reason: 'python3 has no pip', remedy: install };
  }
  if (!isOlder(version, String(oldestPip))) return null;
  return { reason: `pip ${version} is too old`, remedy: 'update it (python3 -m pip install --upgrade pip)' };
}

function isOlder(version: string, than: string): boolean {
  const numbers = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [place, minimum] of than.split('.').map(Number).entries()) {
    const number = numbers[place] ?? 0;
    if (number !== minimum) return number < minimum;
  }
  return false;
}

function thisHost(): Host {
  return { platform: process.platform, arch: process.arch, glibc: glibcOfNode(), processorFlags: processorFlags() };
}

function glibcOfNode(): string | null {
  // Without this the report looks up the name of every connected address; Node versions that lack the option ignore it.
  Reflect.set(process.report, 'excludeNetwork', true);
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ?? null;
}
