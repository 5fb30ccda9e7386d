import { describe } from 'vitest';
import type { Engine, EngineName } from '../src/engine/engine.ts';
import { findNative } from '../src/engine/native/find-native.ts';
import { openEngine } from '../src/engine/open-engine.ts';

const native = await findNative();

/** Whether this machine has the native engine; tests that need it are skipped, and say so, where it has not. */
export const hasNative = native.state === 'ready';

if (!hasNative)
  console.warn(
    `Skipping the tests of the native engine, which is not installed (${native.state}); doctor --install does it.`,
  );

/** Runs a suite once on each engine. tfjs keeps one backend current, so `open` is called at the start of every test. */
export function onEachEngine(title: string, suite: (open: () => Promise<Engine>, name: EngineName) => void): void {
  for (const name of ['wasm', 'native'] as const) {
    describe.skipIf(name === 'native' && !hasNative)(`${title} (${name})`, () => {
      suite(async () => (await openEngine({ choice: name })).engine, name);
    });
  }
}
