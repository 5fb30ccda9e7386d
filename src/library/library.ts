/**
 * What Fabulist keeps: stories, the models that learned from them, and small documents (chat settings, story sessions,
 * training requests). Implementations: `MemoryLibrary` (tests, demos) and `FileLibrary` (one machine, any number of
 * processes). Both pass test/library/contract.ts.
 *
 * Every write is atomic: after a kill at any moment it happened whole or not at all, and what a promise acknowledged is
 * durable. Writers of one corpus exclude each other, also between processes; readers never wait.
 */

/** A Discord guild, a Slack workspace, a person's direct messages, or `local`. Corpora of one server are invisible to all others. */
export type ServerId = string;

/** The server of the terminal, the command line and the page. */
export const LOCAL: ServerId = 'local';
/** Owns the starter corpora, which every server may read and none may change. */
export const STARTERS: ServerId = 'starters';

/** Names a corpus. `name` is as a person typed it: any text of 1 to 200 characters. */
export interface CorpusRef {
  readonly server: ServerId;
  readonly name: string;
}

export interface StoryRecord {
  /** SHA-256 of the decoded text, hexadecimal: the same text twice is one story, whatever its encoding or file name. */
  readonly hash: string;
  readonly fileName: string;
  /** Platform id of the person who handed it over. */
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Encoding of the file as uploaded, an IANA name: `utf-8`, `windows-1252`, `utf-16le`. */
  readonly encoding: string;
  /** Size of the file as uploaded. */
  readonly bytes: number;
}

export interface NewStory {
  readonly fileName: string;
  readonly by: string;
  readonly encoding: string;
  readonly bytes: number;
  /** The decoded text, stored verbatim. */
  readonly text: string;
}

export interface Corpus extends CorpusRef {
  /** In the order they were handed over. */
  readonly stories: readonly StoryRecord[];
  /** Hash over the hashes of its stories, in order: what a model says it learned from. */
  readonly hash: string;
  /** When its stories last changed, ISO 8601. */
  readonly changedAt: string;
}

/** What a library keeps of a corpus beside the texts. */
export interface CorpusState extends CorpusRef {
  readonly changedAt: string;
  readonly stories: readonly StoryRecord[];
  /**
   * Records of stories that a clean start replaced while a version or a checkpoint that learned from them is still kept:
   * without them, `forget` could not find the versions that learned from a person's story.
   */
  readonly replaced: readonly StoryRecord[];
}

export interface StoryText extends StoryRecord {
  readonly text: string;
}

/** How good a version is, as measured when its training ended. Absent where it does not apply. */
export interface Figures {
  /** Symbols in the corpus, and distinct ones. */
  readonly words: number;
  readonly vocabulary: number;
  readonly steps: number;
  readonly seconds: number;
  /** Seconds to 0.912 of all windows, the article's figure; null where it was not reached. */
  readonly secondsToAccuracy: number | null;
  /** Mean loss a symbol over the training windows, nats, and its exponential. */
  readonly loss: number;
  readonly perplexity: number;
  /** Share of training windows whose most likely next symbol is the true one. */
  readonly accuracy: number;
  /** Of a window model these are its network's alone, though it asks its text where the network has learned nothing. */
  readonly heldOutAccuracy: number | null;
  readonly heldOutPerplexity: number | null;
  readonly heldOutPerplexityModelOnly: number | null;
  readonly heldOutUnknownShare: number | null;
  /** A window, its prediction and the truth, in the article's form: `['could', 'easily', 'retire'] - [while] vs [while]`. */
  readonly sample: string;
  /** One line the model tells by itself, typeset. */
  readonly sampleText: string;
  /** The language of the corpus, ISO 639-1, or `und`. */
  readonly language: string;
  readonly recipe: string;
  readonly engine: string;
}

export interface Version {
  /** Sorts by time: `20261124-215541-3f9a`. */
  readonly id: string;
  readonly createdAt: string;
  /** `Corpus.hash` at the time, and the hashes of the stories learned from. */
  readonly corpusHash: string;
  readonly stories: readonly string[];
  readonly figures: Figures;
  /** Why it was kept out of telling (a nightly run that came out worse), or null. */
  readonly keptOut: string | null;
}

