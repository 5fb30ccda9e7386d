import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { isCode, namesIn, removeAll, syncFolder } from './durable-files.ts';

/** Another took this lock over; what was not published by then has not happened. Never leaves the library. */
export class LockLost extends Error {
  readonly lock: Lock;

  constructor(lock: Lock) {
    super('The lock was taken over by another process.');
    this.name = 'LockLost';
    this.lock = lock;
  }
}

/** A held slot of `Locks`, which explains how it is safe. */
export class Lock {
  readonly #slot: string;
  readonly #token: string;
  readonly #folder: string;
  readonly #beating: NodeJS.Timeout;
  #staged = 0;

  /** beat: ms between two signs of life. */
  constructor(slot: string, token: string, beat: number) {
    this.#slot = slot;
    this.#token = token;
    this.#folder = path.join(slot, token);
    this.#beating = setInterval(() => void this.#beat(), beat);
    // A process that has nothing else to do ends; its lock is then seen to be a dead one's.
    this.#beating.unref();
  }

  /** Looks at the disk: a process that was stopped may not have been told. */
  held(): boolean {
    return existsSync(this.#folder);
  }

  /**
   * Whether an error of work done under this lock means that it was taken over: publish or discard said so, or what was
   * being prepared is gone with the lock's folder.
   */
  isLostBy(error: unknown): boolean {
    if (error instanceof LockLost) return error.lock === this;
    return isCode(error, 'ENOENT', 'ENOTDIR') && !this.held();
  }

  /**
   * A free path to prepare a file or a folder at. Make folders there without `recursive`: that would build this lock's
   * own folder anew inside the slot of the next holder.
   */
  stage(): string {
    return path.join(this.#folder, String(this.#staged++));
  }

  /**
   * Renames a staged file or folder to its place, in one step that fails when the lock was lost. A file replaces the one
   * before. The caller syncs the folder it went to.
   */
  async publish(staged: string, destination: string): Promise<void> {
    await this.#fenced(fs.rename(staged, destination));
  }

  /** Takes files or folders away from where they are and deletes them, durably; those already gone are no error. */
  async discard(targets: readonly string[]): Promise<void> {
    const parents = new Set<string>();
    for (const target of targets) {
      // Of a folder that a person moved and linked to, the link alone would go, and all that it held would stay.
      if (await isLink(target)) await this.discard((await namesIn(target)).map((name) => path.join(target, name)));
      const away = this.stage();
      try {
        await this.#fenced(fs.rename(target, away));
      } catch (error) {
        if (isCode(error, 'ENOENT', 'ENOTDIR')) continue;
        throw error;
      }
      parents.add(path.dirname(target));
      await removeAll(away);
    }
    for (const parent of parents) await syncFolder(parent);
  }

  /** Gives the slot back and removes what is still staged. Never throws: what cannot be removed counts as silent soon. */
  async release(): Promise<void> {
    clearInterval(this.#beating);
    const old = path.join(path.dirname(this.#slot), `.old-${this.#token}`);
    try {
      await fs.rename(this.#folder, old);
      await fs.rmdir(this.#slot).catch(() => undefined);
      await removeAll(old);
    } catch {
      // Lost, or the disk fails: the sweep finds what is left.
    }
  }

  async #fenced(change: Promise<void>): Promise<void> {
    try {
      await change;
    } catch (error) {
      if (!this.held()) throw new LockLost(this);
      throw error;
    }
  }

  async #beat(): Promise<void> {
    const now = new Date();
    try {
      await fs.utimes(this.#folder, now, now);
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) clearInterval(this.#beating);
    }
  }
}

async function isLink(target: string): Promise<boolean> {
  try {
    return (await fs.lstat(target)).isSymbolicLink();
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
