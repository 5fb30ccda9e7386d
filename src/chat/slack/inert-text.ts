import { harmless } from '../harmless.ts';
import type { Span } from '../message.ts';

const BREAK = '\u200b';

/** Slack's three control characters. Escaped, `<!channel>`, `<@U1>` and links are but letters. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What shows of a text; the blanks of no width in it are ours alone. */
function printed(text: string): string {
  return harmless(text).replaceAll(BREAK, '');
}

/**
 * Text that Slack can only show as it is. There is no escape for marks of emphasis, emoji and plain addresses: a blank of
 * no width beside them keeps Slack from seeing any. Marks between letters are left alone, as Slack does.
 */
export function inert(text: string): string {
  const apart = printed(text)
    .replace(/(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu, `${BREAK}$&${BREAK}`)
    .replace(/:(?=\/\/|[\p{L}\p{N}_+'-]+:)/gu, `:${BREAK}`)
    .replace(/^(?=\s*(?:>|&gt;))/u, BREAK);
  return escaped(apart);
}

/** A stretch of text in Slack's mrkdwn, with nothing of the text's own acting. */
export function mrkdwn({ text, bold, italic, code }: Span): string {
  // In code only a backtick acts, which becomes its look-alike.
  if (code) return marked(escaped(printed(text).replaceAll('`', 'ˋ').replaceAll('://', `:${BREAK}//`)), '`');
  if (bold) return marked(inert(text), '*');
  return italic ? marked(inert(text), '_') : inert(text);
}

/** The marks stand right at the text, and apart from the letters around it: else Slack takes them for plain ones. */
function marked(text: string, mark: string): string {
  const [, before = '', inner = '', after = ''] = text.match(/^(\s*)(.*?)(\s*)$/su) ?? [];
  return inner === '' ? text : `${before}${mark}${inner}${mark}${after}`;
}

/** What somebody wrote, as they see it: Slack's escapes undone, links and channels by their labels. */
export function writtenText(text: string): string {
  return text
    .replace(/<(?:https?:\/\/|mailto:)[^|>]*\|([^>]*)>/gu, '$1')
    .replace(/<((?:https?:\/\/|mailto:)[^>]*)>/gu, '$1')
    .replace(/<#[A-Z0-9]+\|([^>]*)>/gu, '#$1')
    .replace(/<[@#!][^|>]*\|([^>]*)>/gu, '$1')
    .replace(/<([@#])[A-Z0-9]+>/gu, ' ')
    .replace(/<!(\w+)[^>]*>/gu, '@$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
