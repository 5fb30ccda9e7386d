import type { NativePlace } from './native-place.ts';
import { runTool } from './tools.ts';

/**
 * Loads new addons, one after the other, in another Node process: one too new for the processor would kill this one.
 * Throws `ToolFailure` if one does not load, and the signal's reason if it was aborted.
 */
export function loadElsewhere(
  place: NativePlace,
  addons: readonly string[],
  work: string,
  signal?: AbortSignal,
): Promise<void> {
  const env = { ...process.env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '3' };
  const program = 'for (const addon of process.argv.slice(1)) require(addon)';
  return runTool(place.node, ['-e', program, ...addons], { cwd: work, env, signal });
}
