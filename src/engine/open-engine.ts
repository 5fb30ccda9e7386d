import { FabulistError } from '../errors.ts';
import type { Engine, EngineChoice } from './engine.ts';
import { findNative } from './native/find-native.ts';
import { linkNative } from './native/link-native.ts';

export interface OpenEngineOptions {
  readonly choice: EngineChoice;
  /** Threads TensorFlow may use; default all cores. */
  readonly threads?: number | undefined;
}

export interface OpenedEngine {
  readonly engine: Engine;
  /** One line that says why the faster engine is not used and how to get it, or null where it is, or was not asked for. */
  readonly note: string | null;
}

/**
 * Opens the engine asked for; with `auto`, the native one where it is ready, else WebAssembly. Never installs anything.
 * A process opens one engine. Throws `engine` where `native` was asked for and cannot be had.
 */
export async function openEngine({ choice, threads }: OpenEngineOptions): Promise<OpenedEngine> {
  if (choice === 'wasm') return { engine: await wasm(), note: null };
  const problem = await nativeProblem(choice === 'native' ? 'The native engine' : 'the native one');
  if (!problem) {
    try {
      linkNative();
      const { openNativeEngine } = await import('./native-engine.ts');
      return { engine: await openNativeEngine({ threads }), note: null };
    } catch (cause) {
      if (choice === 'native') {
        throw new FabulistError(
          'engine',
          'The native engine is there but does not load; run `doctor --install` to mend it.',
          { cause },
        );
      }
      return {
        engine: await wasm(),
        note: 'Using the slower WebAssembly engine, since the native one does not load; run `doctor --install` to mend it.',
      };
    }
  }
  if (choice === 'native') throw new FabulistError('engine', `${problem}.`);
  return { engine: await wasm(), note: `Using the slower WebAssembly engine: ${problem}.` };
}

async function wasm(): Promise<Engine> {
  const { openWasmEngine } = await import('./wasm-engine.ts');
  return openWasmEngine();
}

/** Why the native engine is not ready and what to do, as a clause about `it`; null where it is ready. */
async function nativeProblem(it: string): Promise<string | null> {
  const status = await findNative();
  if (status.state === 'ready') return null;
  if (status.state === 'impossible') return `${it} cannot be installed because ${status.reason}; ${status.remedy}`;
  return status.lastFailure
    ? `${it} is not there, since its installation failed; run \`doctor --install\` to try again`
    : `${it} is not installed yet; run \`doctor --install\` to install it`;
}
