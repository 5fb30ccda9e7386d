import { createHash } from 'node:crypto';

/** Bytes hashed at one go: a millisecond or two. */
const SLICE = 2 * 1024 * 1024;

/** SHA-256, hexadecimal, letting others have their turn in between: a large model is read while people talk. */
export async function sha256InTurns(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.byteLength; at += SLICE) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    hash.update(bytes.subarray(at, at + SLICE));
  }
  return hash.digest('hex');
}
