import type { Text } from '../model.ts';
import { atOnce, STRIDE, type Work } from '../turns.ts';

/** Every place where a whole window and its next symbol stand within one story; none reaches across two stories. */
export interface Windows {
  /** Symbols in a window. */
  readonly window: number;
  readonly count: number;
  /** Row w holds the window's symbols: (count, window), row by row. */
  readonly contexts: Int32Array;
  /** (count): the symbol that follows each window. */
  readonly targets: Int32Array;
}

/** The article's Listings 5 and 6 for the whole text at once: symbols [i, i + window) are the input, symbol i + window the label. */
export function windowsOf(text: Text, window: number): Windows {
  return atOnce(makingWindows(text, window));
}

/** The same as work that can be done in turns. */
export function* makingWindows(text: Text, window: number): Work<Windows> {
  const count = text.stories.reduce((sum, story) => sum + Math.max(0, story.length - window), 0);
  const contexts = new Int32Array(count * window);
  const targets = new Int32Array(count);
  let row = 0;
  for (const story of text.stories) {
    for (let start = 0; start + window < story.length; start++, row++) {
      for (let t = 0; t < window; t++) contexts[row * window + t] = story[start + t] as number;
      targets[row] = story[start + window] as number;
      if (row % STRIDE === 0) yield;
    }
  }
  return { window, count, contexts, targets };
}

/** The windows of the given rows, in that order. */
export function pickWindows(windows: Windows, rows: ArrayLike<number>): Windows {
  const { window } = windows;
  const contexts = new Int32Array(rows.length * window);
  const targets = new Int32Array(rows.length);
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k] as number;
    contexts.set(windows.contexts.subarray(row * window, (row + 1) * window), k * window);
    targets[k] = windows.targets[row] as number;
  }
  return { window, count: rows.length, contexts, targets };
}

/**
 * What the best model of that many symbols can reach on these windows, since some windows are followed now by one symbol, now
 * by another: accuracy (always answer with the most frequent one) and loss in nats (answer with the frequencies themselves).
 */
export function bestPossible(windows: Windows): { accuracy: number; loss: number } {
  const followers = new Map<string, Map<number, number>>();
  for (let row = 0; row < windows.count; row++) {
    const key = windows.contexts.subarray(row * windows.window, (row + 1) * windows.window).join(' ');
    const counts = followers.get(key) ?? new Map<number, number>();
    const target = windows.targets[row] as number;
    followers.set(key, counts.set(target, (counts.get(target) ?? 0) + 1));
  }
  let right = 0;
  let loss = 0;
  for (const counts of followers.values()) {
    const all = [...counts.values()];
    const total = all.reduce((a, b) => a + b, 0);
    right += Math.max(...all);
    for (const count of all) loss -= count * Math.log(count / total);
  }
  return { accuracy: right / windows.count, loss: loss / windows.count };
}
