/** Stands for an escaped mark while the others are looked for. */
const PRIVATE = 0xe000;

/** What a message looks like in Discord: our own marks of type gone, escaped ones plain. */
export function shownText(content: string): string {
  return withoutOurMarks(hidden(content)).replace(/[\ue000-\ue0ff]/g, (found) =>
    String.fromCharCode(found.charCodeAt(0) - PRIVATE),
  );
}

/** Whatever in a message would act on somebody's Discord: a mention, a link, an invite, markup that is not our own. */
export function actingIn(content: string): string[] {
  const rest = hidden(content);
  const acting = [
    /@(?:everyone|here)/g,
    /<(?:[@#:/t]|a:|id:)/g,
    /\|\|/g,
    /\[[^\]]*\]\(/g,
    /```/g,
    /:\/\//g,
    /discord(?:app)?\.(?:gg|com)/g,
    /^(?:#{1,3}|-#|>|>>>|-|\*|\+|\d+\.)\s/gm,
    /~~/g,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/g,
  ].flatMap((pattern) => rest.match(pattern) ?? []);
  // What is left of our own marks belongs to nobody.
  return [...acting, ...(withoutOurMarks(rest).match(/[*_`]/g) ?? [])];
}

/** As Discord reads it: a backslash makes any mark after it plain. */
function hidden(content: string): string {
  return content.replace(/\\([^0-9A-Za-z\s])/g, (_, mark: string) =>
    mark.charCodeAt(0) < 0x80 ? String.fromCharCode(PRIVATE + mark.charCodeAt(0)) : mark,
  );
}

function withoutOurMarks(text: string): string {
  return text
    .replace(/`([^`\n]+)`/g, '$1')
    .replace(/\*\*(?=\S)([^*\n]*?\S)\*\*/g, '$1')
    .replace(/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*?\S)_(?![\p{L}\p{N}_])/gu, '$1');
}
