import { createHash } from 'node:crypto';
import { FabulistError } from '../errors.ts';
import { type Corpus, type CorpusRef, type CorpusState, type NewStory, STARTERS, type StoryRecord } from './library.ts';
import { nameKey, quoted } from './safe-names.ts';

/* What both libraries agree on about stories, free of any storage. */

/** SHA-256 over the UTF-8 of a text, hexadecimal. */
export function storyHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

export function corpusOf(state: CorpusState): Corpus {
  const { server, name, stories, changedAt } = state;
  const hash = createHash('sha256').update(stories.map((story) => story.hash).join('\n'));
  return { server, name, stories, hash: hash.digest('hex'), changedAt };
}

/** By name as people sort it: letter case and normalisation aside. */
export function byName(one: CorpusRef, other: CorpusRef): number {
  const [a, b] = [nameKey(one.name), nameKey(other.name)];
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface Addition {
  readonly stories: readonly StoryRecord[];
  readonly added: StoryRecord[];
  readonly already: StoryRecord[];
  /** What a clean start leaves out. */
  readonly dropped: readonly StoryRecord[];
  /** The texts handed over, by hash. */
  readonly texts: ReadonlyMap<string, string>;
  /** False when the corpus stays exactly as it was. */
  readonly changes: boolean;
}

/** Works out what handing over `incoming` at the time `at` (ISO 8601) does to a corpus. Throws `usage` for no story. */
export function addition(
  before: readonly StoryRecord[],
  incoming: readonly NewStory[],
  mode: 'append' | 'clean',
  at: string,
): Addition {
  if (incoming.length === 0) {
    throw new FabulistError('usage', 'At least one story must be handed over; received none.');
  }
  const known = new Map(before.map((story) => [story.hash, story]));
  const after = new Map(mode === 'append' ? known : []);
  const added: StoryRecord[] = [];
  const already: StoryRecord[] = [];
  const texts = new Map<string, string>();
  for (const { fileName, by, encoding, bytes, text } of incoming) {
    const hash = storyHash(text);
    const old = known.get(hash) ?? after.get(hash);
    const story = old ?? { hash, fileName, by, at, encoding, bytes };
    (old === undefined ? added : already).push(story);
    texts.set(hash, text);
    after.set(hash, story);
  }
  const stories = [...after.values()];
  const dropped = before.filter((story) => !after.has(story.hash));
  const changes =
    stories.length !== before.length || stories.some((story, index) => story.hash !== before[index]?.hash);
  return { stories, added, already, dropped, texts, changes };
}

/**
 * The records to remember after a clean start: those of versions and checkpoints still kept, without stories that came
 * back. `inUse` tells whether something that learned from a story may still be there.
 */
export function stillReplaced(
  before: readonly StoryRecord[],
  { dropped, stories }: Addition,
  inUse: (hash: string) => boolean,
): StoryRecord[] {
  const present = new Set(stories.map((story) => story.hash));
  const records = new Map([...before, ...dropped].map((story) => [story.hash, story]));
  return [...records.values()].filter((story) => !present.has(story.hash) && inUse(story.hash));
}

/** Splits a corpus into what `by` handed over and what stays; undefined when there is nothing of theirs. */
export function withoutStoriesOf(
  state: CorpusState,
  by: string,
): { removed: StoryRecord[]; hashes: Set<string>; left: StoryRecord[]; replaced: StoryRecord[] } | undefined {
  const removed = state.stories.filter((story) => story.by === by);
  const gone = state.replaced.filter((story) => story.by === by);
  if (removed.length + gone.length === 0) return undefined;
  return {
    removed,
    hashes: new Set([...removed, ...gone].map((story) => story.hash)),
    left: state.stories.filter((story) => story.by !== by),
    replaced: state.replaced.filter((story) => story.by !== by),
  };
}

export function checkNotStarter(corpus: { readonly server: string }): void {
  if (corpus.server !== STARTERS) return;
  throw new FabulistError('not-allowed', 'The starter corpora belong to everybody and cannot be changed.');
}

export function unknownCorpus(corpus: CorpusRef): FabulistError {
  return new FabulistError('unknown-corpus', `There is no corpus called ${quoted(corpus.name)} here.`);
}

/** Refuses a version that learned from a story removed while it was trained: it would bring a forgotten text back. */
export function checkStoriesKnown(state: CorpusState, stories: readonly string[]): void {
  const known = new Set([...state.stories, ...state.replaced].map((story) => story.hash));
  if (stories.every((hash) => known.has(hash))) return;
  throw new FabulistError('cancelled', 'The model was not kept: a story it learned from was removed meanwhile.');
}

export function claimLost(cause?: unknown): FabulistError {
  const sentence = 'The training was not kept: another process took it over, or its stories were removed meanwhile.';
  return new FabulistError('cancelled', sentence, { cause });
}

/** Refuses to restore a corpus over another one. True where the very same is there already. */
export function isRestored(before: CorpusState | undefined, state: CorpusState): boolean {
  if (before === undefined) return false;
  if (corpusOf(before).hash === corpusOf(state).hash) return true;
  throw new FabulistError(
    'usage',
    `The server ${quoted(state.server)} has another corpus called ${quoted(state.name)} here: put it into a library without one.`,
  );
}

/**
 * Refuses texts that are not those of the stories: they would be stored under names that are not theirs, which a stranger's
 * archive may choose. Throws `bad-file`.
 */
export function checkTexts({ stories }: CorpusState, texts: ReadonlyMap<string, string>): void {
  const isWhole = ({ hash }: StoryRecord) => {
    const text = texts.get(hash);
    return text !== undefined && storyHash(text) === hash;
  };
  if (texts.size === stories.length && stories.every(isWhole)) return;
  throw new FabulistError('bad-file', 'The texts of a corpus are not those of its stories: export it again.');
}
