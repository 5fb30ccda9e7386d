export interface DiscordConfig {
  readonly token: string;
  /** Base of the HTTP API, without the version. */
  readonly apiUrl: string;
  /** Origins that attachments are taken from besides Discord's own. */
  readonly cdnOrigins: readonly string[];
  /** Servers that get the commands as their own, which shows changes at once; none: all servers share them. */
  readonly guildIds: readonly string[];
  readonly shards: Shards;
}

/** Which of Discord's connections this process holds: as many as Discord asks for, or those with these ids of so many. */
export type Shards = 'auto' | { readonly ids: readonly number[]; readonly of: number };

const MOST_SHARDS = 10_000;

/** `auto`, `4` for all of four, `0-3/16` or `0,2,5/16` for some of sixteen; undefined for anything else. */
export function shardsIn(text: string): Shards | undefined {
  if (text === 'auto') return text;
  const [, list, total] = text.match(/^(?:([\d,-]+)\/)?(\d{1,5})$/) ?? [];
  const of = Number(total);
  if (!(of >= 1 && of <= MOST_SHARDS)) return undefined;
  const ids = new Set<number>();
  for (const range of (list ?? `0-${of - 1}`).split(',')) {
    const [, first, last = first] = range.match(/^(\d{1,5})(?:-(\d{1,5}))?$/) ?? [];
    if (first === undefined || Number(first) > Number(last) || Number(last) >= of) return undefined;
    for (let id = Number(first); id <= Number(last); id++) ids.add(id);
  }
  return { ids: Object.freeze([...ids].sort((a, b) => a - b)), of };
}
