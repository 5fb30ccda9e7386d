import {
  type Corpus,
  type CorpusRef,
  type CorpusState,
  type Library,
  type NewStory,
  type NewVersion,
  type ServerId,
  STARTERS,
  type StoryRecord,
  type StoryText,
  type TrainingClaim,
  type Version,
  type VersionList,
} from './library.ts';
import { MemoryDocuments } from './memory-documents.ts';
import { checkName, checkRef, nameKey } from './safe-names.ts';
import {
  addition,
  byName,
  checkNotStarter,
  checkStoriesKnown,
  checkTexts,
  claimLost,
  corpusOf,
  isRestored,
  stillReplaced,
  storyHash,
  unknownCorpus,
  withoutStoriesOf,
} from './stories.ts';
import { type Choice, checkFileNames, keptOf, noSuchVersion, tellingOf, versionOf } from './version-rules.ts';

type Files = Readonly<Record<string, Uint8Array>>;

interface Kept {
  state: CorpusState;
  texts: ReadonlyMap<string, string>;
  /** Newest first. */
  versions: { version: Version; files: Files }[];
  choice?: Choice;
  checkpoint?: Files;
  claim?: TrainingClaim;
}

export interface MemoryLibraryOptions {
  /** Texts of the starter corpora by name. */
  readonly starters?: Readonly<Record<string, string>>;
  readonly clock?: () => Date;
}

/** The small twin of `FileLibrary`: the same answers for one process, gone with it. For tests and demonstrations. */
export class MemoryLibrary extends MemoryDocuments implements Library {
  readonly #servers = new Map<ServerId, Map<string, Kept>>();
  readonly #clock: () => Date;

  constructor({ starters = {}, clock = () => new Date() }: MemoryLibraryOptions = {}) {
    super();
    this.#clock = clock;
    const at = clock().toISOString();
    for (const [name, text] of Object.entries(starters)) {
      const bytes = Buffer.byteLength(text);
      const record = { hash: storyHash(text), fileName: `${name}.txt`, by: STARTERS, at, encoding: 'utf-8', bytes };
      const state = { server: STARTERS, name, changedAt: at, stories: [record], replaced: [] };
      this.#server(STARTERS).set(nameKey(name), { state, texts: new Map([[record.hash, text]]), versions: [] });
    }
  }

