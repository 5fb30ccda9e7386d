import type { Engine, EngineChoice } from './engine.ts';

export interface OpenEngineOptions {
  readonly choice: EngineChoice;
  /** Threads TensorFlow may use; default all cores. */
  readonly threads?: number;
}

/**
 * Opens the engine asked for; with `auto`, the native one where it is ready, else WebAssembly. Never installs anything.
 * `note` is one line that says why the faster engine is not used and how to get it, or null.
 * Throws `engine` where `native` was asked for and cannot be had.
 */
export declare function openEngine(options: OpenEngineOptions): Promise<{ engine: Engine; note: string | null }>;
