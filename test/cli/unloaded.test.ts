import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
/** Says at the end which of these packages the process has loaded; all of them are CommonJS at heart, and so listed there. */
const WITNESS = `import { createRequire } from 'node:module';
const { cache } = createRequire(process.cwd() + '/package.json');
process.on('exit', () => {
  const loaded = ['pg', 'prom-client'].filter((name) => Object.keys(cache).some((file) => file.includes('/node_modules/' + name + '/')));
  process.stderr.write('LOADED ' + JSON.stringify(loaded) + '\\n');
});`;

function loadedBy(env: Record<string, string>): string[] {
  const data = mkdtempSync(join(tmpdir(), 'fabulist-unloaded-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const { stderr } = spawnSync(
    process.execPath,
    [
      ...['--import', join(PROJECT, 'scripts/typescript.mjs')],
      ...['--import', `data:text/javascript,${encodeURIComponent(WITNESS)}`],
      ...['src/cli/index.ts', 'corpora', '--data', data],
    ],
    { cwd: PROJECT, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } },
  );
  return JSON.parse(/LOADED (.*)/.exec(stderr)?.[1] ?? 'null') as string[];
}

it('loads nothing of the cluster without DATABASE_URL', () => {
  expect(loadedBy({ DATABASE_URL: '' })).toEqual([]);
  // That the witness can see: nobody answers there.
  expect(loadedBy({ DATABASE_URL: 'postgres://fabulist:x@127.0.0.1:9/fabulist' })).toEqual(['pg']);
});
