import fs, { type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { type MockInstance, vi } from 'vitest';

/** One call of the file system that the library makes, in order. */
export interface Call {
  readonly name: 'open' | 'write' | 'sync' | 'close' | 'mkdir' | 'rename' | 'unlink' | 'rm' | 'rmdir';
  readonly path: string;
  /** Of a rename. */
  readonly to?: string;
}

/**
 * Watches every change that goes through node:fs/promises; `before` is called ahead of each and may throw instead of it.
 * `restore` ends it.
 */
export function watchDisk(before: (call: Call) => void): { restore(): void } {
  const spies: MockInstance[] = [];
  const real = { ...fs };
  const watch = <K extends 'mkdir' | 'rename' | 'unlink' | 'rm' | 'rmdir'>(name: K) => {
    const spy = vi.spyOn(fs, name) as unknown as MockInstance<(...args: unknown[]) => Promise<unknown>>;
    spy.mockImplementation(async (...args) => {
      const call = { name, path: String(args[0]) };
      before(name === 'rename' ? { ...call, to: String(args[1]) } : call);
      return await (real[name] as (...args: unknown[]) => Promise<unknown>)(...args);
    });
    spies.push(spy as MockInstance);
  };
  for (const name of ['mkdir', 'rename', 'unlink', 'rm', 'rmdir'] as const) watch(name);
  const open = vi.spyOn(fs, 'open');
  open.mockImplementation(async (file, flags, mode) => {
    if (flags !== 'r') before({ name: 'open', path: String(file) });
    return watchHandle(await real.open(file, flags, mode), String(file), before);
  });
  spies.push(open as unknown as MockInstance);
  return {
    restore() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

function watchHandle(handle: FileHandle, file: string, before: (call: Call) => void): FileHandle {
  const { writeFile, close } = handle;
  const guard = (name: Call['name']) => before({ name, path: file });
  handle.writeFile = async (...args) => {
    guard('write');
    await writeFile.apply(handle, args);
  };
  // Not really synced: no power is cut in a test, and a loaded disk takes its time.
  handle.sync = async () => guard('sync');
  handle.close = async () => {
    // A close that fails has closed the file all the same.
    await close.apply(handle);
    guard('close');
  };
  return handle;
}

/** True for what lies in a place that nobody lists: locks with all that is prepared in them, and temporary documents. */
export function isHidden(file: string): boolean {
  return file.split(path.sep).some((part) => part === '.locks' || part === '.tmp');
}
