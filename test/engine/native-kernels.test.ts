import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { findKernels, kernelsAreWanted, kernelsStatus } from '../../src/engine/native/find-kernels.ts';
import { findNative } from '../../src/engine/native/find-native.ts';
import { installInBackground } from '../../src/engine/native/install-in-background.ts';
import { installNative } from '../../src/engine/native/install-native.ts';
import { kernelsFolder } from '../../src/engine/native/kernels-folder.ts';
import type { NativePlace } from '../../src/engine/native/native-place.ts';
import { hasNative } from '../engines.ts';
import { avx512, failure, it } from './native-fixture.ts';

const compiled = ['compile avx2.node', 'compile avx512.node', 'compile plain.node'];
const wholeBuild = [...compiled, 'prove avx2.node', 'prove avx512.node', 'prove plain.node'];

/** The place of the same machine with another processor. */
function withProcessor(place: NativePlace, processorFlags: readonly string[] | null, arch = 'x64'): NativePlace {
  return { ...place, host: { platform: 'linux', arch, glibc: '2.36', processorFlags } };
}

describe('building the kernels', () => {
  it('compiles them for every set of instructions, once, after the engine and against it', async ({
    machine,
    place,
  }) => {
    expect(findKernels(place)).toBeNull();
    await installNative({ place });
    expect(machine.kernelCalls()).toEqual(wholeBuild);
    const addon = join(machine.kernels, 'avx512.node');
    expect(findKernels(place)).toBe(addon);
    const call = readFileSync(addon, 'utf8').split(' ');
    expect(call).toEqual(expect.arrayContaining(['-mavx512f', '-mfma', join(place.kernelSources, 'addon.cc')]));
    expect(call).toContain(join(machine.engine, 'libtensorflow_framework.so.2'));
    expect(readFileSync(join(machine.kernels, 'plain.node'), 'utf8')).not.toContain(' -m');

    await installNative({ place, force: true });
    expect(machine.kernelCalls()).toEqual(wholeBuild);
  });

  it('compiles nothing else where the engine is there, as after an update', async ({ machine, place }) => {
    await installNative({ place });
    const [engineCalls, before] = [machine.calls(), machine.kernels];
    machine.writeSources(', mended');
    expect(machine.kernels).not.toBe(before);
    expect(findKernels(place)).toBeNull();
    expect(kernelsAreWanted(place)).toBe(true);
    await Promise.all([installInBackground({ place }).done, installInBackground({ place }).done]);
    expect(machine.calls()).toEqual(engineCalls);
    expect(machine.kernelCalls()).toEqual([...wholeBuild, ...wholeBuild].sort());
    expect(basename(findKernels(place) ?? '')).toBe('avx512.node');
  });

  it('proves only what this processor can run', async ({ machine, place }) => {
    await installNative({ place: withProcessor(place, ['avx', 'avx2', 'fma']) });
    expect(machine.kernelCalls()).toEqual([...compiled, 'prove avx2.node', 'prove plain.node']);
  });

  it('leaves nothing when it is stopped, and clears up after a process that was killed', async ({ machine, place }) => {
    machine.willCompileKernels('for ever');
    const stopping = new AbortController();
    const onProgress = () => machine.kernelCalls().length > 0 && stopping.abort();
    await failure(installNative({ place, onProgress, signal: stopping.signal }), 'cancelled');
    expect(machine.cached()).toEqual([basename(machine.engine)]);
    expect(kernelsStatus(place)).toEqual({ state: 'buildable', lastFailure: null });

    machine.willCompileKernels('well');
    const deadProcess = spawnSync(process.execPath, ['-e', '']).pid;
    mkdirSync(`${machine.kernels}.building-${deadProcess}-abc/built`, { recursive: true });
    await installNative({ place });
    expect(machine.cached()).toEqual(machine.everything);
  });

  it('builds them again where one was removed', async ({ machine, place }) => {
    await installNative({ place });
    rmSync(join(machine.kernels, 'avx512.node'));
    await installNative({ place });
    expect(findKernels(place)).toBe(join(machine.kernels, 'avx512.node'));
    expect(machine.cached()).toEqual(machine.everything);
  });
});

