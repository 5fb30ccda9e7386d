import { FabulistError } from '../../errors.ts';
import { meant } from '../../story/nearest.ts';
import { ACTIONS, type ActionName, COMMANDS, type CommandName, commandNamed, isAction } from '../commands.ts';
import { parseOptions } from '../option-text.ts';
import type { Texts } from '../texts/texts.ts';

/** The stories that /continue, /retell and /undo may mean. */
export interface KnownStories {
  /** The story told last. */
  readonly told?: string | undefined;
  /** Whether one is on its way. */
  readonly coming: boolean;
}

/** What a typed line asks for. */
export interface TypedCommand {
  readonly command: CommandName | ActionName;
  readonly options: Readonly<Record<string, string | number>>;
  /** The path that stood where other surfaces have an attachment. */
  readonly path: string | undefined;
}

/** Characters of a line that is repeated in a hint. */
const LONGEST_HINT = 60;

/** What goes between the slash and the first blank. */
const COMMAND = /^\/(\S*)\s*(.*)$/su;

/**
 * Reads a line. Throws `usage` with the sentence to show: a hint for a line without a slash, the nearest command for one
 * that is not there.
 */
export function readLine(line: string, stories: KnownStories, texts: Texts): TypedCommand {
  const [, typed = '', rest = ''] = line.trim().match(COMMAND) ?? [];
  if (!line.trim().startsWith('/')) {
    // A pasted page is no example of a command.
    const opening = line.trim().length <= LONGEST_HINT ? line.trim() : '';
    throw new FabulistError('usage', texts.typed.hint(opening));
  }
  const name = typed.toLowerCase();
  if (isAction(name)) return readAction(name, rest, stories, texts);
  const command = commandNamed(name);
  if (!command) {
    const names = [...COMMANDS.map((one) => one.name), ...Object.keys(ACTIONS)];
    throw new FabulistError('usage', texts.typed.unknown(typed, meant(name, names)));
  }
  const { file, ...options } = parseOptions(command, rest, texts);
  return { command: command.name, options, path: file === undefined ? undefined : unquoted(String(file)) };
}

function readAction(name: ActionName, rest: string, { told, coming }: KnownStories, texts: Texts): TypedCommand {
  const target = rest.replace(/^corpus:(.)/iu, '$1').replace(/^"(.+)"$/u, '$1');
  if (ACTIONS[name] === 'training') return { command: name, options: target ? { target } : {}, path: undefined };
  if (rest) throw new FabulistError('usage', texts.typed.surplus(name, rest));
  if (told === undefined) throw new FabulistError('usage', coming ? texts.typed.storyComing : texts.typed.noStory);
  return { command: name, options: { target: told }, path: undefined };
}

/** A path as people paste it: in quotation marks, or with its blanks escaped. Other backslashes are Windows' own. */
function unquoted(path: string): string {
  const [, mark, inside] = path.match(/^(["'])(.*)\1$/su) ?? [];
  if (mark === undefined || inside === undefined) return path.replace(/\\([ "'])/gu, '$1');
  return inside.replaceAll(`\\${mark}`, mark);
}
