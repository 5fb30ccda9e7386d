import { FabulistError } from '../errors.ts';
import { type Corpus, type CorpusRef, LOCAL, STARTERS } from '../library/library.ts';
import { quoted } from '../library/safe-names.ts';
import type { Trainer, Training, TrainingEvent } from '../training/trainer.ts';
import { sameCorpus } from './corpus-choice.ts';
import type { Asker } from './storyteller.ts';

/** The trainings as the people of one server see them. */
export class AskedTrainings {
  readonly #trainer: Trainer;
  /** First trainings of starters that are under way, by name. */
  readonly #starters = new Map<string, Promise<Training>>();

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
  }

  /** The waiting or running training of a corpus. */
  of(corpus: CorpusRef): Training | null {
    return this.#trainer.trainings().find(({ request }) => sameCorpus(request.corpus, corpus)) ?? null;
  }

  /**
   * Trains a starter corpus that has no model, and waits for it. All who ask meanwhile wait for the same training.
   * Throws `cancelled` and `training-failed`.
   */
  async trainStarter(corpus: CorpusRef, asker: Asker, onTraining?: (training: Training) => void): Promise<void> {
    const started = this.#starters.get(corpus.name) ?? this.#start(corpus, asker);
    const training = await started;
    onTraining?.(training);
    const end = await training.ended;
    if (end.kind === 'failed') throw new FabulistError('training-failed', end.message);
    if (end.kind !== 'finished') {
      throw new FabulistError(
        'cancelled',
        `The training of ${quoted(corpus.name)} was cancelled, so there is no story yet.`,
      );
    }
  }

  /** Why a corpus without a model cannot tell, and how far it is. */
  notReady(corpus: Corpus, setAside: string | null): FabulistError {
    const name = quoted(corpus.name);
    const training = this.of(corpus);
    if (training)
      return new FabulistError(
        'no-model',
        `${name} is still learning its first story: ${progressOf(training.latest)}.`,
      );
    if (setAside !== null) return new FabulistError('no-model', `${name} could not be learned: ${setAside}`);
    return new FabulistError('no-model', `${name} has stories but has not learned them yet; ask for its training.`);
  }

  /** The training that an asker means, of theirs to end. Throws `usage` and `not-allowed`. */
  toEnd(asker: Asker, corpus: CorpusRef | undefined): Training {
    const trainings = this.#trainer.trainings();
    if (corpus) {
      const training = this.of(corpus);
      if (!training) throw new FabulistError('usage', `${quoted(corpus.name)} is not being trained.`);
      if (mayEnd(asker, training)) return training;
      throw new FabulistError('not-allowed', 'Others wait for this training too; only who asked for it may end it.');
    }
    const own = trainings.filter((training) => mayEnd(asker, training));
    const [only] = own;
    if (only && own.length === 1) return only;
    if (!only) throw new FabulistError('usage', 'Nothing is being trained here.');
    const names = own.map(({ request }) => quoted(request.corpus.name)).join(', ');
    throw new FabulistError('usage', `There are several trainings here; say which one you mean: ${names}.`);
  }

  #start(corpus: CorpusRef, asker: Asker): Promise<Training> {
    const started = this.#trainer.train({ corpus, options: {}, reason: 'starter', by: asker.user });
    this.#starters.set(corpus.name, started);
    const done = () => {
      if (this.#starters.get(corpus.name) === started) this.#starters.delete(corpus.name);
    };
    started.then((training) => training.ended).then(done, done);
    return started;
  }
}

/** A starter's training is waited for by everybody: it is its asker's to end, and that of whoever sits at the machine. */
function mayEnd(asker: Asker, { request }: Training): boolean {
  if (request.corpus.server !== STARTERS) return request.corpus.server === asker.server;
  return asker.server === LOCAL || request.by === asker.user;
}

function progressOf(event: TrainingEvent): string {
  if (event.kind === 'queued')
    return event.place === 1 ? 'its training is next' : `its training is number ${event.place} in the queue`;
  if (event.kind !== 'progress') return 'its training has just begun';
  const { share, secondsLeft } = event.progress;
  const left = secondsLeft === null ? '' : `, about ${duration(secondsLeft)} left`;
  return `${Math.floor(share * 100)} % done${left}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}
