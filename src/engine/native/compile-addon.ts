import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FabulistError } from '../../errors.ts';
import { findCompiler } from './native-obstacle.ts';
import { addonName, type NativePlace } from './native-place.ts';
import { quietLogName, quietLogSource } from './quiet-log.ts';
import type { TensorFlowWheel } from './tensorflow-wheel.ts';
import { runTool, ToolFailure } from './tools.ts';

export interface CompileFolders {
  readonly work: string;
  readonly headers: string;
  /** Holds the libraries and receives the addon, which finds them beside itself wherever the folder is moved. */
  readonly engine: string;
}

/**
 * Compiles tfjs-node's binding into an addon beside the libraries: one call of the compiler, without node-gyp.
 * Throws `engine` if the compiler fails or is killed.
 */
export async function compileAddon(
  place: NativePlace,
  wheel: TensorFlowWheel,
  folders: CompileFolders,
  signal?: AbortSignal,
): Promise<void> {
  const compiler = findCompiler(place) ?? 'c++';
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(place.packageFolder, 'binding', name));
  const libraries = wheel.libraries.map(({ name }) => join(folders.engine, name));
  // `-w`: the warnings are about other people's code. Node loads an addon by its real path, so `$ORIGIN` is the folder
  // of the engine even where the addon is reached through a link.
  const flags = ['-O2', '-std=c++17', '-shared', '-fPIC', '-w', '-DNAPI_VERSION=8', '-Wl,-rpath,$ORIGIN'];
  const includes = [`-I${folders.headers}`, `-I${place.headersFolder}`];
  const quiet = join(folders.engine, quietLogName);
  const quietSource = join(folders.work, 'quiet-log.cc');
  // Without `--no-as-needed` the linker would leave out a library whose symbols nobody asks for.
  const linked = [...libraries, '-Wl,--no-as-needed', quiet];
  const args = [...flags, ...includes, ...sources, ...linked, '-o', join(folders.engine, addonName)];
  const env = { ...process.env, PATH: place.searchPath, TMPDIR: folders.work };
  try {
    await writeFile(quietSource, quietLogSource);
    // Named, or the addon would look for it in the folder of today, which is renamed tomorrow.
    const named = `-Wl,-soname,${quietLogName}`;
    await runTool(compiler, ['-O2', '-shared', '-fPIC', named, quietSource, '-o', quiet], {
      cwd: folders.work,
      env,
      signal,
    });
    await runTool(compiler, args, { cwd: folders.work, env, signal });
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const how = error.killedBy ? `the C++ compiler was killed by ${error.killedBy}` : 'the C++ compiler failed';
    const remedy = 'update or reinstall it (Debian and Ubuntu: apt-get install g++)';
    throw new FabulistError('engine', `The native engine could not be built: ${how}; ${remedy}.`, { cause: error });
  }
}

/**
 * Loads the new addon in another Node process: a library too new for the processor would kill this one.
 * Throws `engine` if it does not load.
 */
export async function proveAddon(place: NativePlace, folders: CompileFolders, signal?: AbortSignal): Promise<void> {
  const env = { ...process.env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '3' };
  try {
    const args = ['-e', 'require(process.argv[1])', join(folders.engine, addonName)];
    await runTool(place.node, args, { cwd: folders.work, env, signal });
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const why = error.killedBy === 'SIGILL' ? 'the processor is too old for TensorFlow' : 'Node could not load it';
    const otherwise = 'the WebAssembly engine is used instead';
    const sentence = `The native engine was built but does not run here: ${why}; ${otherwise}.`;
    throw new FabulistError('engine', sentence, { cause: error });
  }
}
