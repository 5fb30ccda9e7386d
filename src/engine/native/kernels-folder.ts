import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NativePlace } from './native-place.ts';
import { processorFlags } from './processor-flags.ts';

/** The same kernels compiled for processors that have certain instructions. */
export interface KernelSet {
  /** Name of the addon. */
  readonly file: string;
  /** By the names that /proc/cpuinfo and the compiler's options share. */
  readonly instructions: readonly string[];
  /** What else the compiler is told. */
  readonly flags: readonly string[];
}

const plain: KernelSet = { file: 'plain.node', instructions: [], flags: [] };

/** The fastest first. Without its last flag the compiler would use half of a 512-bit register. */
const setsOf: Readonly<Record<string, readonly KernelSet[]>> = {
  x64: [
    {
      file: 'avx512.node',
      instructions: ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl', 'fma'],
      flags: ['-mprefer-vector-width=512'],
    },
    { file: 'avx2.node', instructions: ['avx2', 'fma'], flags: [] },
    plain,
  ],
};

/** For every set. `-w`: a warning would be read by nobody. */
export const kernelFlags: readonly string[] = [
  '-O3',
  '-std=c++17',
  '-shared',
  '-fPIC',
  '-pthread',
  '-w',
  '-DNAPI_VERSION=8',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-fvisibility=hidden',
];

/** All that are built, since the cache may be taken to another processor: in an image, or a home folder on the network. */
export function kernelSets(place: NativePlace): readonly KernelSet[] {
  return setsOf[place.host?.arch ?? process.arch] ?? [plain];
}

/** Those that this processor can run, the fastest first. */
export function runnableSets(place: NativePlace): readonly KernelSet[] {
  const flags = place.host ? place.host.processorFlags : processorFlags();
  return kernelSets(place).filter(({ instructions }) => instructions.every((name) => flags?.includes(name)));
}

/**
 * The folder that holds the finished kernels, one addon for each set. It exists only whole, and is another one after every
 * change to what they are made from. Throws if the sources are missing.
 */
export function kernelsFolder(place: NativePlace): string {
  const hash = createHash('sha256').update(JSON.stringify([kernelFlags, kernelSets(place)]));
  // What an editor leaves beside them is no part of them.
  const names = readdirSync(place.kernelSources).filter((name) => /\.(?:cc|h)$/.test(name));
  for (const name of names.sort())
    hash.update(JSON.stringify([name, readFileSync(join(place.kernelSources, name), 'utf8')]));
  const machine = `${process.platform}-${process.arch}`;
  return join(place.cacheFolder, `kernels-${hash.digest('hex').slice(0, 12)}-${machine}`);
}
