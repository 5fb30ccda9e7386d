import { closeSync, openSync, readSync } from 'node:fs';

/** More than the part about the first processor. The file has one about each, and takes milliseconds where there are many. */
const enoughBytes = 16_384;

/** What the processor can do, by Linux's names (`avx2`, `fma`); null where that is not known. On x64 only. */
export function processorFlags(): readonly string[] | null {
  try {
    const file = openSync('/proc/cpuinfo', 'r');
    try {
      const bytes = Buffer.alloc(enoughBytes);
      const text = bytes.toString('latin1', 0, readSync(file, bytes));
      return /^flags\s*: (.*)$/m.exec(text)?.[1]?.split(' ') ?? null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
