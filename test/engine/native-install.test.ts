import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, realpathSync, utimesSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { findNative } from '../../src/engine/native/find-native.ts';
import { installInBackground } from '../../src/engine/native/install-in-background.ts';
import { installNative } from '../../src/engine/native/install-native.ts';
import type { InstallProgress } from '../../src/engine/native/install-progress.ts';
import { addonPathInPackage } from '../../src/engine/native/native-place.ts';
import { findTool } from '../../src/engine/native/tools.ts';
import { type FakeMachine, failure, it } from './native-fixture.ts';

const wholeBuild = ['download', 'unpack', 'compile', 'compile', 'prove'];

/** Lets a download stop half-way until `open` is called; `reached` resolves when its progress has been reported. */
function gatedDownload(machine: FakeMachine) {
  execFileSync(findTool('mkfifo', process.env.PATH ?? '') ?? '', [machine.gate]);
  machine.willDownload('waits half-way');
  const seen: InstallProgress[] = [];
  let arrive: () => void;
  const reached = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const onProgress = (progress: InstallProgress) => {
    seen.push(progress);
    if (progress.doneBytes === 700) arrive();
  };
  // Once only: to open a pipe that nobody reads blocks one of the few threads that all file work of this process shares.
  let opened: Promise<void> | undefined;
  const open = () => {
    opened ??= writeFile(machine.gate, 'go');
    return opened;
  };
  return { seen, reached, onProgress, open };
}

describe('installing', () => {
  it('builds once, keeps only what is needed, and links it into the package', async ({ machine, place }) => {
    expect(await findNative(place)).toEqual({ state: 'installable', lastFailure: null });
    await installNative({ place });
    expect(machine.calls()).toEqual(wholeBuild);
    expect(machine.cached()).toEqual(machine.everything);
    const addon = join(machine.engine, 'tfjs_binding.node');
    expect(await findNative(place)).toEqual({ state: 'ready', how: 'built', path: addon });
    expect(readlinkSync(addonPathInPackage(place))).toBe(addon);
    await installNative({ place });
    expect(machine.calls()).toEqual(wholeBuild);
  });

  it('serves a second checkout from the cache', async ({ machine, place }) => {
    await installNative({ place });
    const second = { ...place, packageFolder: machine.checkOut('second') };
    await installNative({ place: second });
    expect(machine.calls()).toEqual(wholeBuild);
    expect(realpathSync(addonPathInPackage(second))).toBe(realpathSync(addonPathInPackage(place)));
  });

  it('reports every step, with bytes that grow to the pinned size', async ({ machine, place }) => {
    const { seen, reached, onProgress, open } = gatedDownload(machine);
    const installed = installNative({ place, onProgress });
    await reached;
    await open();
    await installed;
    expect([...new Set(seen.map(({ what }) => what))]).toEqual([
      'downloading TensorFlow 2.21.0',
      'unpacking',
      'building the addon',
      'compiling its kernels',
    ]);
    const downloading = seen.filter(({ what }) => what.startsWith('downloading'));
    expect(downloading.every(({ totalBytes }) => totalBytes === 1400)).toBe(true);
    expect(downloading[0]?.doneBytes).toBe(0);
    expect(downloading.at(-1)?.doneBytes).toBe(1400);
    const bytes = downloading.map(({ doneBytes }) => doneBytes ?? -1);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
  });

  it('lets a second installation wait for the first and use what it built', async ({ machine, place }) => {
    const { reached, onProgress, open } = gatedDownload(machine);
    const first = installNative({ place, onProgress });
    await reached;
    await new Promise<void>((resolve, reject) => {
      const whenItWaits = (progress: InstallProgress) => {
        if (progress.what === 'waiting for another installation') open().catch(reject);
      };
      installNative({ place, onProgress: whenItWaits }).then(resolve, reject);
    });
    await first;
    expect(machine.calls()).toEqual(wholeBuild);
  });

  it('builds once when two processes start together', async ({ machine, place }) => {
    await Promise.all([installInBackground({ place }).done, installInBackground({ place }).done]);
    expect(machine.calls()).toEqual(wholeBuild);
  });
});

