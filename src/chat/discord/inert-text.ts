import { harmless } from '../harmless.ts';
import type { Span } from '../message.ts';

/**
 * What Discord would read as something else than text. A backslash makes any mark that follows it a plain one:
 * emphasis, spoilers and code; quotations and headings; mentions, time stamps, custom emoji; masked links (`[`), plain
 * ones (`://`), and the invites (`discord.gg/x`) that clients show as a card without any `https:`.
 */
const ACTING = /[\\`*_~|<>@#[\]/]|(?<=[\p{L}\p{N}])\.(?=[\p{L}\p{N}])/gu;

/** At the beginning of a line these make a list. */
const LIST = /^(\s*(?:\d+(?=[.)])|(?=[-+])))/u;

/** Text that Discord can only show as it is. */
export function inert(text: string): string {
  return harmless(text).replace(ACTING, '\\$&').replace(LIST, '$1\\');
}

/** A stretch of text in Markdown, with nothing of the text's own acting. */
export function markdown({ text, bold, italic, code }: Span): string {
  // In code there is no escape, so what would end it becomes its look-alike, and an invite is broken up.
  if (code)
    return marked(
      harmless(text)
        .replaceAll('`', 'ˋ')
        .replace(/(?<=\w)\.(?=\w)/gu, '.\u200b'),
      '`',
    );
  const escaped = inert(text);
  if (bold) return marked(escaped, '**');
  return italic ? marked(escaped, '_') : escaped;
}

/** The marks stand right at the text: Discord takes `** text**` for asterisks. */
function marked(text: string, mark: string): string {
  const [, before = '', inner = '', after = ''] = text.match(/^(\s*)(.*?)(\s*)$/su) ?? [];
  return inner === '' ? text : `${before}${mark}${inner}${mark}${after}`;
}
