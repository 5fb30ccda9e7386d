import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the trainer processes whose parent is this process, as the kernel lists them (Linux). */
export function trainerProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return (
          Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('trainer-process')
        );
      } catch {
        return false; // It ended while it was looked at.
      }
    })
    .map(Number);
}
