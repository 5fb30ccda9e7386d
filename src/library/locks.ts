import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import fs from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FabulistError } from '../errors.ts';
import { isCode, makeFolder, namesIn, removeAll } from './durable-files.ts';
import { Lock } from './lock.ts';

/** How long a holder that gives no sign of life is believed, ms. A takeover takes at most 4/3 of it. */
const LEASE = 7_000;
/** How long a writer waits for its turn, ms. */
const PATIENCE = 60_000;

/**
 * Locks between processes, made of nothing but folders, so that they work wherever the data folder does.
 *
 * A slot is a path. It is free when nothing or an empty folder is there, and held while it contains its holder's folder:
 * `<slot>/<token>/`. Taking it is one rename of a prepared `{<token>/}` onto the slot, which the file system refuses
 * while the slot is not empty. Taking it over is one rename of exactly the silent holder's folder out of it, so two who
 * find the same holder silent cannot remove each other's fresh lock.
 *
 * Fencing: whatever a holder changes is renamed out of its own folder (publish) or into it (discard). Once that folder has
 * been taken away both fail in the kernel, so a process stopped between "do I still hold it?" and the change cannot
 * make the change when it continues.
 *
 * Rejected: proper-lockfile, whose takeover removes a lock by its fixed name (two takers can both end up holding it) and
 * which cannot fence; flock, which Node does not offer and which would wait for a stopped holder for ever.
 */
export class Locks {
  readonly lease: number;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(lease = LEASE) {
    this.lease = lease;
  }

  /**
   * Runs `work` while holding the slot, after all others of this and other processes. When the lock is lost on the way,
   * nothing of what `work` had not yet published has happened, and it runs again; so `work` reads its state itself.
   * Throws `storage` after a minute of waiting.
   */
  async hold<T>(slot: string, work: (lock: Lock) => Promise<T>): Promise<T> {
    // A queue of our own first: only one of this process competes with the others.
    const before = this.#queues.get(slot);
    const mine = (before ?? Promise.resolve()).then(() => this.#hold(slot, work));
    const settled = mine.catch(() => undefined);
    this.#queues.set(slot, settled);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(slot) === settled) this.#queues.delete(slot);
    }
  }

