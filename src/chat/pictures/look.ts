import type { Locale } from '../locale.ts';

/** How a picture looks. Sizes are in pixels; text is 14 pixels high, so that it is readable at the width of a phone. */
export interface Look {
  readonly theme: 'light' | 'dark';
  readonly locale: Locale;
  /** Default: 360, a phone's. */
  readonly width?: number;
  /** Default: 360. */
  readonly height?: number;
  /** Default: those of the theme. */
  readonly colours?: Colours;
  /** Above the chart, in one line that is cut where it does not fit; default: none. */
  readonly title?: string;
}

export interface Colours {
  readonly paper: string;
  readonly text: string;
  /** Of what stands at the axes. */
  readonly quiet: string;
  readonly grid: string;
  /** What was read, what was not, and what was guessed right: told apart by people who see few colours, too. */
  readonly read: string;
  readonly unread: string;
  readonly right: string;
}

/** Text against its paper has a contrast of 4.5 at least, a line of 3. */
const COLOURS: Readonly<Record<Look['theme'], Colours>> = {
  light: {
    paper: '#ffffff',
    text: '#1f2328',
    quiet: '#59636e',
    grid: '#e4e7eb',
    read: '#1d63d8',
    unread: '#c2500a',
    right: '#0b7a6b',
  },
  dark: {
    paper: '#1e1f22',
    text: '#f2f3f5',
    quiet: '#b5bac1',
    grid: '#3a3c43',
    read: '#6aa8ff',
    unread: '#ff9d4d',
    right: '#34d3b4',
  },
};

export function coloursOf({ colours, theme }: Look): Colours {
  return colours ?? COLOURS[theme];
}

/** The first is drawn into PNGs; a page that shows the SVG may not have it. */
export const FONT = 'Inter, system-ui, sans-serif';

/** What the font of the PNGs has signs for. */
const DRAWABLE = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\x20-\x7e\u00a0-\u00ff\u2010-\u2027\u20ac]*$/u;

/** Whether every letter of a text can be drawn in a PNG: what cannot would be a row of empty boxes. */
export function isDrawable(text: string): boolean {
  return DRAWABLE.test(text);
}
