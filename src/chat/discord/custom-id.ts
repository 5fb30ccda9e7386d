import type { ActionName } from '../commands.ts';

/** What Discord takes as the id of a button, and gives back when it is pressed. */
const LONGEST = 100;
/** As many earlier messages fit into an id; the last part of a story, all that changes, never spans more. */
const MOST_EARLIER = 3;

const STORY = /^(continue|retell|undo):([0-9a-f]{32})(?::(\d{1,4})(?::([0-9a-z]{1,14}(?:\.[0-9a-z]{1,14}){0,2}))?)?$/;
const STOP = /^stop(:|\*)(.+)$/su;

/** What a button does; all of it, so that buttons go on working after a restart. */
export interface Pressed {
  readonly action: ActionName;
  readonly target: string;
  /** Whether the target is only its beginning: the whole did not fit. */
  readonly cut: boolean;
  /** Which message of a story told in several this button is under, from 0. */
  readonly index: number;
  /** The ids of the messages right before it, oldest first. */
  readonly earlier: readonly string[];
}

export function customId(action: ActionName, target: string, index = 0, earlier: readonly string[] = []): string {
  if (action !== 'stop') {
    const known = earlier.slice(-MOST_EARLIER).filter((id) => /^\d+$/.test(id));
    const before = known.map((id) => BigInt(id).toString(36));
    const place = index > 0 ? `:${index}${before.length > 0 ? `:${before.join('.')}` : ''}` : '';
    return `${action}:${target}${place}`;
  }
  const whole = `stop:${target}`;
  if (whole.length <= LONGEST) return whole;
  let cut = '';
  // Character by character, so that none is cut in two.
  for (const character of target) {
    if (cut.length + character.length > LONGEST - 'stop*'.length) break;
    cut += character;
  }
  return `stop*${cut}`;
}

/** Undefined for an id that is none of ours, or of a version that is gone. */
export function readCustomId(id: string): Pressed | undefined {
  const [, action, target, index, earlier] = id.match(STORY) ?? [];
  if (action !== undefined && target !== undefined) {
    const ids = earlier?.split('.').map((text) => String(fromBase36(text))) ?? [];
    return { action: action as ActionName, target, cut: false, index: Number(index ?? 0), earlier: ids };
  }
  const [, kind, corpus] = id.match(STOP) ?? [];
  return corpus === undefined
    ? undefined
    : { action: 'stop', target: corpus, cut: kind === '*', index: 0, earlier: [] };
}

function fromBase36(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value;
}
