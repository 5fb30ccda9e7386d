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
import { it as base, expect, vi } from 'vitest';
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
    this.installTool('node', fakeNode);
    writeFileSync(join(this.root, 'wheel'), wheelText);
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

  /** `program`: in the language of the shell; `note` notes a call. */
  installTool(name: string, program: string): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!/bin/sh\n${preamble}${program}\n`);
    chmodSync(path, 0o755);
  }

  removeTool(name: string): void {
    rmSync(join(this.bin, name));
  }

  willDownload(how: Download): void {
    writeFileSync(join(this.root, 'download.txt'), `${how}\n`);
  }

  willCompileKernels(how: 'well' | 'badly' | 'for ever'): void {
    writeFileSync(join(this.root, 'kernels.txt'), `${how}\n`);
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

/** `it` with a fake machine of the test's own, which is removed after it, and that machine's place. */
export const it = base
  .extend('machine', ({ task: _ }, { onCleanup }) => {
    const machine = new FakeMachine();
    onCleanup(() => {
      vi.useRealTimers();
      vi.unstubAllEnvs();
      machine.remove();
    });
    return machine;
  })
  .extend('place', ({ machine }) => machine.place);

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

// In the language of the shell, which starts in a millisecond: an installation calls a dozen of them, each test installs.
const preamble = `
PATH=/usr/bin:/bin
root=\${0%/bin/*}
note() { echo "$*" >> "$root/calls"; }
`;

/** Called with `-e`, a program, and one addon or two. */
const fakeNode = `if [ $# -gt 3 ]; then note "prove \${4##*/}"; else note prove; fi`;

/** Called with `-c`, a program, and that program's arguments. */
const fakePython = `
case "$2,$3" in
*pip.__version__*)
  echo 24.0 ;;
*,download)
  note download
  for folder; do :; done
  file=$folder/tensorflow_cpu-2.21.0.whl
  read -r how < "$root/download.txt"
  case $how in
  fails)
    printf 'WARNING: Retrying\\nERROR: No matching distribution found for tensorflow-cpu==2.21.0\\n\\n' >&2
    exit 1 ;;
  'is killed')
    kill -KILL $$ ;;
  'waits half-way')
    head -c ${wheelText.length / 2} "$root/wheel" > "$TMPDIR/part"
    echo $$ > "$root/pid"
    read -r go < "$root/gate" ;;
  esac
  mkdir "$folder"
  if [ "$how" = 'other file' ]; then tr a-z A-Z < "$root/wheel" > "$file"; else cp "$root/wheel" "$file"; fi ;;
*)
  note unpack
  shift 3
  while [ $# -gt 0 ]; do
    case $1 in *cc.so.2) size=800 ;; *) size=60 ;; esac
    [ -d "\${2%/*}" ] || mkdir -p "\${2%/*}"
    printf "%\${size}s" x > "$2"
    shift 2
  done ;;
esac
`;

/** Writes what it was called with into what it is to make. */
const fakeCompiler = `
sources=engine before=
for arg; do
  [ "$before" = -o ] && made=$arg
  case $arg in */crew.cc) sources=kernels ;; esac
  before=$arg
done
printf %s "$*" > "$made"
if [ $sources = engine ]; then
  note compile
else
  note "compile \${made##*/}"
  read -r how < "$root/kernels.txt"
  case $how in badly) exit 1 ;; 'for ever') exec sleep 1000000 ;; esac
fi
`;