export interface NewVersion {
  readonly corpusHash: string;
  readonly stories: readonly string[];
  readonly figures: Figures;
  readonly keptOut: string | null;
  /** What it was called in the library that it comes from; default: an id and a time of its own. */
  readonly as?: { readonly id: string; readonly createdAt: string };
  /** Opaque to the library: `model.json`, `weights.bin`... kept with their checksums. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** A version that cannot be used, found by its checksums or its missing parts. It is skipped and reported, not deleted. */
export interface DamagedVersion {
  readonly id: string;
  readonly problem: string;
}

export interface VersionList {
  /** Newest first, whole ones only; at most the last five, plus the one that tells. */
  readonly versions: readonly Version[];
  readonly damaged: readonly DamagedVersion[];
  /** The id of the version that tells, or null before the first training. */
  readonly telling: string | null;
}

/** The right to train one corpus. Held by at most one live process; a dead holder's is taken over. */
export interface TrainingClaim {
  /** False once another process has taken the claim over (this one was thought dead): nothing may be written any more. */
  held(): boolean;
  release(): Promise<void>;
}

/** Small JSON values by kind and key. */
export const DOCUMENT_KINDS = [
  'settings',
  'sessions',
  'conversations',
  'requests',
  'failures',
  'nightly',
  'installations',
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

export interface Library {
  /** The server's own corpora by name, then the starters. */
  corpora(server: ServerId): Promise<Corpus[]>;
  /** The server's own corpus of that name, else the starter of that name. Names compare case-insensitively after NFC. */
  corpus(server: ServerId, name: string): Promise<Corpus | undefined>;
  /** Every corpus of every server: for the nightly run and the sweep for stale ones; never on the way to an answer. */
  everyCorpus(): AsyncIterable<Corpus>;
  /**
   * Stores stories, creating the corpus when new. `clean` replaces what was there (the same text kept as it is).
   * Throws `usage` for no stories, `not-allowed` for a starter, `disk-full`, `storage`.
   */
  addStories(
    corpus: CorpusRef,
    stories: readonly NewStory[],
    mode: 'append' | 'clean',
  ): Promise<{ corpus: Corpus; added: StoryRecord[]; already: StoryRecord[] }>;
  /**
   * The stories of a corpus with their texts, in order. Like all that take a `CorpusRef`, it means exactly that server's
   * corpus: for a starter pass the ref that `corpus` returned. Throws `unknown-corpus`, and `storage` for a damaged text.
   */
  read(corpus: CorpusRef): Promise<StoryText[]>;
  /**
   * Removes the stories that `by` handed over to this server (all corpora, or one), every version that learned from them
   * (also from stories that a clean start has replaced since), and the training checkpoints of those corpora; no byte of
   * the text stays. A training of such a corpus under way loses its claim. A corpus left empty is deleted.
   * Returns what was removed; the caller asks for retraining what is left.
   * Throws `not-allowed` for the starters, and `storage` when a corpus is damaged, after all others are done.
   */
  forget(
    server: ServerId,
    by: string,
    name?: string,
  ): Promise<{ corpus: CorpusRef; stories: StoryRecord[]; versions: number; left: number }[]>;
  /** Deletes a corpus with its stories and versions. Throws `not-allowed` for a starter, `unknown-corpus`. */
  deleteCorpus(corpus: CorpusRef): Promise<void>;

  /** All that is kept of a server's corpus beside texts and versions, to move it; undefined for an unknown one. */
  state(corpus: CorpusRef): Promise<CorpusState | undefined>;
  /**
   * Puts in a corpus of another library, as `state` was there, with the texts of its stories by hash. Once it is there,
   * nothing happens. Throws `usage` where the server has another one of that name, `not-allowed` for a starter.
   */
  restore(state: CorpusState, texts: ReadonlyMap<string, string>): Promise<void>;

  /** Of an unknown corpus: none. */
  versions(corpus: CorpusRef): Promise<VersionList>;
  /**
   * Adds a version; unless kept out, it tells from now on. Prunes to the last five. Fenced by the claim when one is given.
   * Throws `cancelled` when the claim was lost, or a story it learned from was forgotten meanwhile; `unknown-corpus`.
   */
  addVersion(corpus: CorpusRef, version: NewVersion, claim?: TrainingClaim): Promise<Version>;
  /**
   * The files of a version, checked against their checksums. names: of those that are wanted, default all; one that the
   * version does not have is left out. Throws `storage` where they differ, from then on listing the version as damaged, and
   * `no-model` for an unknown one.
   */
  readVersion(corpus: CorpusRef, id: string, names?: readonly string[]): Promise<Record<string, Uint8Array>>;
  /** Chooses the version that tells (roll back, and forward again). Throws `no-model` for an unknown or damaged one. */
  tellFrom(corpus: CorpusRef, id: string): Promise<void>;

  /**
   * Undefined while another live process trains this corpus. Claim first, then read the stories: what is forgotten after
   * that takes the claim away. A holder whose event loop stands still for more than five seconds may be thought dead.
   */
  claimTraining(corpus: CorpusRef): Promise<TrainingClaim | undefined>;
  /**
   * An unfinished training: what it needs to resume. One a corpus; a later one replaces it whole.
   * Throws `cancelled` when the claim was lost.
   */
  saveCheckpoint(corpus: CorpusRef, files: Readonly<Record<string, Uint8Array>>, claim: TrainingClaim): Promise<void>;
  /** Undefined when there is none, or when it is damaged. */
  readCheckpoint(corpus: CorpusRef): Promise<Record<string, Uint8Array> | undefined>;
  clearCheckpoint(corpus: CorpusRef): Promise<void>;

  /** Undefined when there is none, or when it is damaged. */
  readDocument<T>(kind: DocumentKind, key: string): Promise<T | undefined>;
  writeDocument(kind: DocumentKind, key: string, value: unknown): Promise<void>;
  deleteDocument(kind: DocumentKind, key: string): Promise<void>;
  listDocuments<T>(kind: DocumentKind): Promise<{ key: string; value: T }[]>;

  close(): Promise<void>;
}
