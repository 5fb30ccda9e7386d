import type { Asker } from '../../story/storyteller.ts';
import type { ChatHandler } from '../chat-handler.ts';
import { ACTIONS, COMMANDS, commandNamed } from '../commands.ts';

/** What the Tab key offers: the lines' ends, and the part of the line that they replace, as Node's readline wants it. */
export async function completeLine(handler: ChatHandler, asker: Asker, line: string): Promise<[string[], string]> {
  const [, name, typed] = line.match(/^\/(\S*)\s(.*)$/su) ?? [];
  if (name === undefined || typed === undefined) {
    const names = [...COMMANDS.map((command) => command.name), ...Object.keys(ACTIONS)].map((one) => `/${one} `);
    return [names.filter((one) => line !== '' && one.startsWith(line)), line];
  }
  const corpus = typed.match(/(?:^|\s)corpus:(\S+)\s/u)?.[1];
  const [, option, value] = typed.match(/(?:^|\s)([a-z]+):(\S*)$/u) ?? [];
  const options = commandNamed(name)?.options ?? [];
  const wanted = options.find((one) => (option === undefined ? one.rest : one.name === option));
  if (!wanted?.completes) return [[], line];
  const text = option === undefined ? typed.replace(/(?:^|\s)[a-z]+:\S+\s/gu, '') : (value ?? '');
  return [await handler.complete(asker, wanted.completes, text, corpus), text];
}
