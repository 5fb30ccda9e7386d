import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Forks a module of ours that stands beside the caller, named without its ending: the `.ts` file where the caller runs
 * from source, the `.js` file where it was built. `from` is the caller's `import.meta.url`.
 *
 * The loader is named by file, not inherited: the caller may run under another one (vitest), or in another folder.
 */
export function forkEntry(
  name: string,
  from: string,
  args: readonly string[] = [],
  options: ForkOptions = {},
): ChildProcess {
  const source = from.endsWith('.ts');
  const program = fileURLToPath(new URL(`./${name}${source ? '.ts' : '.js'}`, from));
  const loader = source ? ['--import', new URL('../scripts/typescript.mjs', import.meta.url).href] : [];
  return fork(program, args, { ...options, execArgv: [...loader, ...(options.execArgv ?? [])] });
}
