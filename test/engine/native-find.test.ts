import { existsSync, lstatSync, mkdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { findNative } from '../../src/engine/native/find-native.ts';
import { installNative } from '../../src/engine/native/install-native.ts';
import { linkNative } from '../../src/engine/native/link-native.ts';
import { addonPathInPackage, type Host } from '../../src/engine/native/native-place.ts';
import { failure, it } from './native-fixture.ts';

const wholeBuild = ['download', 'unpack', 'compile', 'compile', 'prove'];

describe('a machine that cannot have it', () => {
  it.for<[string, string, string]>([
    ['g++', 'no C++ compiler was found', 'install g++'],
    ['python3', 'python3 was not found', 'install python3 with pip'],
  ])('is told what is missing without %s', async ([tool, reason, remedy], { machine, place }) => {
    machine.removeTool(tool);
    expect(await findNative(place)).toMatchObject({
      state: 'impossible',
      reason,
      remedy: expect.stringContaining(remedy),
    });
    const sentence = await failure(installNative({ place }));
    expect(sentence).toContain(`The native engine cannot be installed because ${reason}; ${remedy}`);
    expect(existsSync(place.cacheFolder)).toBe(false);
  });

  it.for<[string, string]>([
    ['exit 1', 'python3 has no pip'],
    ['echo 20.2.4', 'pip 20.2.4 is too old'],
  ])('is told what its pip lacks: %s', async ([program, reason], { machine, place }) => {
    machine.installTool('python3', program);
    expect(await findNative(place)).toMatchObject({ state: 'impossible', reason });
  });

  it.for<[Partial<Host>, string]>([
    [{ platform: 'darwin' }, 'TensorFlow is not built here for darwin on x64'],
    [{ glibc: null }, 'this system has no GNU C library, which TensorFlow needs'],
    [{ glibc: '2.17' }, 'TensorFlow needs the GNU C library 2.27 and this system has 2.17'],
    [{ processorFlags: ['fpu'] }, 'the processor has no AVX instructions, which TensorFlow needs'],
  ])('is told what its system lacks: %o', async ([lack, reason], { place }) => {
    const host = { platform: 'linux', arch: 'x64', glibc: '2.36', processorFlags: ['avx'], ...lack };
    expect(await findNative({ ...place, host })).toMatchObject({ state: 'impossible', reason });
  });
});

describe('linking', () => {
  const putAddon = (path: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "somebody's addon");
  };

  it('repairs a link that dangles', async ({ machine, place }) => {
    await installNative({ place });
    const link = addonPathInPackage(place);
    rmSync(link);
    symlinkSync(join(machine.root, 'gone', 'tensorflow-2.20.0-tfjs-4.22.0-linux-x64', 'tfjs_binding.node'), link);
    expect(linkNative(place)).toBe('linked');
    expect(dirname(realpathSync(link))).toBe(realpathSync(machine.engine));
  });

  it('builds again what was removed from the cache', async ({ machine, place }) => {
    await installNative({ place });
    rmSync(place.cacheFolder, { recursive: true });
    expect(await findNative(place)).toMatchObject({ state: 'installable' });
    expect(() => linkNative(place)).toThrow('The native engine is not installed.');
    await installNative({ place });
    expect(existsSync(addonPathInPackage(place))).toBe(true);

    writeFileSync(join(machine.engine, 'libtensorflow_cc.so.2'), 'cut short');
    await installNative({ place });
    expect(statSync(join(machine.engine, 'libtensorflow_cc.so.2')).size).toBe(800);
    expect(machine.calls()).toEqual([...wholeBuild, ...wholeBuild, ...wholeBuild]);
  });

  it("leaves the package's own addon and a person's own link untouched", async ({ machine, place }) => {
    const path = addonPathInPackage(place);
    const elsewhere = join(machine.root, 'own', 'tfjs_binding.node');
    putAddon(elsewhere);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(elsewhere, path);
    expect(await findNative(place)).toEqual({ state: 'ready', how: 'ordinary', path });
    expect(linkNative(place)).toBe('untouched');

    rmSync(path);
    putAddon(path);
    putAddon(join(place.packageFolder, 'deps', 'lib', 'libtensorflow.so.2'));
    await installNative({ place, force: true });
    expect(machine.calls()).toEqual([]);
    expect(lstatSync(path).isSymbolicLink()).toBe(false);
  });

  it.for<[string, (link: string) => void]>([
    ['cannot be written', (link) => writeFileSync(dirname(dirname(link)), 'a file where a folder should be')],
    ['holds an addon without its library', (link) => putAddon(link)],
  ])("answers the package's lookup where the package %s", async ([_, prepare], { machine, place }) => {
    prepare(addonPathInPackage(place));
    await installNative({ place });
    expect(linkNative(place)).toBe('redirected');
    const packageJson = realpathSync(join(place.packageFolder, 'package.json'));
    const lookup = createRequire(packageJson)('@mapbox/node-pre-gyp/lib/pre-binding.js');
    expect(lookup.find(packageJson)).toBe(join(machine.engine, 'tfjs_binding.node'));
    expect(lookup.find('/another/package.json')).toBe('where it usually is');
  });
});
