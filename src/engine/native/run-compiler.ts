import { findCompiler, type Obstacle } from './native-obstacle.ts';
import type { NativePlace } from './native-place.ts';
import { runTool, type ToolFailure } from './tools.ts';

/** One call of the user's C++ compiler, its temporary files in `work`. Throws what `runTool` throws. */
export function runCompiler(
  place: NativePlace,
  args: readonly string[],
  work: string,
  signal?: AbortSignal,
): Promise<void> {
  const env = { ...process.env, PATH: place.searchPath, TMPDIR: work };
  return runTool(findCompiler(place) ?? 'c++', args, { cwd: work, env, signal });
}

/** What to tell a person of a call that failed. */
export function compilerFailure({ killedBy }: ToolFailure): Obstacle {
  const reason = killedBy ? `the C++ compiler was killed by ${killedBy}` : 'the C++ compiler failed';
  return { reason, remedy: 'update or reinstall it (Debian and Ubuntu: apt-get install g++)' };
}
