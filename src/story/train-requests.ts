import { FabulistError } from '../errors.ts';
import type { Corpus, CorpusRef } from '../library/library.ts';
import { quoted } from '../library/safe-names.ts';
import type { Training } from '../training/trainer.ts';
import type { AskedTrainings } from './asked-trainings.ts';
import type { CorpusChoice } from './corpus-choice.ts';
import { Quota } from './quota.ts';
import type { Asker, TrainReply, TrainRequest } from './storyteller.ts';
import type { StorytellerOptions } from './storyteller-options.ts';
import { nameAfter, readUploads } from './uploads.ts';

const MEGABYTE = 1024 * 1024;

/** What people ask for: that stories are learned, and that it ends. */
export class TrainRequests {
  readonly #options: StorytellerOptions;
  readonly #choice: CorpusChoice;
  readonly #trainings: AskedTrainings;
  readonly #quota: Quota;

  constructor(options: StorytellerOptions, choice: CorpusChoice, trainings: AskedTrainings) {
    this.#options = options;
    this.#choice = choice;
    this.#trainings = trainings;
    this.#quota = new Quota(options.library, options.trainer, options.quotas ?? {});
  }

  /** As `Storyteller.train`. */
  async train(asker: Asker, request: TrainRequest): Promise<TrainReply> {
    const { server } = asker;
    const { library, maxUpload = 25 * MEGABYTE } = this.#options;
    const { files, read } = await readUploads(request, asker.user, maxUpload);
    if (files.length === 0) {
      const name = request.corpus ?? nameAfter(request.files);
      const corpus = await this.#choice.findOwn(asker, name, 'trained anew');
      this.#quota.checkTraining(corpus);
      return { corpus, added: [], already: [], read, ...(await this.#askOrJoin(asker, corpus, corpus, request)) };
    }
    const name = await this.#choice.nameFor(asker, request.corpus, () => nameAfter(request.files));
    this.#quota.checkTraining({ server, name });
    const words = read.reduce((sum, file) => sum + file.words, 0);
    await this.#quota.checkStories(server, name, request.mode, files, words);
    const before = await library.corpus(server, name);
    const stored = await library.addStories({ server, name }, files, request.mode);
    return { ...stored, read, ...(await this.#askOrJoin(asker, stored.corpus, before, request)) };
  }

  /** Asks for a training. */
  ask(
    asker: Asker,
    { server, name }: CorpusRef,
    { options, reportTo }: Pick<TrainRequest, 'options' | 'reportTo'>,
    reason: 'asked' | 'remainder' = 'asked',
  ): Promise<Training> {
    return this.#options.trainer.train({
      corpus: { server, name },
      options,
      reason,
      by: asker.user,
      ...(reportTo && { reportTo }),
    });
  }

  /** Ends the training of a corpus: as `Storyteller.cancel` and `Storyteller.stop`. Returns the corpus's name. */
  async end(asker: Asker, name: string | undefined, how: 'stop' | 'cancel'): Promise<string> {
    const named = name === undefined ? undefined : await this.#choice.find(asker, name);
    const { corpus } = this.#trainings.toEnd(asker, named, how).request;
    if (await this.#options.trainer[how](corpus)) return corpus.name;
    throw new FabulistError('usage', `${quoted(corpus.name)} is no longer being trained.`);
  }

  /** Asks for a training, unless one is under way that learns just this. before: the corpus before stories were added. */
  async #askOrJoin(
    asker: Asker,
    corpus: Corpus,
    before: Corpus | undefined,
    request: TrainRequest,
  ): Promise<Pick<TrainReply, 'training' | 'joined'>> {
    const training = before?.hash === corpus.hash ? this.#trainings.of(corpus) : null;
    if (training) return { training, joined: true };
    return { training: await this.ask(asker, corpus, request), joined: false };
  }
}
