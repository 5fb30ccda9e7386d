import { randomInt } from 'node:crypto';
import { Teller } from '../language/telling/teller.ts';
import { inTurns } from '../language/turns.ts';
import { exportCorpus, importCorpus } from '../library/archive.ts';
import type { Corpus, CorpusRef, Library, Version } from '../library/library.ts';
import type { Training } from '../training/trainer.ts';
import { AskedTrainings } from './asked-trainings.ts';
import { CorpusChoice } from './corpus-choice.ts';
import { CorpusReports } from './corpus-reports.ts';
import { Forgetting } from './forgetting.ts';
import type { Lease } from './model-shelf.ts';
import { OpeningOffers } from './opening-offers.ts';
import { RelatedWords } from './related-words.ts';
import { checkStoryRequest, tidied } from './story-options.ts';
import { type Clock, StorySessions } from './story-sessions.ts';
import type {
  AccuracyReport,
  Asker,
  CorpusOverview,
  Neighbours,
  Story,
  StoryRequest,
  Storyteller,
  TrainReply,
  TrainRequest,
} from './storyteller.ts';
import type { StorytellerOptions } from './storyteller-options.ts';
import { TellingModels } from './telling-models.ts';
import { storyOf, ToldStories } from './told-stories.ts';
import { TrainRequests } from './train-requests.ts';
import { versionToTell } from './version-to-tell.ts';
import { checkNeighbours, DEFAULT_NEIGHBOURS, findingNeighbours } from './word-neighbours.ts';
import { WordSpaces } from './word-spaces.ts';

const MEGABYTE = 1024 * 1024;
const CHOICES = 25;

