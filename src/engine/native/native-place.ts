import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { FabulistError } from '../../errors.ts';
import { type TensorFlowWheel, tensorFlowVersion, wheelFor } from './tensorflow-wheel.ts';

/** What decides whether TensorFlow's library can run on a machine. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  /** Version of the GNU C library that this Node runs on; null where it is another C library. */
  readonly glibc: string | null;
  /** What the processor can do, by Linux's names (x64 only); null where that is not known. */
  readonly processorFlags: readonly string[] | null;
}

/** Everything outside this folder that finding, installing and linking the native engine depends on. Plain data. */
export interface NativePlace {
  /** Where built engines are kept, one folder for each version. Shared by all checkouts of a user. */
  readonly cacheFolder: string;
  /** The installed package @tensorflow/tfjs-node: it holds the addon's source and is where it looks for the addon. */
  readonly packageFolder: string;
  /** The headers of Node-API. */
  readonly headersFolder: string;
  /** The folder of the kernels' C++ sources. */
  readonly kernelSources: string;
  /** Folders in which python3 and the C++ compiler are looked for, as in `PATH`. */
  readonly searchPath: string;
  /** The Node program in which a new addon must prove that it loads. */
  readonly node: string;
  readonly wheel: TensorFlowWheel | null;
  /** Found out when needed if absent: it takes some milliseconds. */
  readonly host?: Host;
}

/**
 * Where things are for this user and this checkout. The cache is `FABULIST_CACHE` if set, else the user's cache folder.
 * Throws `engine` if the packages that the addon is built from are not installed.
 */
export function nativePlace(overrides: Partial<NativePlace> = {}): NativePlace {
  const cache = process.env.FABULIST_CACHE || envPaths('fabulist', { suffix: '' }).cache;
  return {
    cacheFolder: resolve(cache),
    packageFolder: overrides.packageFolder ?? folderOfPackage('@tensorflow/tfjs-node'),
    headersFolder: overrides.headersFolder ?? join(folderOfPackage('node-api-headers'), 'include'),
    kernelSources: join(import.meta.dirname, 'cpp'),
    searchPath: process.env.PATH ?? '',
    node: process.execPath,
    wheel: wheelFor(process.arch),
    ...overrides,
  };
}

/** The folder that holds the finished engine: the two libraries and the addon. It exists only whole. */
export function engineFolder(place: NativePlace): string {
  const { version } = JSON.parse(readFileSync(join(place.packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const machine = `${process.platform}-${process.arch}`;
  return join(place.cacheFolder, `tensorflow-${tensorFlowVersion}-tfjs-${version}-${machine}`);
}

/** Whether a folder was named by `engineFolder`, of this or of another version. */
export function isEngineFolder(folder: string): boolean {
  return /[/\\]tensorflow-[\d.]+-tfjs-[^/\\]+$/.test(folder);
}

export const addonName = 'tfjs_binding.node';

/** Where tfjs-node looks for its addon. Its lookup settles on Node-API 8 under every Node that Fabulist supports. */
export function addonPathInPackage(place: NativePlace): string {
  return join(place.packageFolder, 'lib', 'napi-v8', addonName);
}

function folderOfPackage(name: string): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch (cause) {
    throw new FabulistError('engine', `The package ${name} is not installed; run npm ci.`, { cause });
  }
}
