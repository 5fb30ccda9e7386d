import type { StoryFile } from '../language/reading/story-file.ts';
import type { RecipeOptions } from '../language/recipe.ts';
import type { Corpus, ServerId, StoryRecord, Version, VersionList } from '../library/library.ts';
import type { ReportTo, Training } from '../training/trainer.ts';

/** Who asks, and where: the same on every surface. */
export interface Asker {
  readonly server: ServerId;
  readonly channel: string;
  /** Platform id of the person. */
  readonly user: string;
}

export interface StoryRequest {
  /** As typed; may be empty: then a real sentence start of the corpus opens the story. */
  readonly opening: string;
  /** Default: the channel's corpus, else the server's, else `belling-the-cat`. */
  readonly corpus?: string | undefined;
  /** Symbols to add, 8 to 256; default 32. Above temperature 0 a few less where a sentence ends there. */
  readonly words?: number | undefined;
  /** 0 (always the most likely symbol) to 2; default by the length of the corpus. */
  readonly temperature?: number | undefined;
  /** Above temperature 0: the share of probability that symbols are drawn from, the most likely ones first; 0.05 to 1. */
  readonly topP?: number | undefined;
  /** Words in a row, marks not counted, that may stand in the corpus just so, 2 to 256; default: any number. */
  readonly maxCopy?: number | undefined;
  readonly seed?: number | undefined;
}

/** An opening word that the corpus does not know, and the known word that stood in for it. */
export interface Replacement {
  readonly unknown: string;
  /** Empty where the symbol was left out: a mark or an emoji that nothing in the corpus resembles. */
  readonly known: string;
}

export interface Originality {
  /** The longest run of symbols of opening and continuation that stands in the corpus, counted in words (punctuation marks not counted). */
  readonly longestCopiedWords: number;
  /** Share of the story's runs of four words that stand nowhere in the corpus, 0 to 1. */
  readonly newFourWordRuns: number;
}

/** One symbol of a continuation, and what else might have stood there. */
export interface StoryWord {
  readonly symbol: string;
  /** As it is typeset, with the white space before it where there is some; all of them together are `prose.continuation`. */
  readonly text: string;
  /** The three most likely symbols at this place, the most likely first; the one that was told need not be among them. */
  readonly candidates: readonly StoryCandidate[];
  /** Whether it is part of a run of five words or more (punctuation marks not counted) that stands in the corpus. */
  readonly copied: boolean;
}

export interface StoryCandidate {
  readonly symbol: string;
  /** As it would have been typeset. */
  readonly text: string;
  /** The model's, at temperature 1: 0 to 1. */
  readonly probability: number;
}

export interface Story {
  /** Keeps Continue, Retell and Undo working for a day, also after a restart. Empty where it could not be kept (disk full). */
  readonly id: string;
  readonly corpus: string;
  /** The opening as typed, or the sentence start that was chosen. */
  readonly opening: string;
  /** The symbols the model added, all parts of the story. */
  readonly continuation: readonly string[];
  /** The same symbols with what is known of each. */
  readonly words: readonly StoryWord[];
  /** The story typeset as prose, in two parts so that a surface can mark the opening; `opening + continuation` is the whole. */
  readonly prose: { readonly opening: string; readonly continuation: string };
  readonly replaced: readonly Replacement[];
  readonly originality: Originality;
  /** `native` or `wasm`: what worked out what it is told from. */
  readonly engine: string;
  readonly modelVersion: string;
  readonly milliseconds: number;
  /** Parts told so far: 1, and one more for every Continue. Undo takes the last away while there is more than one. */
  readonly parts: number;
  /** Where a branch comes from: the story, and the place in its continuation at which this one took another way. */
  readonly parent?: { readonly id: string; readonly at: number };
}

/** A word's nearest words in the embedding that a corpus's model learned. */
export interface Neighbours {
  readonly corpus: string;
  readonly modelVersion: string;
  /** As the corpus writes it. */
  readonly word: string;
  /** How often it stands in what the model learned from: met once, what is near it is mostly chance. */
  readonly occurrences: number;
  /** Nearest first; words that were met once are left out. */
  readonly neighbours: readonly {
    readonly word: string;
    readonly occurrences: number;
    /** Cosine, -1 to 1. */
    readonly similarity: number;
  }[];
}

export interface TrainRequest {
  /** None: the named corpus is trained once more. */
  readonly files: readonly { readonly fileName: string; readonly bytes: Uint8Array }[];
  /**
   * Default: the name of the first file without its ending, with a number behind it where a starter is called so. A given
   * name that is a starter's is refused with `usage`.
   */
  readonly corpus?: string | undefined;
  readonly mode: 'append' | 'clean';
  readonly options: RecipeOptions;
  readonly reportTo?: ReportTo | undefined;
}

