import type { Locale } from '../locale.ts';
import type { CommandTexts } from './command-texts.ts';
import { de, deCommands } from './de.ts';
import { en, enCommands } from './en.ts';
import { esCommands } from './es.ts';
import { frCommands } from './fr.ts';

/** All that Fabulist says, in one language: the type of the English texts, which are complete by definition. */
export type Texts = typeof en;

const COMMAND_TEXTS: Readonly<Record<Locale, CommandTexts>> = {
  en: enCommands,
  de: deCommands,
  fr: frCommands,
  es: esCommands,
};

/** The texts of replies: in German where asked for, else in English. */
export function textsFor(locale: Locale): Texts {
  return locale === 'de' ? de : en;
}

export function commandTexts(locale: Locale): CommandTexts {
  return COMMAND_TEXTS[locale];
}
