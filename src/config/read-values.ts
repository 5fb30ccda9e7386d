import { z } from 'zod';

/** One key: what it must be, in words that complete "KEY must be ...", and how its text is read (undefined: it is not that). */
export function key<T>(requirement: string, read: (text: string) => T | undefined) {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: requirement });
    return z.NEVER;
  });
}

export function oneOf<const T extends string>(values: readonly T[]) {
  return key(`one of ${values.join(', ')}`, (text) => values.find((value) => value === text));
}

export function wholeNumber(least: number, most: number) {
  return key(`a whole number from ${least} to ${most}`, (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  });
}

/** Items with commas or blanks between them. */
export function listOf(requirement: string, read: (item: string) => string | undefined) {
  return key(requirement, (text) => {
    const items = text
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(read);
    return items.includes(undefined) ? undefined : (items as string[]);
  });
}

/** The address as given, without the slashes at its end; undefined where it is none. */
export function webAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) && !url.search && !url.hash ? text.replace(/\/+$/, '') : undefined;
}

export function originOf(text: string): string | undefined {
  const address = webAddress(text);
  return address !== undefined && new URL(address).pathname === '/' ? new URL(address).origin : undefined;
}

/** A host as it stands in an address, without a port. */
export function hostIn(text: string): string | undefined {
  return /^[\w.:-]+$/.test(text) && URL.canParse(`http://${text.includes(':') ? `[${text}]` : text}`)
    ? text
    : undefined;
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A token or a secret. */
export function inOneWord(requirement: string, pattern: RegExp) {
  return key(requirement, (text) => (pattern.test(text) ? text : undefined)).optional();
}
