/**
 * Text that a surface can only print: control characters (an escape sequence can move a terminal's cursor or set its
 * title) and marks that turn the direction of writing round are taken out, line ends become blanks.
 */
export function harmless(text: string): string {
  return text
    .replace(/[\n\r\t\u2028\u2029]+/gu, ' ')
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '');
}
