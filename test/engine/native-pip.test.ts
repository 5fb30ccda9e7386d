import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { findNative } from '../../src/engine/native/find-native.ts';
import { installNative } from '../../src/engine/native/install-native.ts';
import type { NativePlace } from '../../src/engine/native/native-place.ts';
import { tensorFlowHeaders } from '../../src/engine/native/tensorflow-wheel.ts';
import { findTool } from '../../src/engine/native/tools.ts';
import { type FakeMachine, failure, it } from './native-fixture.ts';

const writeWheel = `
import sys, zipfile
contents = {'libtensorflow_cc.so.2': 'x' * 800, 'libtensorflow_framework.so.2': 'x' * 60}
contents.update(('include/' + name, '') for name in sys.argv[2:])
contents = {'tensorflow/' + name: text for name, text in contents.items()}
info = 'tensorflow_cpu-2.21.0.dist-info/'
contents[info + 'METADATA'] = 'Metadata-Version: 2.1\\nName: tensorflow-cpu\\nVersion: 2.21.0\\n'
contents[info + 'WHEEL'] = 'Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: cp311-cp311-manylinux_2_27_x86_64\\n'
contents[info + 'RECORD'] = ''
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, text in contents.items():
        wheel.writestr(name, text)
`;

const realPython = findTool('python3', process.env.PATH ?? '');
const hasPip = realPython !== null && spawnSync(realPython, ['-c', 'import pip']).status === 0;

describe.skipIf(!hasPip)('with the real pip and a wheel in a folder instead of an index', () => {
  const wheelName = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';

  /** Writes a wheel with every file that is taken out of the real one, and lets python3 and pip be the real ones. */
  function useRealPython({ root, bin, place }: FakeMachine, sha256?: string): NativePlace {
    const folder = join(root, 'wheels');
    mkdirSync(folder);
    execFileSync(realPython ?? '', ['-c', writeWheel, join(folder, wheelName), ...tensorFlowHeaders]);
    rmSync(join(bin, 'python3'));
    symlinkSync(realPython ?? '', join(bin, 'python3'));
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', folder);
    const file = readFileSync(join(folder, wheelName));
    const pin = { sha256: sha256 ?? createHash('sha256').update(file).digest('hex'), bytes: file.length };
    const searchPath = `${bin}:${process.env.PATH}`;
    return { ...place, searchPath, wheel: place.wheel && { ...place.wheel, ...pin } };
  }

  it('downloads, checks and unpacks it', async ({ machine }) => {
    const real = useRealPython(machine);
    await installNative({ place: real });
    expect(await findNative(real)).toMatchObject({ state: 'ready', how: 'built' });
    expect(machine.calls()).toEqual(['compile', 'compile', 'prove']);
    expect(machine.cached()).toEqual(machine.everything);
  });

  it('lets pip refuse another hash', async ({ machine }) => {
    const sentence = await failure(installNative({ place: useRealPython(machine, '0'.repeat(64)) }));
    expect(sentence).toContain('THESE PACKAGES DO NOT MATCH THE HASHES');
    expect(machine.cached()).toEqual(['last-failure.json']);
  });
});
