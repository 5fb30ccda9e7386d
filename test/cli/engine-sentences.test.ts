import { afterEach, expect, it, vi } from 'vitest';
import type { NativeStatus } from '../../src/engine/native/find-native.ts';
import { fakeHouse, run } from './fakes.ts';

/** What this machine is made to say of the native engine. */
let status: NativeStatus;
const installed = vi.fn(async () => undefined);
vi.mock('../../src/engine/native/find-native.ts', () => ({ findNative: async () => status }));
vi.mock('../../src/engine/native/install-native.ts', () => ({ installNative: installed }));
afterEach(() => installed.mockClear());

const house = fakeHouse({ corpora: async () => [] });

async function noteOf(choice: string): Promise<string> {
  const { out } = await run(['doctor', '--json', '--engine', choice], house);
  return JSON.parse(out.text).engine.note;
}

it('says why the native engine is not there, and what to do', async () => {
  status = { state: 'installable', lastFailure: null };
  expect(await noteOf('native')).toBe('The native engine is not installed yet; run `doctor --install` to install it.');
  expect(await noteOf('auto')).toBe(
    'Using the slower WebAssembly engine: the native one is not installed yet; run `doctor --install` to install it.',
  );
  status = { state: 'impossible', reason: 'no C++ compiler was found', remedy: 'install g++' };
  expect(await noteOf('native')).toBe(
    'The native engine cannot be installed because no C++ compiler was found; install g++.',
  );
});

it('says that an engine that is there need not be installed, and where it is', async () => {
  status = { state: 'ready', how: 'built', path: import.meta.filename };
  const { err, out } = await run(['doctor', '--install', '--json', '--engine', 'wasm'], house);
  expect(err.text).toBe('The native engine is installed already: nothing was to be done.\n');
  expect(JSON.parse(out.text).engine.folder).toBe(import.meta.dirname);
  expect(installed).toHaveBeenCalledOnce();
});

it('says when it has installed one', async () => {
  status = { state: 'installable', lastFailure: null };
  const { err } = await run(['doctor', '--install', '--engine', 'wasm'], house);
  expect(err.text).toBe('The native engine is installed.\n');
});
