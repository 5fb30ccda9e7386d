import { FabulistError } from '../errors.ts';
import { meant } from '../story/nearest.ts';
import type { Command, CommandOption } from './commands.ts';
import type { Texts } from './texts/texts.ts';

type Options = Record<string, string | number>;

/** `name:value`, `name:"several words"`, also with the quotation marks that phones make of them. */
const GIVEN = /(?<=^|\s)([a-z-]+):(?:"([^"]*)"|[“„]([^“”]*)[“”]|(\S+))(?=\s|$)/giu;

/**
 * Reads options out of a typed command: `corpus:fables words:64 had a general`. What looks like an option but is none of
 * this command's stays part of the text. A choice may stand by itself where it is plain which: `/corpora use fables`.
 * Throws `usage` naming the option, what it takes and what was given; also for what was surely meant as one.
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
  checkForMistyped(command, text, texts);
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
  return { ...options, [taker.name]: taker.completes === 'corpora' ? unquoted(text) : text };
}

/** A name as it is written elsewhere in a line, where its blanks need them: `/accuracy "my fables"`. */
export function unquoted(name: string): string {
  return name.match(/^["“„]([^"“”]+)["“”]$/u)?.[1] ?? name;
}

/**
 * Options stand at the start or at the end: what looks like one there but is mistyped would become part of a story. A
 * name that is only near a number's needs a number behind it: `need:food` is no `seed`.
 */
function checkForMistyped(command: Command, text: string, texts: Texts): void {
  const options = command.options.filter(({ type }) => type !== 'file');
  const words = text.split(/\s+/u);
  for (const [at, word] of words.entries()) {
    const outside = at === 0 || at === words.length - 1;
    // `--words 8` at the end is two words.
    if (!outside && at !== words.length - 2) continue;
    const [, dashes = '', name, given] = word.match(/^(--)?(\p{L}[\p{L}-]*)(?:[:=](\S+))?$/u) ?? [];
    if (name === undefined || options.length === 0) continue;
    if (!dashes && !(outside && given !== undefined && word.startsWith(`${name}:`))) continue;
    const value = given ?? words[at + 1] ?? '';
    const option = nearestOption(name, options);
    const fits = option && (dashes || !['whole', 'number'].includes(option.type) || /^\d/u.test(value));
    if (fits) throw new FabulistError('usage', texts.typed.option(`${dashes}${name}`, `${option.name}:${value}`));
    if (dashes) throw new FabulistError('usage', texts.typed.dashes(word, options.map((one) => one.name).join(', ')));
  }
}

/** The option whose name was meant: nearly spelled so, two letters swapped, or cut short. */
function nearestOption(name: string, options: readonly CommandOption[]): CommandOption | undefined {
  const typed = name.toLowerCase();
  const names = options.map((option) => option.name);
  const found =
    meant(typed, names) ??
    names.find((one) => swapped(one, typed)) ??
    names.find((one) => typed.length > 2 && one.startsWith(typed));
  return options.find((option) => option.name === found);
}

function swapped(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  const at = [...one].findIndex((letter, k) => letter !== other[k]);
  return one === other.slice(0, at) + other[at + 1] + other[at] + other.slice(at + 2);
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