describe('an installation that is interrupted', () => {
  it('kills what runs and leaves nothing', async ({ machine, place }) => {
    const { reached, onProgress } = gatedDownload(machine);
    const stopping = new AbortController();
    const installed = installNative({ place, onProgress, signal: stopping.signal });
    await reached;
    stopping.abort();
    await failure(installed, 'cancelled');
    expect(machine.cached()).toEqual([]);
    const pip = Number(readFileSync(join(machine.root, 'pid'), 'utf8'));
    expect(() => process.kill(pip, 0)).toThrow('ESRCH');
    expect(await findNative(place)).toEqual({ state: 'installable', lastFailure: null });
  });

  it('leaves nothing when it ran in the background, and says that it was stopped', async ({ machine, place }) => {
    const { reached, onProgress } = gatedDownload(machine);
    const job = installInBackground({ place, onProgress });
    await reached;
    await job.stop();
    await failure(job.done, 'cancelled');
    expect(machine.cached()).toEqual([]);
  });

  it('is cleared up after and taken over from when its process was killed', async ({ machine, place }) => {
    const deadProcess = spawnSync(process.execPath, ['-e', '']).pid;
    mkdirSync(`${machine.engine}.building-${deadProcess}-abc/wheel`, { recursive: true });
    mkdirSync(`${machine.engine}.lock`);
    utimesSync(`${machine.engine}.lock`, 0, 0);
    await installNative({ place });
    expect(machine.cached()).toEqual(machine.everything);
  });
});

describe('an installation that fails', () => {
  it('says why pip failed, leaves nothing but a note, and is not repeated for a day unless asked for', async ({
    machine,
    place,
  }) => {
    machine.willDownload('fails');
    const sentence = await failure(installNative({ place }));
    expect(sentence).toMatch(
      /^TensorFlow 2\.21\.0 \(0 MB\) could not be downloaded: pip failed \(it said: "No matching/,
    );
    expect(machine.cached()).toEqual(['last-failure.json']);
    const status = await findNative(place);
    expect(status).toMatchObject({ state: 'installable', lastFailure: { reason: sentence } });

    machine.willDownload('good');
    expect(await failure(installNative({ place }))).toBe(sentence);
    expect(machine.calls()).toEqual(['download']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 60 * 60 * 1000 });
    await installNative({ place });
    expect(machine.calls()).toEqual(['download', ...wholeBuild]);
    expect(machine.cached()).toEqual(machine.everything);
  });

  it('is repeated at once when asked for', async ({ machine, place }) => {
    machine.willDownload('is killed');
    expect(await failure(installNative({ place }))).toContain('pip was killed by SIGKILL');
    machine.willDownload('good');
    await installNative({ place, force: true });
    expect(await findNative(place)).toMatchObject({ state: 'ready' });
  });

  it('refuses a file that is not the pinned one', async ({ machine, place }) => {
    machine.willDownload('other file');
    expect(await failure(installNative({ place }))).toContain('not the pinned file and was deleted');
    expect(machine.calls()).toEqual(['download']);
    expect(machine.cached()).toEqual(['last-failure.json']);
  });

  it('tells its parent the sentence when it ran in the background', async ({ machine, place }) => {
    machine.willDownload('is killed');
    expect(await failure(installInBackground({ place }).done)).toContain('pip was killed by SIGKILL');
  });

  it.for<[string, string, string]>([
    ['g++', 'exit 1', 'The native engine could not be built: the C++ compiler failed; '],
    ['node', 'kill -ILL $$', 'does not run here: the processor is too old for TensorFlow; '],
  ])('says so when %s ends badly', async ([tool, program, sentence], { machine, place }) => {
    machine.installTool(tool, program);
    expect(await failure(installNative({ place }))).toContain(sentence);
    expect(machine.cached()).toEqual(['last-failure.json']);
  });

  it('does not begin on a disk that is too full', async ({ machine, place }) => {
    const wheel = place.wheel && { ...place.wheel, bytes: 1e15 };
    expect(await failure(installNative({ place: { ...place, wheel } }))).toMatch(
      /^The disk is too full .* FABULIST_CACHE\.$/,
    );
    expect(machine.calls()).toEqual([]);
  });
});
