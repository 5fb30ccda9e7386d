import { FabulistError } from '../../errors.ts';
import { meant } from '../../story/nearest.ts';
import { ACTIONS, type ActionName, COMMANDS, type CommandName, commandNamed, isAction } from '../commands.ts';
import { parseOptions } from '../option-text.ts';
import type { Texts } from '../texts/texts.ts';

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
 * Reads a line. story: the story told last, which /continue, /retell and /undo go on with. Throws `usage` with the sentence
 * to show: a hint for a line without a slash, the nearest command for one that is not there.
 */
export function readLine(line: string, story: string | undefined, texts: Texts): TypedCommand {
  const [, typed = '', rest = ''] = line.trim().match(COMMAND) ?? [];
  if (!line.trim().startsWith('/')) {
    // A pasted page is no example of a command.
    const opening = line.trim().length <= LONGEST_HINT ? line.trim() : '';
    throw new FabulistError('usage', texts.typed.hint(opening));
  }
  const name = typed.toLowerCase();
  if (isAction(name)) return readAction(name, rest, story, texts);
  const command = commandNamed(name);
  if (!command) {
    const names = [...COMMANDS.map((one) => one.name), ...Object.keys(ACTIONS)];
    throw new FabulistError('usage', texts.typed.unknown(typed, meant(name, names)));
  }
  const { file, ...options } = parseOptions(command, rest, texts);
  return { command: command.name, options, path: file === undefined ? undefined : unquoted(String(file)) };
}

function readAction(name: ActionName, rest: string, story: string | undefined, texts: Texts): TypedCommand {
  if (ACTIONS[name] === 'training') return { command: name, options: rest ? { target: rest } : {}, path: undefined };
  if (rest) throw new FabulistError('usage', texts.typed.surplus(name, rest));
  if (story === undefined) throw new FabulistError('usage', texts.typed.noStory);
  return { command: name, options: { target: story }, path: undefined };
}

/** A path as people paste it: in quotation marks, or with its blanks escaped. */
function unquoted(path: string): string {
  const quoted = path.match(/^(["'])(.*)\1$/u);
  return quoted ? (quoted[2] as string) : path.replaceAll('\\ ', ' ');
}