  async #hold<T>(slot: string, work: (lock: Lock) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const lock = await this.#acquire(slot, PATIENCE);
      if (lock === undefined) break;
      try {
        return await work(lock);
      } catch (error) {
        if (!lock.isLostBy(error)) throw error;
        if (attempt === 5) break;
      } finally {
        await lock.release();
      }
    }
    throw new FabulistError('storage', 'Another process is still writing to this corpus; try again in a minute.');
  }

  /** The slot's lock, or undefined while another live holder has it; waits only to see whether a silent one is alive. */
  async claim(slot: string): Promise<Lock | undefined> {
    return await this.#acquire(slot, 0);
  }

  /** Takes the slot away from whoever holds it; their `publish` and `discard` fail from now on. */
  async evict(slot: string): Promise<void> {
    for (const token of await namesIn(slot)) await takeAway(slot, token);
  }

  /** True while somebody holds the slot who is not known to be dead. */
  async isHeld(slot: string): Promise<boolean> {
    const token = (await namesIn(slot))[0];
    return token !== undefined && !(await this.#isAbandoned(slot, token));
  }

  /**
   * Removes from a folder of slots what dead processes left, waiting for nobody alive. Where `wait` says so, passes once
   * through the slot like a holder: whatever was half-done there before this call is finished or gone after it.
   */
  async sweep(folder: string, wait: (slot: string) => boolean = () => false): Promise<void> {
    for (const name of await namesIn(folder)) {
      const entry = path.join(folder, name);
      if (name.startsWith('.old-') || (name.startsWith('.new-') && (await isDeadToken(name.slice(5), entry)))) {
        await removeAll(entry);
      } else if (!name.startsWith('.')) {
        const token = (await namesIn(entry))[0];
        if (token !== undefined && (await this.#isAbandoned(entry, token))) await takeAway(entry, token);
        else if (token !== undefined && wait(entry)) await this.hold(entry, async () => undefined);
        // Removes none but an empty one.
        await fs.rmdir(entry).catch(() => undefined);
      }
    }
  }

  async #acquire(slot: string, patience: number): Promise<Lock | undefined> {
    const token = `${process.pid}.${MACHINE}.${randomBytes(8).toString('hex')}`;
    const folder = path.dirname(slot);
    const fresh = path.join(folder, `.new-${token}`);
    const deadline = performance.now() + patience;
    let judged = Number.NEGATIVE_INFINITY;
    await makeFolder(folder);
    try {
      await fs.mkdir(fresh);
      await fs.mkdir(path.join(fresh, token));
      for (;;) {
        if (await moveOnto(fresh, slot)) return new Lock(slot, token, this.lease / 4);
        // Judged rarely, tried often: the usual holder is a live one that needs a few milliseconds.
        if (performance.now() - judged > this.lease / 40) {
          const holder = (await namesIn(slot))[0];
          if (holder !== undefined && (await this.#isAbandoned(slot, holder))) {
            await takeAway(slot, holder);
            continue;
          }
          judged = performance.now();
          if (holder === undefined) {
            // Free, but Windows renames onto no folder, not even an empty one. rmdir removes none but an empty one.
            await fs.rmdir(slot).catch(() => undefined);
            continue;
          }
        }
        if (performance.now() >= deadline) return undefined;
        await sleep(2 + Math.random() * 8);
      }
    } finally {
      // Must not throw: by now the slot may be ours. The sweep removes what stays.
      await removeAll(fresh).catch(() => undefined);
    }
  }

  /** Dead for certain (its process is gone), or silent for a lease. */
  async #isAbandoned(slot: string, token: string): Promise<boolean> {
    if (isGone(token)) return true;
    const seen = await heartbeat(slot, token);
    if (seen === undefined || Math.abs(Date.now() - seen) < this.lease) return false;
    // The clock may have been set, or the machine have slept: a live holder beats again while we look.
    await sleep((this.lease / 4) * 1.3);
    return seen === (await heartbeat(slot, token));
  }
}

/** When the holder last gave a sign of life, ms since 1970, or undefined when it holds the slot no more. */
async function heartbeat(slot: string, token: string): Promise<number | undefined> {
  try {
    return (await fs.stat(path.join(slot, token))).mtimeMs;
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** One rename; false while the slot is held. */
async function moveOnto(fresh: string, slot: string): Promise<boolean> {
  try {
    await fs.rename(fresh, slot);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    // What Windows says of any folder that is in the way.
    if (process.platform === 'win32' && isCode(error, 'EPERM', 'EACCES')) return false;
    throw error;
  }
}

async function takeAway(slot: string, token: string): Promise<void> {
  const old = path.join(path.dirname(slot), `.old-${token}`);
  try {
    await fs.rename(path.join(slot, token), old);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return;
    throw error;
  }
  await removeAll(old);
}

/** A prepared lock is dropped when its process is gone, or when it is older than any patience. */
async function isDeadToken(token: string, entry: string): Promise<boolean> {
  if (isGone(token)) return true;
  const made = await fs.stat(entry).catch(() => undefined);
  return made !== undefined && Math.abs(Date.now() - made.mtimeMs) > 10 * PATIENCE;
}

/**
 * What process ids are unique in: the boot and the process namespace on Linux (two containers that share the data folder
 * do not see each other's processes), the host elsewhere.
 */
const MACHINE = (() => {
  let scope = hostname();
  try {
    scope = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8') + readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux.
  }
  return createHash('sha256').update(scope).digest('hex').slice(0, 12);
})();

/** True when the token's process is known not to run any more. Proves death only: an id in use may be another's by now. */
function isGone(token: string): boolean {
  const [pid, machine] = token.split('.');
  if (machine !== MACHINE || !/^[1-9]\d*$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return isCode(error, 'ESRCH');
  }
}
