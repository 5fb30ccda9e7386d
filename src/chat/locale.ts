/** The languages that commands are described in. Replies come in those that have texts for them, else in English. */
export const LOCALES = ['en', 'de', 'fr', 'es'] as const;

export type Locale = (typeof LOCALES)[number];

/** The locale for a language tag as platforms and machines give it: `de-AT`, `es_ES.UTF-8`, `en-US`. English when unknown. */
export function localeOf(tag: string | undefined): Locale {
  const language = tag?.split(/[-_.]/)[0]?.toLowerCase();
  return LOCALES.find((locale) => locale === language) ?? 'en';
}
