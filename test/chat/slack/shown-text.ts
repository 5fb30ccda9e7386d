/** Stands for a character that is only printed, while the marks are looked for. */
const PRIVATE = 0xe000;
const BREAK = '\u200b';

const hide = (text: string) => text.replace(/[*_~`]/g, (mark) => String.fromCharCode(PRIVATE + mark.charCodeAt(0)));

/** What mrkdwn looks like in Slack: our own marks of type gone, escapes undone. */
export function shownText(text: string): string {
  return withoutOurMarks(hidden(text))
    .replaceAll(BREAK, '')
    .replace(/[\ue000-\ue0ff]/g, (found) => String.fromCharCode(found.charCodeAt(0) - PRIVATE))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** Whatever in mrkdwn would act on somebody's Slack: a mention, a link, an emoji, a quotation, markup that is not our own. */
export function actingIn(text: string): string[] {
  const rest = hidden(text);
  const acting = [
    /[<>]/g,
    /&(?!(?:amp|lt|gt);)/g,
    /:\/\//g,
    /:[\p{L}\p{N}_+'-]+:/gu,
    /^\s*&gt;/gm,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/g,
  ].flatMap((pattern) => rest.match(pattern) ?? []);
  // Between letters a mark is plain; what is left of the others belongs to nobody.
  const left = withoutOurMarks(rest).match(/(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu) ?? [];
  return [...acting, ...left];
}

/** As Slack reads it: a mark with a blank of no width on both sides is plain, and so are those in code. */
function hidden(text: string): string {
  return text
    .replace(/\u200b([*_~`])\u200b/g, (_, mark: string) => BREAK + hide(mark) + BREAK)
    .replace(/`([^`\n]+)`/g, (_, code: string) => `\`${hide(code)}\``);
}

function withoutOurMarks(text: string): string {
  return ['`', '\\*', '_'].reduce(
    (rest, mark) =>
      rest.replace(
        new RegExp(`(?<![\\p{L}\\p{N}])${mark}(?=\\S)([^${mark}\\n]*?\\S|\\S)${mark}(?![\\p{L}\\p{N}])`, 'gu'),
        '$1',
      ),
    text,
  );
}
