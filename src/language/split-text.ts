import { UNKNOWN, Vocabulary } from './text/vocabulary.ts';
import { atOnce, inTurns, STRIDE, type Work } from './turns.ts';
import { makingWindows, type Windows } from './window/windows.ts';

/** A text made ready for one training. */
export interface SplitText {
  /** Symbols in the whole text. */
  readonly words: number;
  readonly vocabulary: Vocabulary;
  /** The training part, story by story, as ids. */
  readonly stories: readonly Int32Array[];
  readonly windows: Windows;
  /** Null where nothing is held out, or nothing of it can be counted: every symbol of it is unknown to the training part. */
  readonly heldOut: HeldOut | null;
}

export interface HeldOut {
  /** The held-out symbols, in order. */
  readonly ids: Int32Array;
  /** A window for each held-out symbol but the first, which some peers have no context for. */
  readonly windows: Windows;
  /** The id that stands for symbols the training part lacks: read as context, never counted as a target. */
  readonly unknown: number;
  /** Share of the held-out symbols that are not counted for it. */
  readonly unknownShare: number;
}

/**
 * Holds out the last share of the text by symbols. The vocabulary is that of the training part alone, and `<unk>` where
 * anything is held out. forms: the stories in order, as `tokenizeForms` gives them; holdOut: 0 to 0.5.
 */
export function splitText(forms: readonly (readonly string[])[], holdOut: number, window: number): SplitText {
  return atOnce(splitting(forms, holdOut, window));
}

/** The same for a long text, which takes seconds: others get their turn meanwhile. */
export function splitTextInTurns(
  forms: readonly (readonly string[])[],
  holdOut: number,
  window: number,
): Promise<SplitText> {
  return inTurns(splitting(forms, holdOut, window));
}

function* splitting(forms: readonly (readonly string[])[], holdOut: number, window: number): Work<SplitText> {
  const words = forms.reduce((sum, story) => sum + story.length, 0);
  const cut = Math.floor(words * (1 - holdOut));
  const training: string[][] = [];
  const held: string[] = [];
  let at = 0;
  for (const story of forms) {
    const here = Math.min(story.length, Math.max(0, cut - at));
    if (here > 0) training.push(story.slice(0, here));
    for (const form of story.slice(here)) held.push(form);
    at += story.length;
  }
  const vocabulary = yield* Vocabulary.making(training, held.length > 0 ? [UNKNOWN] : []);
  const stories: Int32Array[] = [];
  for (const story of training) stories.push(yield* encoding(story, vocabulary));
  return {
    words,
    vocabulary,
    stories,
    windows: yield* makingWindows({ stories }, window),
    heldOut: yield* holdingOut(held, vocabulary, stories, window),
  };
}

/** The ids of forms; `<unk>` for those that the vocabulary has not, which are none of the training part. */
export function* encoding(forms: readonly string[], vocabulary: Vocabulary): Work<Int32Array> {
  const ids = new Int32Array(forms.length);
  const unknown = vocabulary.idOf(UNKNOWN);
  for (const [k, form] of forms.entries()) {
    ids[k] = (vocabulary.idOf(form.toLowerCase()) ?? unknown) as number;
    if (k % STRIDE === 0) yield;
  }
  return ids;
}

function* holdingOut(
  held: readonly string[],
  vocabulary: Vocabulary,
  stories: readonly Int32Array[],
  window: number,
): Work<HeldOut | null> {
  const unknown = vocabulary.idOf(UNKNOWN);
  if (held.length < 2 || unknown === undefined) return null;
  const ids = yield* encoding(held, vocabulary);
  // The first held-out symbols are read after the end of the training part, as they stand in the text.
  const before = (stories.at(-1) as Int32Array).slice(-(window - 1 || 1));
  const read = new Int32Array(window > 1 ? [...before, ...ids] : ids);
  const all = yield* makingWindows({ stories: [read] }, window);
  const counted = all.targets.reduce((sum, target) => sum + (target === unknown ? 0 : 1), 0);
  if (counted === 0) return null;
  return { ids, windows: all, unknown, unknownShare: 1 - counted / all.count };
}
