import type { Corpus, CorpusRef, Library } from '../library/library.ts';
import { sameCorpus } from '../library/same-corpus.ts';
import type { CorpusChoice } from './corpus-choice.ts';
import type { OpeningOffers } from './opening-offers.ts';
import type { StorySessions } from './story-sessions.ts';
import type { Asker } from './storyteller.ts';
import type { TellingModels } from './telling-models.ts';
import type { WordSpaces } from './word-spaces.ts';

export interface ForgettingOptions {
  readonly library: Library;
  readonly trainer: { cancel(corpus: CorpusRef): Promise<boolean> };
  /** Called for every corpus that is gone. */
  readonly forgotten?: (corpus: CorpusRef) => Promise<void>;
}

/** Everything that may hold a trace of a corpus. */
export interface Traces {
  readonly choice: CorpusChoice;
  readonly models: TellingModels;
  readonly offers: OpeningOffers;
  readonly sessions: StorySessions;
  readonly spaces: WordSpaces;
}

export type Forgotten = Awaited<ReturnType<Library['forget']>>;

/** Deletes what a person handed over, and every trace of it. */
export class Forgetting {
  readonly #options: ForgettingOptions;
  readonly #traces: Traces;

  constructor(options: ForgettingOptions, traces: Traces) {
    this.#options = options;
    this.#traces = traces;
  }

  /** The corpora of the server that hold stories of the asker's. */
  async handedOver(asker: Asker): Promise<{ corpus: string; stories: number }[]> {
    const corpora = await this.#options.library.corpora(asker.server);
    return corpora
      .map((corpus) => ({ corpus: corpus.name, stories: storiesOf(asker, corpus) }))
      .filter(({ stories }) => stories > 0);
  }

  /** In one corpus or in all. What is left of each is the caller's to train. */
  async forget(asker: Asker, name: string | undefined): Promise<Forgotten> {
    const { library, trainer, forgotten: gone } = this.#options;
    const { choice, models, offers, sessions, spaces } = this.#traces;
    const only = name === undefined ? undefined : await choice.findOwn(asker, name, 'forgotten');
    const corpora = only ? [only] : await library.corpora(asker.server);
    // A training that goes on would bring back, as a new version, what is about to be forgotten.
    for (const corpus of corpora) {
      if (storiesOf(asker, corpus) > 0) await trainer.cancel(corpus);
    }
    const forgotten = await library.forget(asker.server, asker.user, only?.name);
    for (const { corpus } of forgotten) {
      models.withdraw(corpus);
      spaces.withdraw(corpus);
    }
    offers.clear();
    const isForgotten = (corpus: CorpusRef) => forgotten.some((entry) => sameCorpus(entry.corpus, corpus));
    await sessions.forget(isForgotten);
    await this.#forgetConversations(isForgotten);
    for (const { corpus, left } of forgotten) {
      if (left > 0) continue;
      await choice.forget(corpus);
      await gone?.(corpus);
    }
    return forgotten;
  }

  /** What a surface keeps of its conversations: all that holds text told or learned from those corpora. */
  async #forgetConversations(isForgotten: (corpus: CorpusRef) => boolean): Promise<void> {
    const { library } = this.#options;
    const kept = await library.listDocuments<{ server: string; about?: string } | null>('conversations');
    for (const { key, value } of kept) {
      if (typeof value?.about !== 'string') continue;
      if (isForgotten({ server: value.server, name: value.about })) await library.deleteDocument('conversations', key);
    }
  }
}

function storiesOf(asker: Asker, { server, stories }: Corpus): number {
  return server === asker.server ? stories.filter(({ by }) => by === asker.user).length : 0;
}
