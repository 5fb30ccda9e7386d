import { type Corpus, type Library, type ServerId, STARTERS, type VersionList } from '../library/library.ts';
import { sameCorpus } from '../library/same-corpus.ts';
import type { AskedTrainings } from './asked-trainings.ts';
import type { CorpusChoice } from './corpus-choice.ts';
import type { AccuracyReport, Asker, CorpusOverview } from './storyteller.ts';

export interface CorpusReportsOptions {
  readonly library: Library;
  readonly nextRetrain?: (server: ServerId) => Promise<Date | null>;
  readonly setAside?: (corpus: Corpus) => Promise<string | null>;
}

/** Tells how the corpora of a server stand: what they hold, what tells, what is stale. */
export class CorpusReports {
  readonly #options: CorpusReportsOptions;
  readonly #choice: CorpusChoice;
  readonly #trainings: AskedTrainings;

  constructor(options: CorpusReportsOptions, choice: CorpusChoice, trainings: AskedTrainings) {
    this.#options = options;
    this.#choice = choice;
    this.#trainings = trainings;
  }

  async accuracy(asker: Asker, corpus: Corpus): Promise<AccuracyReport> {
    const versions = await this.#options.library.versions(corpus);
    // A starter never changes, so it is never retrained.
    const nextRetrain = corpus.server === STARTERS ? null : await this.#options.nextRetrain?.(asker.server);
    const telling = versions.versions.find(({ id }) => id === versions.telling) ?? null;
    return {
      corpus,
      starter: corpus.server === STARTERS,
      telling,
      versions,
      stale: isStale(corpus, versions),
      nextRetrain: nextRetrain?.toISOString() ?? null,
      setAside: await this.setAside(corpus),
      training: this.#trainings.of(corpus),
    };
  }

  async corpora(asker: Asker): Promise<CorpusOverview[]> {
    const corpora = await this.#options.library.corpora(asker.server);
    const chosen = corpora.length > 0 ? await this.#choice.find(asker, undefined) : undefined;
    return Promise.all(
      corpora.map(async (corpus) => {
        const versions = await this.#options.library.versions(corpus);
        const version = versions.versions.find(({ id }) => id === versions.telling) ?? null;
        return {
          name: corpus.name,
          starter: corpus.server === STARTERS,
          chosen: chosen !== undefined && sameCorpus(chosen, corpus),
          stories: corpus.stories.length,
          version,
          stale: isStale(corpus, versions),
        };
      }),
    );
  }

  /** Why a corpus is no longer trained by itself, or null. */
  async setAside(corpus: Corpus): Promise<string | null> {
    return (await this.#options.setAside?.(corpus)) ?? null;
  }
}

/**
 * By the newest version, as the nightly run judges it: what an earlier one that tells again has not read is not new. A
 * starter without a model is not stale, only not trained yet.
 */
function isStale(corpus: Corpus, { versions: [newest] }: VersionList): boolean {
  if (!newest && corpus.server === STARTERS) return false;
  return newest?.corpusHash !== corpus.hash;
}
