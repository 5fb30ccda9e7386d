/** Numbers, times and languages as people of one locale write them. */
export class FigureWriter {
  readonly #locale: string;
  readonly #units: { readonly second: string; readonly minute: string; readonly hour: string };

  constructor(locale: string, units: { readonly second: string; readonly minute: string; readonly hour: string }) {
    this.#locale = locale;
    this.#units = units;
  }

  /** 1234.5 -> `1,234.5`. digits: behind the point, at most. */
  number(value: number, digits = 0): string {
    return new Intl.NumberFormat(this.#locale, { maximumFractionDigits: digits }).format(value);
  }

  /** 0.9123 -> `91 %`. Never rounded up to all of it. */
  percent(share: number): string {
    return `${this.number(Math.floor(share * 100))} %`;
  }

  /** 0.9903 -> 99: how many of a hundred. Only what is always right is 100. */
  ofHundred(share: number): string {
    return this.number(share < 1 ? Math.min(99, Math.round(share * 100)) : 100);
  }

  /** 75 -> `1 min 15 s`. */
  duration(seconds: number): string {
    const { second, minute, hour } = this.#units;
    const whole = Math.max(1, Math.round(seconds));
    if (whole < 60) return `${whole} ${second}`;
    if (whole < 3600) return `${Math.floor(whole / 60)} ${minute} ${whole % 60} ${second}`;
    return `${Math.floor(whole / 3600)} ${hour} ${Math.floor((whole % 3600) / 60)} ${minute}`;
  }

  /** An ISO 8601 time -> `24 November 2026, 20:00 UTC`. People of one chat live in many time zones. */
  time(iso: string): string {
    const date = new Date(iso);
    const day = new Intl.DateTimeFormat(this.#locale, { dateStyle: 'long', timeZone: 'UTC' }).format(date);
    return `${day}, ${date.toISOString().slice(11, 16)} UTC`;
  }

  /** `a`, `b`, `c` -> `a, b and c`. */
  list(things: readonly string[]): string {
    return new Intl.ListFormat(this.#locale, { type: 'conjunction' }).format(things);
  }

  /** `de` -> `German`; undefined for `und`. */
  language(code: string): string | undefined {
    return code === 'und' ? undefined : new Intl.DisplayNames(this.#locale, { type: 'language' }).of(code);
  }
}