/** The storyteller of a library: finds the corpus, opens its model, tells, keeps what was told. */
export class LibraryStoryteller implements Storyteller {
  readonly #options: StorytellerOptions;
  readonly #library: Library;
  readonly #clock: Clock;
  readonly #choice: CorpusChoice;
  readonly #models: TellingModels;
  readonly #sessions: StorySessions;
  readonly #spaces: WordSpaces;
  readonly #stories: ToldStories;
  readonly #offers: OpeningOffers;
  readonly #trainings: AskedTrainings;
  readonly #reports: CorpusReports;
  readonly #forgetting: Forgetting;
  readonly #requests: TrainRequests;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: StorytellerOptions) {
    const { library, trainer, openEngine, modelMemory = 512 * MEGABYTE } = options;
    const openTeller = options.openTeller ?? Teller.open;
    this.#options = options;
    this.#library = library;
    this.#clock = options.clock ?? Date;
    this.#choice = new CorpusChoice(library);
    this.#models = new TellingModels({ library, openEngine, openTeller, memory: modelMemory });
    this.#sessions = new StorySessions(library, this.#clock);
    const open = async (corpus: CorpusRef, wanted?: string): Promise<Lease> =>
      this.#models.open(corpus, await library.versions(corpus), wanted);
    this.#spaces = new WordSpaces(library);
    const related = new RelatedWords(library, this.#spaces, this.#clock);
    this.#stories = new ToldStories(
      this.#sessions,
      open,
      options.randomSeed ?? (() => randomInt(2 ** 32)),
      (server, ref, { vocabulary, style }, unknown) => related.find(server, ref, vocabulary, style.language, unknown),
    );
    this.#offers = new OpeningOffers(library);
    this.#trainings = new AskedTrainings(trainer);
    this.#requests = new TrainRequests(options, this.#choice, this.#trainings);
    this.#reports = new CorpusReports(options, this.#choice, this.#trainings);
    this.#forgetting = new Forgetting(options, {
      choice: this.#choice,
      models: this.#models,
      offers: this.#offers,
      sessions: this.#sessions,
      spaces: this.#spaces,
    });
  }

  async tell(asker: Asker, request: StoryRequest, onTraining?: (training: Training) => void): Promise<Story> {
    const begun = this.#clock.now();
    checkStoryRequest(request);
    const corpus = await this.#choice.find(asker, request.corpus);
    await this.#makeReady(asker, corpus, onTraining);
    const ref = { server: corpus.server, name: corpus.name };
    const [id, session] = await this.#stories.tell(
      asker,
      ref,
      tidied(request.opening),
      request,
      new Date(this.#clock.now()),
    );
    this.#sweep();
    return storyOf(id, session, this.#clock.now() - begun);
  }

  async continue(asker: Asker, id: string): Promise<Story> {
    const begun = this.#clock.now();
    const session = await this.#stories.continue(asker, id);
    return storyOf(id, session, this.#clock.now() - begun);
  }

  async retell(asker: Asker, id: string): Promise<Story> {
    const begun = this.#clock.now();
    const session = await this.#stories.retell(asker, id);
    return storyOf(id, session, this.#clock.now() - begun);
  }

  async undo(asker: Asker, id: string): Promise<Story> {
    const begun = this.#clock.now();
    const session = await this.#stories.undo(asker, id);
    return storyOf(id, session, this.#clock.now() - begun);
  }

  async branch(asker: Asker, id: string, at: number, symbol: string): Promise<Story> {
    const begun = this.#clock.now();
    const [branch, session] = await this.#stories.branch(asker, id, at, symbol, new Date(begun));
    return storyOf(branch, session, this.#clock.now() - begun);
  }

  async retrieve(asker: Asker, id: string): Promise<Story> {
    const begun = this.#clock.now();
    const session = await this.#stories.retrieve(asker, id);
    return storyOf(id, session, this.#clock.now() - begun);
  }

  train(asker: Asker, request: TrainRequest): Promise<TrainReply> {
    return this.#requests.train(asker, request);
  }

  async neighbours(
    asker: Asker,
    word: string,
    { corpus: name, limit = DEFAULT_NEIGHBOURS }: { corpus?: string | undefined; limit?: number | undefined } = {},
    onTraining?: (training: Training) => void,
  ): Promise<Neighbours> {
    checkNeighbours(word, limit);
    const corpus = await this.#choice.find(asker, name);
    await this.#makeReady(asker, corpus, onTraining);
    const ref = { server: corpus.server, name: corpus.name };
    const space = await this.#spaces.open(ref, await this.#library.versions(ref));
    return inTurns(findingNeighbours(ref, space, word, limit));
  }

  async accuracy(asker: Asker, name?: string): Promise<AccuracyReport> {
    return this.#reports.accuracy(asker, await this.#choice.find(asker, name));
  }

  corpora(asker: Asker): Promise<CorpusOverview[]> {
    return this.#reports.corpora(asker);
  }

  choose(asker: Asker, corpus: string, scope: 'channel' | 'server'): Promise<void> {
    return this.#choice.choose(asker, corpus, scope);
  }

  async openings(asker: Asker, typed: string, corpus?: string, limit = CHOICES): Promise<string[]> {
    return this.#offers.offer(await this.#choice.find(asker, corpus), typed, limit);
  }

  cancel(asker: Asker, name?: string): Promise<string> {
    return this.#requests.end(asker, name, 'cancel');
  }

  stop(asker: Asker, name?: string): Promise<string> {
    return this.#requests.end(asker, name, 'stop');
  }

  async forget(
    asker: Asker,
    name?: string,
  ): Promise<{ corpus: string; stories: number; versions: number; left: number }[]> {
    const forgotten = await this.#forgetting.forget(asker, name);
    for (const { corpus, left } of forgotten) {
      if (left > 0) await this.#requests.ask(asker, corpus, { options: {} }, 'remainder');
    }
    return forgotten.map(({ corpus, stories, versions, left }) => ({
      corpus: corpus.name,
      stories: stories.length,
      versions,
      left,
    }));
  }

  handedOver(asker: Asker): Promise<{ corpus: string; stories: number }[]> {
    return this.#forgetting.handedOver(asker);
  }

  async rollback(asker: Asker, name: string, id?: string): Promise<Version> {
    const corpus = await this.#choice.findOwn(asker, name, 'rolled back');
    const version = versionToTell(corpus, await this.#library.versions(corpus), id);
    await this.#library.tellFrom(corpus, version.id);
    return version;
  }

  async exportCorpus(asker: Asker, name: string): Promise<Uint8Array> {
    return exportCorpus(this.#library, await this.#choice.find(asker, name));
  }

  async importCorpus(asker: Asker, archive: Uint8Array): Promise<Corpus> {
    const nameFor = (name: string) => this.#choice.nameFor(asker, undefined, () => name);
    const corpus = await importCorpus(this.#library, asker.server, archive, nameFor);
    const { telling } = await this.#library.versions(corpus);
    if (telling === null) await this.#requests.ask(asker, corpus, { options: {} });
    return corpus;
  }

  async close(): Promise<void> {
    await this.#sweeping;
    await this.#models.close();
  }

  /** Sees to it that a corpus has a model to tell from. */
  async #makeReady(asker: Asker, corpus: Corpus, onTraining?: (training: Training) => void): Promise<void> {
    const { telling } = await this.#library.versions(corpus);
    if (telling !== null) return;
    await this.#trainings.trainFirst(corpus, asker, await this.#reports.setAside(corpus), onTraining);
  }

  /** Deletes old stories, behind the back of whoever asked for a new one. */
  #sweep(): void {
    this.#sweeping = this.#sweeping
      .then(() => this.#sessions.sweep())
      .catch((error: unknown) => this.#options.log?.warn({ err: error }, 'Old stories could not be deleted'));
  }
}
