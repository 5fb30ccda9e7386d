import { randomInt } from 'node:crypto';
import { FabulistError } from '../errors.ts';
import type { NewVersion, Version } from './library.ts';

/* What both libraries agree on about versions, free of any storage. Ids sort by time, so they compare as text. */

/** Versions of a corpus that are kept, beside the one that tells. */
export const KEPT = 5;
const ID = /^\d{8}-\d{6}-[0-9a-f]{4}$/;

export function isVersionId(text: string): boolean {
  return ID.test(text);
}

/** An id that sorts behind all `earlier` ones, also in the same second and after the clock was put back. */
function nextVersionId(now: Date, earlier: readonly string[]): string {
  const newest = [...earlier].sort().at(-1) ?? '';
  const id = `${stamp(now)}-${hex(randomInt(0x8000))}`;
  if (id > newest) return id;
  const last = Number.parseInt(newest.slice(-4), 16);
  if (last < 0xffff) return `${newest.slice(0, -4)}${hex(last + 1)}`;
  const [, y, mo, d, h, mi, s] = newest.match(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/) ?? [];
  return `${stamp(new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`), 1)}-0000`;
}

/** `20261124-215541`, UTC. */
function stamp(at: Date, plusSeconds = 0): string {
  const text = new Date(at.getTime() + plusSeconds * 1000).toISOString();
  return `${text.slice(0, 10).replaceAll('-', '')}-${text.slice(11, 19).replaceAll(':', '')}`;
}

function hex(number: number): string {
  return number.toString(16).padStart(4, '0');
}

/** A version somebody chose to tell, and the newest id at that moment: what comes later tells again. */
export interface Choice {
  readonly id: string;
  readonly after: string;
}

/** The id of the version that tells. versions: whole ones, newest first. */
export function tellingOf(versions: readonly Version[], choice: Choice | undefined): string | null {
  const able = versions.filter((version) => version.keptOut === null);
  if (choice === undefined) return able[0]?.id ?? null;
  const later = able[0];
  if (later !== undefined && later.id > choice.after) return later.id;
  if (versions.some((version) => version.id === choice.id)) return choice.id;
  // The chosen one is damaged or gone. The one before it, rather than those somebody rolled back from.
  return (able.find((version) => version.id < choice.id) ?? able[0])?.id ?? null;
}

/** The last five and the one that tells. versions: whole ones, newest first. */
export function keptOf(versions: readonly Version[], telling: string | null): Version[] {
  return versions.filter((version, index) => index < KEPT || version.id === telling);
}

/** A new version at a time, with an id behind all `earlier` ones, or as it is called in the library that it comes from. */
export function versionOf(version: NewVersion, now: Date, earlier: readonly string[]): Version {
  const { corpusHash, stories, figures, keptOut, as } = version;
  if (as !== undefined && !isVersionId(as.id)) throw new TypeError(`No id of a version: ${as.id}`);
  const id = as?.id ?? nextVersionId(now, earlier);
  return { id, createdAt: as?.createdAt ?? now.toISOString(), corpusHash, stories, figures, keptOut };
}

/**
 * Names of a version's files end up on disk as they are. Throws `usage`; names come from our own trainer, so this is the
 * guard against a slip there, not against people.
 */
export function checkFileNames(files: Readonly<Record<string, Uint8Array>>): void {
  const seen = new Set<string>();
  for (const name of Object.keys(files)) {
    const plain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) && !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name);
    const reserved = ['version.json', 'checkpoint.json', 'damaged.txt'].includes(name.toLowerCase());
    if (plain && !reserved && !name.endsWith('.') && !seen.has(name.toLowerCase())) {
      seen.add(name.toLowerCase());
      continue;
    }
    const rule = 'The name of a model file must be 1 to 100 letters, digits, dots, hyphens or underscores';
    throw new FabulistError('usage', `${rule}, free of reserved words and used once; received '${name.slice(0, 40)}'.`);
  }
}

export function noSuchVersion(): FabulistError {
  return new FabulistError('no-model', 'There is no such model version of this corpus, or it is damaged.');
}
