import { FabulistError } from '../../errors.ts';
import { meant } from '../../story/nearest.ts';
import { COMMANDS, type CommandName, commandNamed } from '../commands.ts';
import { parseOptions } from '../option-text.ts';
import type { Texts } from '../texts/texts.ts';

/** What a line of the page asks for. */
interface AskedCommand {
  readonly command: CommandName;
  readonly options: Readonly<Record<string, string | number>>;
}

/** Reads a line. Without a slash it is the opening of a story. Throws `usage` with the sentence to show. */
export function readLine(line: string, texts: Texts): AskedCommand {
  const [, typed, rest = line] = line.trim().match(/^\/(\S*)\s*(.*)$/su) ?? [];
  const command = commandNamed(typed?.toLowerCase() ?? 'story');
  if (!command) {
    const names = COMMANDS.map(({ name }) => name);
    throw new FabulistError('usage', texts.typed.unknown(typed ?? '', meant((typed ?? '').toLowerCase(), names)));
  }
  const { file, ...options } = parseOptions(command, rest, texts);
  // A file is dropped or chosen, never typed.
  if (file !== undefined) throw new FabulistError('usage', texts.training.noFile.attachment);
  return { command: command.name, options };
}
