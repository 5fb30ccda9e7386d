import type { Locale } from '../locale.ts';
import { pageDe } from './page-texts-de.ts';
import { type PageTexts, pageEn } from './page-texts-en.ts';

export function pageTextsFor(locale: Locale): PageTexts {
  return locale === 'de' ? pageDe : pageEn;
}

/** Fills the `{name}`s of a text. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/gu, (all, name: string) => String(values[name] ?? all));
}
