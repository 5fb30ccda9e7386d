import { MET_ENOUGH, type WordSpace } from '../language/embedding/word-space.ts';
import type { Vocabulary } from '../language/text/vocabulary.ts';
import { inTurns, type Work } from '../language/turns.ts';
import {
  type Corpus,
  type CorpusRef,
  type Library,
  type ServerId,
  STARTERS,
  type Version,
} from '../library/library.ts';
import { sameCorpus } from '../library/same-corpus.ts';
import { idOfTyped } from './openings.ts';
import type { Clock } from './story-sessions.ts';
import type { Replacement } from './storyteller.ts';
import type { WordSpaces } from './word-spaces.ts';

/** Less has come about by chance: of a fable's words, what is nearest to another is at about 0.2, of a book's at 0.4 to 0.9. */
const RELATED = 0.3;
/** A word that is this many times as frequent is near to many words and stands for none: `was` for `rabbit`, in one book. */
const COMMONER = 8;
/** Corpora whose versions are looked up, and of those the ones whose words are read. */
const LOOKED_UP = 32;
const READ = 8;
/** Symbols of a model that is read for this: a larger one would take too much memory beside the one that tells. */
const LARGEST = 50_000;
/** Milliseconds after which nothing further is read; somebody waits for a story. */
const PATIENCE = 1_000;

interface Found {
  readonly known: string;
  /** How often the corpus that knows the word has it: the more often, the better its vector. */
  readonly occurrences: number;
}

/**
 * What may stand in for words that a corpus does not know: another corpus of the same server, or a starter, in the same
 * language knows them, and which words are used like them; the nearest of these that this corpus knows is taken. Other
 * servers' corpora are never looked at.
 */
export class RelatedWords {
  readonly #library: Library;
  readonly #spaces: WordSpaces;
  readonly #clock: Clock;

  constructor(library: Library, spaces: WordSpaces, clock: Clock) {
    this.#library = library;
    this.#spaces = spaces;
    this.#clock = clock;
  }

  /**
   * The stand-ins that were found; words for which there is none are left out. forms: the unknown words as typed;
   * corpus: the one that does not know them, of vocabulary and language. Never fails: a corpus that cannot be read has nothing to say.
   */
  async find(
    server: ServerId,
    corpus: CorpusRef,
    vocabulary: Vocabulary,
    language: string,
    forms: readonly string[],
  ): Promise<Replacement[]> {
    const until = this.#clock.now() + PATIENCE;
    const best = new Map<string, Found>();
    try {
      for (const other of await this.#others(server, corpus, language, until)) {
        if (this.#clock.now() >= until) break;
        const space = await this.#open(other);
        if (space) await inTurns(looking(space, vocabulary, forms, best));
      }
    } catch {
      // The library has something to say about this to those who ask for it; the nearest spelling is there as well.
    }
    return forms.flatMap((form) => {
      const found = best.get(form);
      return found ? [{ unknown: form, known: found.known }] : [];
    });
  }

  /** The corpora that may know, those with the most text first, the server's own before the starters. */
  async #others(server: ServerId, corpus: CorpusRef, language: string, until: number): Promise<Corpus[]> {
    const corpora = (await this.#library.corpora(server))
      .filter((other) => !sameCorpus(other, corpus))
      .sort((a, b) => (a.changedAt < b.changedAt ? 1 : -1));
    const told: { other: Corpus; version: Version }[] = [];
    for (const other of corpora.slice(0, LOOKED_UP)) {
      if (this.#clock.now() >= until) break;
      const { versions, telling } = await this.#library.versions(other);
      const version = versions.find(({ id }) => id === telling);
      if (version && version.figures.language === language && version.figures.vocabulary <= LARGEST)
        told.push({ other, version });
    }
    const starter = ({ other }: { other: Corpus }) => (other.server === STARTERS ? 1 : 0);
    return told
      .sort((a, b) => starter(a) - starter(b) || b.version.figures.words - a.version.figures.words)
      .slice(0, READ)
      .map(({ other }) => other);
  }

  async #open(corpus: Corpus): Promise<WordSpace | undefined> {
    try {
      return (await this.#spaces.open(corpus, await this.#library.versions(corpus))).space;
    } catch {
      // Damaged, or pruned since it was looked up.
      return undefined;
    }
  }
}

/** Takes from one space what it knows better than those before. */
function* looking(
  space: WordSpace,
  vocabulary: Vocabulary,
  forms: readonly string[],
  best: Map<string, Found>,
): Work<void> {
  for (const form of forms) {
    const id = idOfTyped(space.vocabulary, form.toLowerCase());
    const occurrences = id === undefined ? 0 : (space.occurrences[id] as number);
    if (id === undefined || occurrences < MET_ENOUGH || occurrences <= (best.get(form)?.occurrences ?? 0)) continue;
    const [nearest] = yield* space.findingNearest(id, 1, (symbol) => {
      const often = space.occurrences[space.vocabulary.idOf(symbol) as number] as number;
      return often <= COMMONER * occurrences && vocabulary.idOf(symbol) !== undefined;
    });
    if (!nearest || nearest.similarity < RELATED) continue;
    const known = space.vocabulary.symbolOf(nearest.id);
    best.set(form, { known: vocabulary.forms[vocabulary.idOf(known) as number] as string, occurrences });
  }
}
