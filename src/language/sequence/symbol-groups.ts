/**
 * The symbols of a vocabulary, divided by frequency. Up to 20,000 symbols there is one group, and what follows is a plain
 * embedding and a plain softmax. A larger vocabulary keeps its 8,000 most frequent symbols as the head and puts the others
 * into tails with narrower rows (Grave and others 2017; Baevski and Auli 2019): they are rare, so there is little to learn of
 * each, and the softmax over a tail is taken only where one of its symbols stands.
 */
export interface Group {
  /** Its symbols have the ids `start` to `end` - 1. */
  readonly start: number;
  readonly end: number;
  /** Numbers in a row of its table. */
  readonly width: number;
}

const UNDIVIDED = 20_000;
const HEAD = 8_000;
const FIRST_TAIL = 40_000;
/** How much narrower the rows of each tail are than those of the group before. */
const NARROWER = 4;

/** vocabulary: how many symbols there are; width: of the most frequent ones' rows. */
export function groupsOf(vocabulary: number, width: number): Group[] {
  if (vocabulary <= UNDIVIDED) return [{ start: 0, end: vocabulary, width }];
  const bounds = [0, HEAD, ...(vocabulary > FIRST_TAIL ? [FIRST_TAIL] : []), vocabulary];
  return bounds.slice(1).map((end, k) => ({
    start: bounds[k] as number,
    end,
    width: Math.max(8, Math.floor(width / NARROWER ** k)),
  }));
}

/** Rows by the group of their symbol: which rows they are, and the symbols' places in the group's table. */
export function byGroup(groups: readonly Group[], ids: Int32Array): { rows: number[]; places: number[] }[] {
  const parts = groups.map(() => ({ rows: [] as number[], places: [] as number[] }));
  ids.forEach((id, row) => {
    const k = groups.findIndex(({ end }) => id < end);
    parts[k]?.rows.push(row);
    parts[k]?.places.push(id - (groups[k] as Group).start);
  });
  return parts;
}
