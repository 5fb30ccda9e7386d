import { FabulistError } from '../errors.ts';
import type { Command, CommandOption } from './commands.ts';
import type { Texts } from './texts/texts.ts';

type Options = Record<string, string | number>;

/** `name:value`, `name:"several words"`, also with the quotation marks that phones make of them. */
const GIVEN = /(?<=^|\s)([a-z-]+):(?:"([^"]*)"|[“„]([^“”]*)[“”]|(\S+))(?=\s|$)/giu;

/**
 * Reads options out of a typed command: `corpus:fables words:64 had a general`. What looks like an option but is none of
 * this command's stays part of the text. A choice may stand by itself where it is plain which: `/corpora use fables`.
 * Throws `usage` naming the option, what it takes and what was given.
 */
export function parseOptions(command: Command, typed: string, texts: Texts): Options {
  const options: Options = {};
  let text = typed.replace(GIVEN, (all, name: string, ...values: (string | undefined)[]) => {
    const option = command.options.find((one) => one.name === name.toLowerCase() && one.type !== 'file');
    if (!option) return all;
    options[option.name] = readValue(option, values.slice(0, 3).find((value) => value !== undefined) ?? '', texts);
    return '';
  });
  text = text.trim();
  const rest = command.options.findIndex((option) => option.rest);
  for (const [at, option] of command.options.entries()) {
    if (option.type !== 'choice' || options[option.name] !== undefined) continue;
    // Before the text where the catalogue names it before, as in `/corpora use fables`; behind it in `/train story.txt clean`.
    const place = at < rest ? /^(\S+)(?:\s+|$)/u : /\s+(\S+)$/u;
    const word = text.match(place)?.[1]?.toLowerCase();
    if (word === undefined || !option.choices?.some(({ value }) => value === word)) continue;
    options[option.name] = word;
    text = text.replace(place, '').trim();
  }
  if (text === '') return options;
  const taker = command.options[rest];
  if (!taker) throw new FabulistError('usage', texts.typed.surplus(command.name, text));
  if (options[taker.name] !== undefined) throw new FabulistError('usage', texts.typed.surplus(command.name, text));
  return { ...options, [taker.name]: text };
}

/** One value as it was typed. Throws `usage` naming the option, what it takes and what was given. */
export function readValue(
  { name, type, least = 0, most = 0, choices = [] }: CommandOption,
  given: string,
  texts: Texts,
) {
  if (type === 'whole' || type === 'number') {
    const value = Number(given.replace(',', '.'));
    if (given.trim() !== '' && Number.isFinite(value)) return value;
    throw new FabulistError('usage', texts.typed.number(name, type === 'whole', String(least), String(most), given));
  }
  if (type !== 'choice') return given;
  const value = given.toLowerCase();
  if (choices.some((choice) => choice.value === value)) return value;
  throw new FabulistError('usage', texts.typed.choice(name, choices.map((choice) => choice.value).join(', '), given));
}
