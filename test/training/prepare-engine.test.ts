import { beforeEach, expect, it, vi } from 'vitest';
import type { NativeStatus } from '../../src/engine/native/find-native.ts';
import type { InstallOptions } from '../../src/engine/native/install-native.ts';
import { FabulistError } from '../../src/errors.ts';
import { prepareEngine } from '../../src/training/prepare-engine.ts';

/** What this machine is made to have. */
let status: NativeStatus;
let kernelsAreWanted: boolean;
let end: Promise<void>;
const ready: NativeStatus = { state: 'ready', how: 'built', path: 'tfjs_binding.node' };
const installInBackground = vi.fn((options: InstallOptions) => {
  options.onProgress?.({ what: 'compiling its kernels', seconds: 3.2 });
  return { done: end, stop: async () => undefined };
});
vi.mock('../../src/engine/native/find-native.ts', () => ({ findNative: async () => status }));
vi.mock('../../src/engine/native/find-kernels.ts', () => ({ kernelsAreWanted: () => kernelsAreWanted }));
vi.mock('../../src/engine/native/install-in-background.ts', () => ({
  installInBackground: (options: InstallOptions) => installInBackground(options),
}));
beforeEach(() => {
  installInBackground.mockClear();
  status = ready;
  kernelsAreWanted = false;
  end = Promise.resolve();
});

/** What a training says while it prepares its engine. */
async function said(choice: 'auto' | 'native' | 'wasm', wait: boolean): Promise<string[]> {
  const lines: string[] = [];
  await prepareEngine(choice, wait, ({ what }) => lines.push(what), new AbortController().signal);
  return lines;
}

it('does nothing where the engine and its kernels are there', async () => {
  expect(await said('auto', true)).toEqual([]);
  expect(await said('native', true)).toEqual([]);
});

it('builds kernels that are missing beside an engine, before a short training too', async () => {
  kernelsAreWanted = true;
  expect(await said('auto', false)).toEqual(['Native engine, once for all: compiling its kernels, 3 s']);
  expect(await said('native', true)).toHaveLength(1);
  expect(await said('wasm', true)).toEqual([]);
});

it('trains on the engine that is there where its kernels could not be built', async () => {
  kernelsAreWanted = true;
  end = Promise.reject(new FabulistError('engine', 'The installation of the native engine was interrupted.'));
  expect(await said('native', true)).toHaveLength(1);
});

it('installs an engine that is missing before a long training only', async () => {
  status = { state: 'installable', lastFailure: null };
  await said('auto', false);
  expect(installInBackground).not.toHaveBeenCalled();
  await said('auto', true);
  expect(installInBackground).toHaveBeenCalledOnce();
  end = Promise.reject(new FabulistError('engine', 'pip failed.'));
  await expect(said('native', false)).rejects.toThrow('pip failed.');
});
