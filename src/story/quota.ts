import { FabulistError } from '../errors.ts';
import { tokenize } from '../language/text/tokenizer.ts';
import type { Corpus, Library, NewStory, ServerId } from '../library/library.ts';
import { nameKey, quoted } from '../library/safe-names.ts';
import type { Trainer } from '../training/trainer.ts';

/** What one server may have; undefined for as much as it likes. */
export interface Quotas {
  /** Trainings that wait or run at a time. */
  readonly trainings?: number | undefined;
  readonly corpora?: number | undefined;
  /** Words and punctuation marks of all its stories. */
  readonly words?: number | undefined;
}

/** Counts that are kept, by the hash of a story. */
const KEPT = 10_000;

/** Holds a server to what it may have, so that no server takes the machines from the others. */
export class Quota {
  readonly #library: Library;
  readonly #trainer: Trainer;
  readonly #quotas: Quotas;
  readonly #words = new Map<string, number>();

  constructor(library: Library, trainer: Trainer, quotas: Quotas) {
    this.#library = library;
    this.#trainer = trainer;
    this.#quotas = quotas;
  }

  /** Before stories are stored in a corpus. words: of the new ones. Throws `not-allowed`, in one sentence. */
  async checkStories(
    server: ServerId,
    name: string,
    mode: 'append' | 'clean',
    stories: readonly NewStory[],
    words: number,
  ): Promise<void> {
    const { corpora: most, words: mostWords } = this.#quotas;
    if (most === undefined && mostWords === undefined) return;
    const own = (await this.#library.corpora(server)).filter((corpus) => corpus.server === server);
    const others = own.filter((corpus) => nameKey(corpus.name) !== nameKey(name));
    if (most !== undefined && others.length >= most && others.length === own.length) {
      throw refusal(
        `This server may have ${most === 1 ? 'one corpus' : `${most} corpora`}, and has ${own.length}: add to one of them, or delete one first.`,
      );
    }
    if (mostWords === undefined) return;
    const staying = mode === 'clean' ? others : own;
    // A symbol takes a byte at least: most servers are so far below that nothing needs to be counted.
    const bytes = staying.flatMap((corpus) => corpus.stories).reduce((sum, story) => sum + story.bytes, 0);
    if (bytes + words <= mostWords) return;
    let all = words;
    for (const corpus of staying) all += await this.#wordsOf(corpus);
    if (all <= mostWords) return;
    const what = stories.length === 1 ? 'this story' : 'these stories';
    throw refusal(
      `This server may keep ${mostWords.toLocaleString('en')} words, and with ${what} would have ${all.toLocaleString('en')}: hand over a shorter text, or delete a corpus first.`,
    );
  }

  /** Before a training is asked for that is not there yet. Throws `not-allowed`, in one sentence. */
  checkTraining(corpus: { readonly server: ServerId; readonly name: string }): void {
    const { trainings: most } = this.#quotas;
    if (most === undefined) return;
    const own = this.#trainer.trainings().filter(({ request }) => request.corpus.server === corpus.server);
    if (own.length < most || own.some(({ request }) => nameKey(request.corpus.name) === nameKey(corpus.name))) return;
    const names = own.map(({ request }) => quoted(request.corpus.name)).join(', ');
    throw refusal(
      `This server may have ${most === 1 ? 'one training' : `${most} trainings`} at a time: wait for ${names}, or cancel one.`,
    );
  }

  async #wordsOf(corpus: Corpus): Promise<number> {
    if (corpus.stories.some(({ hash }) => !this.#words.has(hash))) {
      for (const { hash, text } of await this.#library.read(corpus)) this.#words.set(hash, tokenize(text).length);
      for (const hash of this.#words.keys()) {
        if (this.#words.size <= KEPT || corpus.stories.some((story) => story.hash === hash)) break;
        this.#words.delete(hash);
      }
    }
    return corpus.stories.reduce((sum, { hash }) => sum + (this.#words.get(hash) ?? 0), 0);
  }
}

function refusal(sentence: string): FabulistError {
  return new FabulistError('not-allowed', sentence);
}
