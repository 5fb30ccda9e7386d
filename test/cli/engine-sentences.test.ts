import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { KernelsStatus } from '../../src/engine/native/find-kernels.ts';
import type { NativeStatus } from '../../src/engine/native/find-native.ts';
import { fakeHouse, run } from './fakes.ts';

/** What this machine is made to say of the native engine. */
let status: NativeStatus;
let kernels: KernelsStatus;
const there: KernelsStatus = { state: 'ready', path: 'kernels/avx2.node' };
const installed = vi.fn(async () => undefined);
vi.mock('../../src/engine/native/find-native.ts', () => ({ findNative: async () => status }));
vi.mock('../../src/engine/native/find-kernels.ts', () => ({
  findKernels: () => (kernels.state === 'ready' ? kernels.path : null),
  kernelsStatus: () => kernels,
}));
vi.mock('../../src/engine/native/install-native.ts', () => ({ installNative: installed }));
beforeEach(() => {
  kernels = there;
});
afterEach(() => installed.mockReset());

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

it('says where the kernels are, or why they are not built, and what to do', async () => {
  status = { state: 'ready', how: 'built', path: import.meta.filename };
  const kernelsLine = async () => {
    const { out } = await run(['doctor', '--engine', 'wasm'], house);
    return out.lines.find((line) => line.startsWith('Kernels'))?.replace(/^Kernels +/, '');
  };
  expect(await kernelsLine()).toBe('kernels/avx2.node');
  kernels = { state: 'impossible', reason: 'no C++ compiler was found', remedy: 'install g++' };
  expect(await kernelsLine()).toBe('not built: no C++ compiler was found; install g++');
  kernels = { state: 'buildable', lastFailure: null };
  expect(await kernelsLine()).toBe('not built yet; run `doctor --install` to build them');
});

it('says whether it has built the kernels of an engine that is there', async () => {
  status = { state: 'ready', how: 'built', path: import.meta.filename };
  const now = new Date();
  const reason = 'the C++ compiler failed; reinstall it';
  kernels = { state: 'buildable', lastFailure: { reason, at: now, retryAt: now } };
  const failed = await run(['doctor', '--install', '--engine', 'wasm'], house);
  expect(failed.err.text).toBe(
    'The native engine is installed already.\nIts kernels are not built: the C++ compiler failed; reinstall it.\n',
  );
  installed.mockImplementation(async () => {
    kernels = there;
  });
  const { err } = await run(['doctor', '--install', '--engine', 'wasm'], house);
  expect(err.text).toBe('The native engine is installed already; its kernels are built now.\n');
});
