import type { Asker } from '../../story/storyteller.ts';
import type { ChatHandler } from '../chat-handler.ts';
import {
  COMMANDS,
  type Command,
  type CommandOption,
  commandNamed,
  describeChoice,
  describeCommand,
  describeOption,
} from '../commands.ts';
import type { Locale } from '../locale.ts';

/** One way to go on with a line. */
export interface Suggestion {
  /** The whole line, if it is taken. */
  readonly line: string;
  readonly label: string;
  /** What it does, or empty. */
  readonly detail: string;
}

/** Where in a line something may be completed. */
interface Place {
  readonly before: string;
  /** What is typed of it. */
  readonly typed: string;
  readonly corpus: string | undefined;
}

/** Suggestions at most: as many as are looked through at a glance. */
const MOST = 8;

/** What to offer while a line is typed: commands, their options, choices, and what is known of corpora and openings. */
export async function suggestionsFor(
  handler: ChatHandler,
  asker: Asker,
  line: string,
  locale: Locale,
): Promise<Suggestion[]> {
  const [, name, blank, text = ''] = line.match(/^\/(\S*)(\s+)?(.*)$/su) ?? [];
  if (name === undefined) return openings(handler, asker, { before: '', typed: line, corpus: undefined });
  if (blank === undefined) return commandsLike(name, locale);
  const command = commandNamed(name.toLowerCase());
  if (!command) return [];
  const corpus = text.match(/(?:^|\s)corpus:(?:"([^"]+)"|(\S+))\s/u);
  const place = { corpus: corpus?.[1] ?? corpus?.[2] };
  const [token = ''] = text.match(/\S*$/u) ?? [];
  const before = line.slice(0, line.length - token.length);
  const [, option, value] = token.match(/^([a-z-]+):"?([^"]*)$/u) ?? [];
  const named = command.options.find((one) => one.name === option);
  if (named) {
    return valuesOf(handler, asker, named, { ...place, before: `${before}${named.name}:`, typed: value ?? '' }, locale);
  }
  const rest = command.options.find((one) => one.rest);
  const plain = text.replace(/(?:^|\s)[a-z-]+:(?:"[^"]*"|\S+)(?=\s)/gu, '').trimStart();
  const begun = rest?.completes
    ? await valuesOf(
        handler,
        asker,
        rest,
        { ...place, before: line.slice(0, line.length - plain.length), typed: plain },
        locale,
      )
    : [];
  return [...begun.slice(0, MOST - 3), ...optionsLike(command, token, before, text, locale)].slice(0, MOST);
}

function commandsLike(typed: string, locale: Locale): Suggestion[] {
  return COMMANDS.filter(({ name }) => name.startsWith(typed.toLowerCase())).map((command) => ({
    line: `/${command.name} `,
    label: `/${command.name}`,
    detail: describeCommand(command, locale),
  }));
}

function optionsLike(command: Command, token: string, before: string, text: string, locale: Locale): Suggestion[] {
  return command.options
    .filter(({ name, type, rest }) => type !== 'file' && !rest && name.startsWith(token.toLowerCase()))
    .filter(({ name }) => !new RegExp(`(?:^|\\s)${name}:`, 'u').test(text))
    .map((option) => ({
      line: `${before}${option.name}:`,
      label: `${option.name}:`,
      detail: describeOption(command, option, locale),
    }));
}

async function valuesOf(
  handler: ChatHandler,
  asker: Asker,
  option: CommandOption,
  place: Place,
  locale: Locale,
): Promise<Suggestion[]> {
  const { choices, completes } = option;
  if (choices) {
    const like = choices.filter(({ value }) => value.startsWith(place.typed.toLowerCase()));
    return like.map(({ value }) => ({
      line: `${place.before}${value} `,
      label: value,
      detail: describeChoice(value, locale),
    }));
  }
  if (completes === 'openings') return openings(handler, asker, place);
  if (!completes) return [];
  const found = await handler.complete(asker, completes, place.typed, place.corpus);
  return found.slice(0, MOST).map((value) => ({
    line: `${place.before}${/\s/u.test(value) && !option.rest ? `"${value}"` : value} `,
    label: value,
    detail: '',
  }));
}

async function openings(handler: ChatHandler, asker: Asker, { before, typed, corpus }: Place): Promise<Suggestion[]> {
  if (typed.trim() === '' && before === '') return [];
  const found = await handler.complete(asker, 'openings', typed, corpus);
  return found.slice(0, MOST).map((opening) => ({ line: before + opening, label: opening, detail: '' }));
}
