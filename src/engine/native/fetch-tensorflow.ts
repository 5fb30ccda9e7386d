import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FabulistError } from '../../errors.ts';
import type { NativePlace } from './native-place.ts';
import { type TensorFlowWheel, tensorFlowHeaders, tensorFlowVersion } from './tensorflow-wheel.ts';
import { findTool, runTool, ToolFailure } from './tools.ts';

/** The end of standard input means that the process which installs has died, by whatever cause: do not outlive it. */
const dieWithInstaller = `
import os, sys, threading
def watch():
    while os.read(0, 1):
        pass
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
`;

/** As `python3 -m pip`. */
const pip = `${dieWithInstaller}
import runpy
runpy.run_module('pip', run_name='__main__', alter_sys=True)
`;

/** Arguments: the archive, then pairs of a name in it and the file to write. Python checks each file's checksum. */
const unpack = `${dieWithInstaller}
import shutil, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name, path in zip(sys.argv[2::2], sys.argv[3::2]):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as packed, open(path, 'wb') as file:
            shutil.copyfileobj(packed, file, 1 << 20)
`;

export interface FetchFolders {
  /** Where everything temporary goes, pip's own files too. */
  readonly work: string;
  /** Where pip's growing download can be watched; inside `work`. */
  readonly download: string;
}

/**
 * Downloads the pinned wheel with the user's pip, from whatever package index that is set up for, and returns its path.
 * Throws `engine` if pip fails or is killed, or if the file is not the pinned one.
 */
export async function downloadWheel(
  place: NativePlace,
  wheel: TensorFlowWheel,
  folders: FetchFolders,
  signal?: AbortSignal,
): Promise<string> {
  const requirements = join(folders.work, 'requirements.txt');
  const destination = join(folders.work, 'wheel');
  await mkdir(folders.download);
  await writeFile(requirements, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`);
  const tags = ['--platform', wheel.platformTag, '--implementation', 'cp', '--abi', 'cp311', '--python-version', '311'];
  const exactly = ['--only-binary=:all:', '--no-deps', '--require-hashes', '--requirement', requirements];
  // pip's cache would keep a second copy of a file that is needed once.
  const quietly = ['--quiet', '--no-input', '--no-cache-dir', '--disable-pip-version-check', '--progress-bar', 'off'];
  const args = ['-c', pip, 'download', ...quietly, ...tags, ...exactly, '--dest', destination];
  // Some people forbid pip to act outside a virtual environment: that is meant for installing, which this is not.
  const env = { TMPDIR: folders.download, PIP_REQUIRE_VIRTUALENV: '0' };
  try {
    await runPython(place, args, folders.work, env, signal);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const what = `TensorFlow ${tensorFlowVersion} (${Math.round(wheel.bytes / 1e6)} MB) could not be downloaded`;
    const how = error.killedBy ? `pip was killed by ${error.killedBy}` : `pip failed${error.quotation}`;
    const remedy = "check the network and pip's index settings, then try again";
    throw new FabulistError('engine', `${what}: ${how}; ${remedy}.`, { cause: error });
  }
  const [name] = (await readdir(destination)).filter((file) => file.endsWith('.whl'));
  const path = join(destination, name ?? 'missing');
  // pip has compared it already; this holds for a replaced pip too, and before any of the file is used.
  if (!name || (await sha256(path, signal)) !== wheel.sha256) {
    const remedy = "check pip's index settings, then try again";
    throw new FabulistError('engine', `The downloaded TensorFlow is not the pinned file and was deleted; ${remedy}.`);
  }
  return path;
}

/**
 * Takes the libraries and the headers out of the wheel.
 * Throws `engine` if that fails, as on a full disk.
 */
export async function unpackWheel(
  place: NativePlace,
  wheel: { readonly pin: TensorFlowWheel; readonly path: string },
  folders: { readonly work: string; readonly libraries: string; readonly headers: string },
  signal?: AbortSignal,
): Promise<void> {
  const libraries = wheel.pin.libraries.flatMap(({ name }) => [`tensorflow/${name}`, join(folders.libraries, name)]);
  const headers = tensorFlowHeaders.flatMap((name) => [`tensorflow/include/${name}`, join(folders.headers, name)]);
  try {
    await runPython(place, ['-c', unpack, wheel.path, ...libraries, ...headers], folders.work, {}, signal);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const how = error.killedBy ? `python3 was killed by ${error.killedBy}` : `python3 failed${error.quotation}`;
    throw new FabulistError('engine', `TensorFlow could not be unpacked: ${how}; try again.`, { cause: error });
  }
}

function runPython(
  place: NativePlace,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  const python = findTool('python3', place.searchPath) ?? 'python3';
  return runTool(python, args, { cwd, env: { ...process.env, PATH: place.searchPath, ...env }, signal });
}

async function sha256(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}