export interface TrainReply {
  readonly corpus: Corpus;
  readonly added: readonly StoryRecord[];
  /** Texts the corpus already had. */
  readonly already: readonly StoryRecord[];
  /** What was found in the files, for the reply. */
  readonly read: readonly ({ readonly fileName: string } & Omit<StoryFile, 'text'>)[];
  readonly training: Training;
  /** Whether that training was under way already, and nothing new was handed over for it. */
  readonly joined?: boolean;
}

export interface AccuracyReport {
  readonly corpus: Corpus;
  readonly starter: boolean;
  /** The version that tells; null before the first training. */
  readonly telling: Version | null;
  readonly versions: VersionList;
  /** Whether stories were added or removed since its newest version was trained; a starter never is. */
  readonly stale: boolean;
  /** ISO 8601, or null where no nightly run is configured. */
  readonly nextRetrain: string | null;
  /** Why the corpus is no longer trained by itself, after three failures; null otherwise. */
  readonly setAside: string | null;
  /** The running or waiting training of this corpus, if any. */
  readonly training: Training | null;
}

export interface CorpusOverview {
  readonly name: string;
  readonly starter: boolean;
  /** Whether `/story` in this channel uses it when none is named. */
  readonly chosen: boolean;
  readonly stories: number;
  /** Null before the first training. */
  readonly version: Version | null;
  readonly stale: boolean;
}

/** Everything a person can ask of Fabulist. Every method throws FabulistError with one plain sentence for what cannot be done. */
export interface Storyteller {
  /**
   * Tells a story. A corpus without a model is trained first, unless it was set aside; `onTraining` is called once with
   * that training so that a surface can show it. Without `onTraining`, an own corpus that is being trained already is
   * not waited for. Throws `unknown-corpus`, `no-model`, `cancelled`, `training-failed`, `usage`.
   */
  tell(asker: Asker, request: StoryRequest, onTraining?: (training: Training) => void): Promise<Story>;
  /** Adds as many words again; another continuation of the last part; takes the last part away. Throws `usage` when the story is over a day old. */
  continue(asker: Asker, id: string): Promise<Story>;
  retell(asker: Asker, id: string): Promise<Story>;
  undo(asker: Asker, id: string): Promise<Story>;
  /**
   * Another story that keeps the words of this one before a place, has another symbol there, and is told on as far as this one
   * was. This one stays as it is. at: from 0, in the continuation. Throws `usage` for no such place, for a symbol that the
   * corpus does not have, and when the story is over a day old.
   */
  branch(asker: Asker, id: string, at: number, symbol: string): Promise<Story>;
  /** A story told within the last day, as it stands. Throws `usage` when it is no longer kept. */
  retrieve(asker: Asker, id: string): Promise<Story>;
  /** Stores the files and asks for a training. All files are stored, or none. */
  train(asker: Asker, request: TrainRequest): Promise<TrainReply>;
  /**
   * The words that are used most like a word, 10 unless asked otherwise. A corpus without a model is trained first, as
   * for a story. Throws `unknown-word`, naming the nearest spelling, and what `tell` throws.
   */
  neighbours(
    asker: Asker,
    word: string,
    options?: { readonly corpus?: string | undefined; readonly limit?: number | undefined },
    onTraining?: (training: Training) => void,
  ): Promise<Neighbours>;
  accuracy(asker: Asker, corpus?: string): Promise<AccuracyReport>;
  corpora(asker: Asker): Promise<CorpusOverview[]>;
  /** Makes a corpus the one that `/story` uses in this channel (or the whole server). */
  choose(asker: Asker, corpus: string, scope: 'channel' | 'server'): Promise<void>;
  /** Real sentence starts that begin with what was typed so far, most frequent first. */
  openings(asker: Asker, typed: string, corpus?: string, limit?: number): Promise<string[]>;
  /** Ends the training of a corpus (the asker's server's only one when none is named) and forgets its progress. Returns its name. */
  cancel(asker: Asker, corpus?: string): Promise<string>;
  /** Ends it and keeps the best model so far; of several the one that runs, when none is named. */
  stop(asker: Asker, corpus?: string): Promise<string>;
  /** Deletes the asker's own stories (in one corpus or all) and every version that learned from them; asks for retraining what is left. */
  forget(asker: Asker, corpus?: string): Promise<{ corpus: string; stories: number; versions: number; left: number }[]>;
  /** What `forget` would delete: the corpora that hold the asker's own stories, and how many. */
  handedOver(asker: Asker): Promise<{ corpus: string; stories: number }[]>;
  /** Tells from an earlier version (the one before, when none is named). Returns the version that tells now. */
  rollback(asker: Asker, corpus: string, version?: string): Promise<Version>;
  /** A corpus's stories and figures as one archive, and back. */
  exportCorpus(asker: Asker, corpus: string): Promise<Uint8Array>;
  importCorpus(asker: Asker, archive: Uint8Array): Promise<Corpus>;
  /** Frees the models held in memory. */
  close(): Promise<void>;
}