  async corpora(server: ServerId): Promise<Corpus[]> {
    checkName('server id', server);
    const servers = server === STARTERS ? [STARTERS] : [server, STARTERS];
    return servers.flatMap((one) => this.#sorted(one).map(({ state }) => corpusOf(state)));
  }

  async corpus(server: ServerId, name: string): Promise<Corpus | undefined> {
    const kept = this.#find({ server, name }) ?? this.#find({ server: STARTERS, name });
    return kept && corpusOf(kept.state);
  }

  async *everyCorpus(): AsyncIterable<Corpus> {
    const servers = [STARTERS, ...[...this.#servers.keys()].filter((server) => server !== STARTERS)];
    for (const server of servers) for (const { state } of this.#sorted(server)) yield corpusOf(state);
  }

  async addStories(
    corpus: CorpusRef,
    stories: readonly NewStory[],
    mode: 'append' | 'clean',
  ): Promise<{ corpus: Corpus; added: StoryRecord[]; already: StoryRecord[] }> {
    const kept = this.#find(corpus);
    checkNotStarter(corpus);
    const at = this.#clock().toISOString();
    const change = addition(kept?.state.stories ?? [], stories, mode, at);
    const used = new Set(kept?.versions.flatMap(({ version }) => version.stories));
    const mayBeUsed = mode === 'append' || kept?.claim !== undefined || kept?.checkpoint !== undefined;
    const state: CorpusState = {
      server: corpus.server,
      name: kept?.state.name ?? corpus.name,
      changedAt: kept === undefined || change.changes ? at : kept.state.changedAt,
      stories: change.stories,
      replaced: stillReplaced(kept?.state.replaced ?? [], change, (hash) => mayBeUsed || used.has(hash)),
    };
    const texts = new Map([...(kept?.texts ?? []), ...change.texts]);
    const left = new Map(change.stories.map(({ hash }) => [hash, texts.get(hash) ?? '']));
    if (kept !== undefined) Object.assign(kept, { state, texts: left });
    else this.#server(corpus.server).set(nameKey(corpus.name), { state, texts: left, versions: [] });
    return { corpus: corpusOf(state), added: change.added, already: change.already };
  }

  async read(corpus: CorpusRef): Promise<StoryText[]> {
    const { state, texts } = this.#existing(corpus);
    return state.stories.map((story) => ({ ...story, text: texts.get(story.hash) ?? '' }));
  }

  async forget(server: ServerId, by: string, name?: string) {
    checkName('server id', server);
    if (name !== undefined) checkName('corpus name', name);
    checkNotStarter({ server });
    const removed: { corpus: CorpusRef; stories: StoryRecord[]; versions: number; left: number }[] = [];
    for (const kept of this.#sorted(server)) {
      const split = withoutStoriesOf(kept.state, by);
      if (split === undefined || (name !== undefined && nameKey(kept.state.name) !== nameKey(name))) continue;
      const left = split.left.length;
      const stay = kept.versions.filter(
        ({ version }) => left > 0 && !version.stories.some((hash) => split.hashes.has(hash)),
      );
      const corpus = { server, name: kept.state.name };
      removed.push({ corpus, stories: split.removed, versions: kept.versions.length - stay.length, left });
      if (left === 0) {
        this.#remove(kept);
        continue;
      }
      const changedAt = split.removed.length > 0 ? this.#clock().toISOString() : kept.state.changedAt;
      kept.state = { ...kept.state, stories: split.left, replaced: split.replaced, changedAt };
      kept.texts = new Map([...kept.texts].filter(([hash]) => !split.hashes.has(hash)));
      kept.versions = stay;
      delete kept.checkpoint;
      delete kept.claim;
    }
    return removed;
  }

  async deleteCorpus(corpus: CorpusRef): Promise<void> {
    checkRef(corpus);
    checkNotStarter(corpus);
    this.#remove(this.#existing(corpus));
  }

  async state(corpus: CorpusRef): Promise<CorpusState | undefined> {
    return corpus.server === STARTERS ? undefined : this.#find(corpus)?.state;
  }

  async restore(state: CorpusState, texts: ReadonlyMap<string, string>): Promise<void> {
    checkNotStarter(state);
    checkTexts(state, texts);
    if (isRestored(this.#find(state)?.state, state)) return;
    this.#server(state.server).set(nameKey(state.name), { state, texts: new Map(texts), versions: [] });
  }

  async versions(corpus: CorpusRef): Promise<VersionList> {
    const kept = this.#find(corpus);
    const versions = kept?.versions.map(({ version }) => version) ?? [];
    return { versions, damaged: [], telling: tellingOf(versions, kept?.choice) };
  }

  async addVersion(corpus: CorpusRef, version: NewVersion, claim?: TrainingClaim): Promise<Version> {
    checkFileNames(version.files);
    const kept = this.#existing(corpus);
    if (claim !== undefined && kept.claim !== claim) throw claimLost();
    if (corpus.server !== STARTERS) checkStoriesKnown(kept.state, version.stories);
    const ids = kept.versions.map((other) => other.version.id);
    const added = structuredClone(versionOf(version, this.#clock(), [...ids, kept.choice?.after ?? '']));
    kept.versions.unshift({ version: added, files: copied(version.files) });
    kept.versions.sort((one, other) => (one.version.id < other.version.id ? 1 : -1));
    const all = kept.versions.map((other) => other.version);
    const stay = keptOf(all, tellingOf(all, kept.choice));
    kept.versions = kept.versions.filter((other) => stay.includes(other.version));
    return added;
  }

  async readVersion(corpus: CorpusRef, id: string, names?: readonly string[]): Promise<Record<string, Uint8Array>> {
    const found = this.#find(corpus)?.versions.find(({ version }) => version.id === id);
    if (found === undefined) throw noSuchVersion();
    const wanted = Object.entries(found.files).filter(([name]) => names?.includes(name) ?? true);
    return copied(Object.fromEntries(wanted));
  }

  async tellFrom(corpus: CorpusRef, id: string): Promise<void> {
    const kept = this.#find(corpus);
    const after = kept?.versions[0]?.version.id;
    if (after === undefined || !kept?.versions.some(({ version }) => version.id === id)) throw noSuchVersion();
    kept.choice = { id, after };
  }

  async claimTraining(corpus: CorpusRef): Promise<TrainingClaim | undefined> {
    const kept = this.#existing(corpus);
    if (kept.claim !== undefined) return undefined;
    const claim: TrainingClaim = {
      held: () => kept.claim === claim,
      release: async () => {
        if (kept.claim === claim) delete kept.claim;
      },
    };
    kept.claim = claim;
    return claim;
  }

  async saveCheckpoint(corpus: CorpusRef, files: Files, claim: TrainingClaim): Promise<void> {
    checkFileNames(files);
    const kept = this.#find(corpus);
    if (kept?.claim !== claim) throw claimLost();
    kept.checkpoint = copied(files);
  }

  async readCheckpoint(corpus: CorpusRef): Promise<Record<string, Uint8Array> | undefined> {
    const files = this.#find(corpus)?.checkpoint;
    return files && copied(files);
  }

  async clearCheckpoint(corpus: CorpusRef): Promise<void> {
    delete this.#find(corpus)?.checkpoint;
  }

  async close(): Promise<void> {
    for (const kept of [...this.#servers.values()].flatMap((corpora) => [...corpora.values()])) delete kept.claim;
  }

  #server(server: ServerId): Map<string, Kept> {
    const corpora = this.#servers.get(server) ?? new Map<string, Kept>();
    this.#servers.set(server, corpora);
    return corpora;
  }

  #sorted(server: ServerId): Kept[] {
    return [...(this.#servers.get(server)?.values() ?? [])].sort((one, other) => byName(one.state, other.state));
  }

  #find(corpus: CorpusRef): Kept | undefined {
    checkRef(corpus);
    return this.#servers.get(corpus.server)?.get(nameKey(corpus.name));
  }

  #existing(corpus: CorpusRef): Kept {
    const kept = this.#find(corpus);
    if (kept === undefined) throw unknownCorpus(corpus);
    return kept;
  }

  #remove(kept: Kept): void {
    this.#servers.get(kept.state.server)?.delete(nameKey(kept.state.name));
    delete kept.claim;
  }
}

/** Like the files of a disk, those in here change with nobody else's. */
function copied(files: Files): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, new Uint8Array(bytes)]));
}
