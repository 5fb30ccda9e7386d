import { describe } from 'vitest';
import type { Engine, EngineName } from '../src/engine/engine.ts';
import { findNative } from '../src/engine/native/find-native.ts';
import { linkNative } from '../src/engine/native/link-native.ts';
import { openNativeEngine } from '../src/engine/native-engine.ts';
import { openEngine } from '../src/engine/open-engine.ts';

const native = await findNative();

/** Whether this machine has the native engine; tests that need it are skipped, and say so, where it has not. */
export const hasNative = native.state === 'ready';

if (!hasNative)
  console.warn(
    `Skipping the tests of the native engine, which is not installed (${native.state}); doctor --install does it.`,
  );

const engines = {
  wasm: async () => (await openEngine({ choice: 'wasm' })).engine,
  native: async () => (await openEngine({ choice: 'native' })).engine,
  'native without kernels of our own': async () => {
    linkNative();
    return await openNativeEngine({ kernels: null });
  },
};

type Suite = (open: () => Promise<Engine>, name: EngineName) => void;

/** Runs a suite once on each engine. tfjs keeps one backend current, so `open` is called at the start of every test. */
export function onEachEngine(title: string, suite: Suite): void {
  run(title, suite, ['wasm', 'native']);
}

/** The same, and on what the native engine is where its kernels are not compiled. */
export function onEveryEngine(title: string, suite: Suite): void {
  run(title, suite, ['wasm', 'native', 'native without kernels of our own']);
}

function run(title: string, suite: Suite, names: readonly (keyof typeof engines)[]): void {
  for (const name of names) {
    describe.skipIf(name !== 'wasm' && !hasNative)(`${title} (${name})`, () => {
      suite(engines[name], name === 'wasm' ? name : 'native');
    });
  }
}