describe('an engine without its kernels', () => {
  it('works, and what failed is not repeated for a day unless asked for', async ({ machine, place }) => {
    machine.willCompileKernels('badly');
    await installNative({ place });
    expect(await findNative(place)).toMatchObject({ state: 'ready', how: 'built' });
    expect(findKernels(place)).toBeNull();
    const reason = 'the C++ compiler failed; update or reinstall it (Debian and Ubuntu: apt-get install g++)';
    expect(kernelsStatus(place)).toMatchObject({ state: 'buildable', lastFailure: { reason } });
    expect(machine.cached()).toEqual(['last-kernels-failure.json', basename(machine.engine)]);

    machine.willCompileKernels('well');
    const calls = machine.kernelCalls();
    expect(kernelsAreWanted(place)).toBe(false);
    await installNative({ place });
    expect(machine.kernelCalls()).toEqual(calls);
    await installNative({ place, force: true });
    expect(machine.cached()).toEqual(machine.everything);
  });

  it('is tried again the next day, and at once with other sources', async ({ machine, place }) => {
    machine.willCompileKernels('badly');
    await installNative({ place });
    const { writeSources } = machine;
    writeSources.call(machine, ', mended');
    expect(kernelsAreWanted(place)).toBe(true);
    writeSources.call(machine);
    expect(kernelsAreWanted(place)).toBe(false);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 60 * 60 * 1000 });
    expect(kernelsAreWanted(place)).toBe(true);
  });

  it('says so where they do not load', async ({ machine, place }) => {
    machine.installTool('node', '[ $# -lt 4 ] || kill -ILL $$');
    await installNative({ place });
    const reason = "they were built but do not load here; TensorFlow's own kernels are used instead";
    expect(kernelsStatus(place)).toMatchObject({ state: 'buildable', lastFailure: { reason } });
  });

  it('says what is missing, and remembers nothing', async ({ machine, place }) => {
    expect(kernelsStatus(place)).toMatchObject({
      state: 'impossible',
      reason: expect.stringContaining('not installed'),
    });
    await installNative({ place });
    rmSync(machine.kernels, { recursive: true });
    machine.removeTool('g++');
    await installNative({ place, force: true });
    expect(kernelsStatus(place)).toMatchObject({ state: 'impossible', reason: 'no C++ compiler was found' });
    expect(machine.cached()).toEqual([basename(machine.engine)]);
    rmSync(place.kernelSources, { recursive: true });
    expect(kernelsStatus(place)).toMatchObject({ state: 'impossible', remedy: 'install Fabulist anew' });
    await installNative({ place });
  });
});

describe('finding the kernels', () => {
  it.for<[readonly string[] | null, string]>([
    [avx512, 'avx512.node'],
    [avx512.filter((name) => name !== 'avx512vl'), 'avx2.node'],
    [['avx', 'avx2'], 'plain.node'],
    [null, 'plain.node'],
  ])('picks by what the processor can do: %j, %s', async ([flags, file], { machine, place }) => {
    await installNative({ place });
    expect(findKernels(withProcessor(place, flags))).toBe(join(machine.kernels, file));
  });

  it('has one addon for a processor of the other kind', ({ machine, place }) => {
    expect(basename(kernelsFolder(withProcessor(place, null, 'arm64')))).not.toBe(basename(machine.kernels));
  });

  it('finds them in a cache that was taken elsewhere, and beside an engine that another cache holds', async ({
    machine,
    place,
  }) => {
    await installNative({ place });
    const cacheFolder = join(machine.root, 'another');
    expect(findKernels({ ...place, cacheFolder })).toBe(join(machine.kernels, 'avx512.node'));
    renameSync(place.cacheFolder, cacheFolder);
    const moved = { ...withProcessor(place, ['avx', 'avx2', 'fma']), cacheFolder };
    expect(findKernels(moved)).toBe(join(cacheFolder, basename(machine.kernels), 'avx2.node'));
    expect(kernelsAreWanted(moved)).toBe(false);
  });
});

const real = hasNative ? findKernels() : null;
if (hasNative && !real)
  console.warn('Skipping the test of the real kernels, which are not built; doctor --install does it.');

it.skipIf(!real)('loads the real kernels after tfjs-node', async () => {
  const native = await findNative();
  const addon = native.state === 'ready' ? native.path : '';
  const program = 'for (const addon of process.argv.slice(1)) require(addon)';
  expect(() => execFileSync(process.execPath, ['-e', program, addon, real ?? ''])).not.toThrow();
});
