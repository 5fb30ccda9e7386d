import { ACTIONS, type ActionName, isAction } from '../commands.ts';

/** The last part of a story, all that changes, never spans more messages than this and the one with the button. */
const MOST_EARLIER = 3;

const STORY = /^([0-9a-f]{32})(?::(\d{1,4})(?::(\d+\.\d+(?:,\d+\.\d+){0,2}))?)?$/;

/** What a button does; all of it, so that buttons go on working after a restart. */
export interface Pressed {
  readonly action: ActionName;
  readonly target: string;
  /** Which message of a story told in several this button is under, from 0. */
  readonly index: number;
  /** The messages right before it, oldest first. */
  readonly earlier: readonly string[];
}

/** What Slack keeps for a button beside the name of its action: 2,000 characters at most, which no name of a corpus fills. */
export function buttonValue(action: ActionName, target: string, index = 0, earlier: readonly string[] = []): string {
  if (ACTIONS[action] === 'training' || index === 0) return target;
  const known = earlier.slice(-MOST_EARLIER).join(',');
  return `${target}:${index}${known && `:${known}`}`;
}

/** Undefined for a button that is none of ours, or of a version that is gone. */
export function readButton(action: string, value: string): Pressed | undefined {
  if (!isAction(action) || value === '') return undefined;
  if (ACTIONS[action] === 'training') return { action, target: value, index: 0, earlier: [] };
  const [, target, index, earlier] = value.match(STORY) ?? [];
  return target === undefined
    ? undefined
    : { action, target, index: Number(index ?? 0), earlier: earlier?.split(',') ?? [] };
}
