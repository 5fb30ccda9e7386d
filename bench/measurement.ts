/** One row of the table: a figure of ours and, where there is one, what it is compared with, measured in the same run. */
export interface Measurement {
  readonly name: string;
  /** Null where the figure was not reached. */
  readonly ours: number | null;
  /** What it is compared with, measured in the same run; null where the figure stands for itself or the peer is not here. */
  readonly peer: number | null;
  /** Name and version; null where the figure stands for itself. Says why where the peer is not here. */
  readonly peerName: string | null;
  readonly unit: string;
  /** ours / peer. */
  readonly ratio: number | null;
  /** What was measured and how, where the name does not say it all. */
  readonly note?: string;
}

/** What a peer measured, or why there is no peer. */
export type Compared = { readonly name: string; readonly value: number | null } | { readonly absent: string };

/** A row with its ratio; `inverse` where more is better, so that a smaller ratio is better everywhere. */
export function compared(
  row: { readonly name: string; readonly unit: string; readonly note?: string; readonly inverse?: boolean },
  ours: number | null,
  peer: Compared | null,
): Measurement {
  const { name, unit, note, inverse } = row;
  const theirs = peer && 'value' in peer ? peer.value : null;
  const peerName = peer && ('value' in peer ? peer.name : peer.absent);
  const ratio = ours === null || theirs === null ? null : inverse ? theirs / ours : ours / theirs;
  const rounded = (value: number | null) => value && Number(value.toPrecision(3));
  return {
    name,
    ours: rounded(ours),
    peer: rounded(theirs),
    peerName,
    unit,
    ratio: rounded(ratio),
    ...(note && { note }),
  };
}

/** The middle of an odd number of values; the upper middle of an even one. Throws where there are none. */
export function median(values: readonly number[]): number {
  const middle = [...values].sort((one, other) => one - other)[values.length >> 1];
  if (middle === undefined) throw new Error('There is no median of nothing.');
  return middle;
}

/** The median of those that are numbers; null where there are none, or one of them says that nothing was reached. */
export function medianReached(values: readonly (number | null)[]): number | null {
  const reached = values.filter((value) => value !== null);
  return reached.length === 0 || reached.length < values.length ? null : median(reached);
}
