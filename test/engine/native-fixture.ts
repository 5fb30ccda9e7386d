import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { kernelsFolder } from '../../src/engine/native/kernels-folder.ts';
import { engineFolder, type NativePlace, nativePlace } from '../../src/engine/native/native-place.ts';
import { FabulistError } from '../../src/errors.ts';

/** What the fake python3 does when it is asked to download. */
export type Download = 'good' | 'other file' | 'fails' | 'is killed' | 'waits half-way';

/** What the processor of a fake machine can do. */
export const avx512: readonly string[] = ['avx', 'avx2', 'fma', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl'];

/** What the fake wheel holds: 1,400 bytes. */
const wheelText = 'wheel, '.repeat(200);

/**
 * A user's machine in a temporary folder: a cache, a checkout with tfjs-node's package, and a search path that holds
 * nothing but a python3 with pip and a g++, both of them scripts that note that they were called.
 */
export class FakeMachine {
  readonly root: string = mkdtempSync(join(tmpdir(), 'fabulist-native-'));
  readonly bin: string = join(this.root, 'bin');
  readonly place: NativePlace;
  /** A named pipe: a download that waits half-way goes on when something is written to it. */
  readonly gate: string = join(this.root, 'gate');

  constructor() {
    mkdirSync(this.bin);
    this.installTool('python3', fakePython);
    this.installTool('g++', fakeCompiler);
    this.installTool('node', '');
    this.willDownload('good');
    this.willCompileKernels('well');
    this.place = nativePlace({
      cacheFolder: join(this.root, 'cache'),
      packageFolder: this.checkOut('first'),
      kernelSources: this.writeSources(),
      headersFolder: join(this.root, 'headers'),
      searchPath: this.bin,
      node: join(this.bin, 'node'),
      host: { platform: 'linux', arch: 'x64', glibc: '2.36', processorFlags: avx512 },
      wheel: {
        requirement: 'tensorflow-cpu==2.21.0',
        sha256: createHash('sha256').update(wheelText).digest('hex'),
        bytes: wheelText.length,
        platformTag: 'manylinux_2_27_x86_64',
        libraries: [
          { name: 'libtensorflow_cc.so.2', bytes: 800 },
          { name: 'libtensorflow_framework.so.2', bytes: 60 },
        ],
      },
    });
  }

  /** Makes a checkout's tfjs-node package, with the modules that it finds its addon by, and returns its folder. */
  checkOut(name: string): string {
    const modules = join(this.root, name, 'node_modules');
    const folder = join(modules, '@tensorflow', 'tfjs-node');
    const lookup = join(modules, '@mapbox', 'node-pre-gyp', 'lib');
    for (const path of [folder, lookup]) mkdirSync(path, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "name": "@tensorflow/tfjs-node", "version": "4.22.0" }');
    writeFileSync(join(lookup, 'pre-binding.js'), "exports.find = () => 'where it usually is';");
    return folder;
  }

  /** Writes the kernels' sources, with something added at their end, and returns their folder. */
  writeSources(added = ''): string {
    const folder = join(this.root, 'cpp');
    mkdirSync(folder, { recursive: true });
    for (const name of ['addon.cc', 'crew.cc', 'crew.h']) writeFileSync(join(folder, name), `// ${name}${added}`);
    return folder;
  }

  installTool(name: string, program: string): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!${process.execPath}\nconst tool = ${JSON.stringify(name)};${preamble}${program}`);
    chmodSync(path, 0o755);
  }

  removeTool(name: string): void {
    rmSync(join(this.bin, name));
  }

  willDownload(how: Download): void {
    writeFileSync(join(this.root, 'scenario.json'), JSON.stringify({ how, wheel: wheelText }));
  }

  willCompileKernels(how: 'well' | 'badly' | 'for ever'): void {
    writeFileSync(join(this.root, 'kernels.txt'), how);
  }

  /** What the tools were called for to build the engine, in order: `download`, `unpack`, `compile` (twice), `prove`. */
  calls(): string[] {
    return this.#allCalls().filter((call) => !call.endsWith('.node'));
  }

  /** What the tools were called for to build the kernels: `compile plain.node`, `prove plain.node`, in alphabetical order. */
  kernelCalls(): string[] {
    return this.#allCalls()
      .filter((call) => call.endsWith('.node'))
      .sort();
  }

  #allCalls(): string[] {
    appendFileSync(join(this.root, 'calls'), '');
    return readFileSync(join(this.root, 'calls'), 'utf8').split('\n').slice(0, -1);
  }

  /** Everything in the cache. */
  cached(): string[] {
    return readdirSync(this.place.cacheFolder).sort();
  }

  get engine(): string {
    return engineFolder(this.place);
  }

  /** What the cache holds when everything is installed. */
  get everything(): string[] {
    return [this.kernels, this.engine].map((folder) => basename(folder));
  }

  get kernels(): string {
    return kernelsFolder(this.place);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The sentence of the failure that a promise must end in. */
export async function failure(work: Promise<unknown>, code = 'engine'): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FabulistError);
  expect((error as FabulistError).code).toBe(code);
  return (error as FabulistError).message;
}

const preamble = `
const fs = require('node:fs');
const path = require('node:path');
const root = path.dirname(__dirname);
const args = process.argv.slice(2);
const note = (what) => fs.appendFileSync(path.join(root, 'calls'), what + '\\n');
if (tool === 'node') note(args.length > 3 ? 'prove ' + path.basename(args[3]) : 'prove');
`;

const fakePython = `
const { how, wheel } = JSON.parse(fs.readFileSync(path.join(root, 'scenario.json'), 'utf8'));
if (args[1].includes('pip.__version__')) {
  console.log('24.0');
} else if (args[2] === 'download') {
  note('download');
  const folder = args[args.indexOf('--dest') + 1];
  const file = path.join(folder, 'tensorflow_cpu-2.21.0.whl');
  if (how === 'fails') {
    console.error('WARNING: Retrying\\nERROR: No matching distribution found for tensorflow-cpu==2.21.0\\n');
    process.exit(1);
  }
  if (how === 'is killed') process.kill(process.pid, 'SIGKILL');
  if (how === 'waits half-way') {
    fs.writeFileSync(path.join(process.env.TMPDIR, 'part'), wheel.slice(0, wheel.length / 2));
    fs.writeFileSync(path.join(root, 'pid'), String(process.pid));
    fs.readFileSync(path.join(root, 'gate'));
  }
  fs.mkdirSync(folder);
  fs.writeFileSync(file, how === 'other file' ? wheel.toUpperCase() : wheel);
} else {
  note('unpack');
  for (let i = 3; i < args.length; i += 2) {
    const size = args[i].endsWith('cc.so.2') ? 800 : 60;
    fs.mkdirSync(path.dirname(args[i + 1]), { recursive: true });
    fs.writeFileSync(args[i + 1], 'x'.repeat(size));
  }
}
`;

/** Writes what it was called with into what it is to make. */
const fakeCompiler = `
const made = args[args.indexOf('-o') + 1];
const forKernels = args.some((arg) => arg.endsWith('crew.cc'));
const how = forKernels ? fs.readFileSync(path.join(root, 'kernels.txt'), 'utf8') : 'well';
fs.writeFileSync(made, args.join(' '));
note(forKernels ? 'compile ' + path.basename(made) : 'compile');
if (how === 'badly') process.exit(1);
if (how === 'for ever') setInterval(() => undefined, 1e6);
`;
