import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FabulistError } from '../../errors.ts';
import { loadElsewhere } from './load-elsewhere.ts';
import { addonName, type NativePlace } from './native-place.ts';
import { quietLogName, quietLogSource } from './quiet-log.ts';
import { compilerFailure, runCompiler } from './run-compiler.ts';
import type { TensorFlowWheel } from './tensorflow-wheel.ts';
import { ToolFailure } from './tools.ts';

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
  try {
    await writeFile(quietSource, quietLogSource);
    // Named, or the addon would look for it in the folder of today, which is renamed tomorrow.
    const named = `-Wl,-soname,${quietLogName}`;
    await runCompiler(place, ['-O2', '-shared', '-fPIC', named, quietSource, '-o', quiet], folders.work, signal);
    await runCompiler(place, args, folders.work, signal);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const { reason, remedy } = compilerFailure(error);
    throw new FabulistError('engine', `The native engine could not be built: ${reason}; ${remedy}.`, { cause: error });
  }
}

/** Has the new addon loaded in another process. Throws `engine` if it does not load. */
export async function proveAddon(place: NativePlace, folders: CompileFolders, signal?: AbortSignal): Promise<void> {
  try {
    await loadElsewhere(place, [join(folders.engine, addonName)], folders.work, signal);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const why = error.killedBy === 'SIGILL' ? 'the processor is too old for TensorFlow' : 'Node could not load it';
    const otherwise = 'the WebAssembly engine is used instead';
    const sentence = `The native engine was built but does not run here: ${why}; ${otherwise}.`;
    throw new FabulistError('engine', sentence, { cause: error });
  }
}
