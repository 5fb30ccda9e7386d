#!/usr/bin/env node
/**
 * The `fabulist` command. Runs from the sources: `npm run -s fabulist -- --help`;
 * once built, as `node dist/cli/index.js`.
 */
import { assemble } from '../main.ts';
import { Program } from './program.ts';

/** `npm run` goes to the package's folder first; a path that was typed is meant from where it was typed. */
function callersFolder(): string {
  const { npm_lifecycle_event: script, INIT_CWD: caller } = process.env;
  return (script === 'fabulist' || script === 'start') && caller ? caller : process.cwd();
}

const program = new Program({
  env: process.env,
  folder: callersFolder(),
  dotenvFolder: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  assemble,
});

let ending = false;
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  // What was begun gets this long to end before the process goes anyway. Within it, nothing is lost and no process stays.
  setTimeout(() => {
    program.cutOff();
    process.exit(code);
  }, program.grace);
  // What goes wrong while leaving is of no use to somebody who has left.
  await Promise.all([program.close().catch(() => undefined), running]);
  process.exit(code);
}

// The codes by which a shell tells an interrupted command from one that failed: 128 and the signal's number.
process.on('SIGINT', () => end(130));
process.on('SIGTERM', () => end(143));
process.on('SIGHUP', () => end(129));
// The reader of a pipe has gone (`fabulist corpora | head -1`): there is nobody left to tell.
process.stdout.on('error', () => end(0));

const running = program.run(process.argv.slice(2));
const code = await running;
if (!ending) process.exit(code);
