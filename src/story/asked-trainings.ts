import { FabulistError } from '../errors.ts';
import { type Corpus, type CorpusRef, LOCAL, STARTERS } from '../library/library.ts';
import { nameKey, quoted } from '../library/safe-names.ts';
import { sameCorpus } from '../library/same-corpus.ts';
import type { Trainer, Training, TrainingEvent } from '../training/trainer.ts';
import type { Asker } from './storyteller.ts';

/** The trainings as the people of one server see them. */
export class AskedTrainings {
  readonly #trainer: Trainer;
  /** First trainings that somebody's story waits for. */
  readonly #first = new Map<string, Promise<Training>>();

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
  }

  /** The waiting or running training of a corpus. */
  of(corpus: CorpusRef): Training | null {
    return this.#trainer.trainings().find(({ request }) => sameCorpus(request.corpus, corpus)) ?? null;
  }

  /**
   * Trains a corpus that has no model, and waits for it. All who ask meanwhile wait for the same training; who cannot be
   * shown one (no `onTraining`) does not wait for another's. setAside: why it is not to be trained, or null.
   * Throws `no-model`, `cancelled` and `training-failed`.
   */
  async trainFirst(
    corpus: Corpus,
    asker: Asker,
    setAside: string | null,
    onTraining?: (training: Training) => void,
  ): Promise<void> {
    const own = corpus.server !== STARTERS;
    const running = own ? this.of(corpus) : null;
    if (own && !running && setAside !== null) throw this.#notReady(corpus, setAside);
    if (running && !onTraining) throw this.#stillLearning(corpus, running);
    const training = running ?? (await (this.#first.get(keyOf(corpus)) ?? this.#start(corpus, asker)));
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

  /**
   * The training that an asker means, of theirs to end. Of several, stopping means the one that runs: only that has
   * learned something to keep. Throws `usage` and `not-allowed`.
   */
  toEnd(asker: Asker, corpus: CorpusRef | undefined, how: 'stop' | 'cancel'): Training {
    const trainings = this.#trainer.trainings();
    if (corpus) {
      const training = this.of(corpus);
      if (!training) throw new FabulistError('usage', `${quoted(corpus.name)} is not being trained.`);
      if (mayEnd(asker, training)) return training;
      throw new FabulistError('not-allowed', 'Others wait for this training too; only who asked for it may end it.');
    }
    const own = trainings.filter((training) => mayEnd(asker, training));
    const [first] = own;
    if (!first) throw new FabulistError('usage', 'Nothing is being trained here.');
    const meant = how === 'stop' && own.length > 1 ? own.filter(({ latest }) => latest.kind !== 'queued') : own;
    const [only] = meant;
    if (only && meant.length === 1) return only;
    const names = own.map(({ request }) => quoted(request.corpus.name)).join(', ');
    const example = `/${how} ${first.request.corpus.name}`;
    throw new FabulistError('usage', `There are several trainings here: ${names}. Say which one, as in ${example}`);
  }

  #notReady(corpus: Corpus, setAside: string): FabulistError {
    return new FabulistError('no-model', `${quoted(corpus.name)} could not be learned: ${setAside}`);
  }

  #stillLearning(corpus: Corpus, { latest }: Training): FabulistError {
    const how = progressOf(latest);
    return new FabulistError('no-model', `${quoted(corpus.name)} is still learning its first story: ${how}.`);
  }

  #start({ server, name }: Corpus, asker: Asker): Promise<Training> {
    const key = keyOf({ server, name });
    const reason = server === STARTERS ? 'starter' : 'remainder';
    const started = this.#trainer.train({ corpus: { server, name }, options: {}, reason, by: asker.user });
    this.#first.set(key, started);
    const done = () => {
      if (this.#first.get(key) === started) this.#first.delete(key);
    };
    started.then((training) => training.ended).then(done, done);
    return started;
  }
}

function keyOf({ server, name }: CorpusRef): string {
  return JSON.stringify([server, nameKey(name)]);
}

/** A starter's training is waited for by everybody: it is its asker's to end, and that of whoever sits at the machine. */
function mayEnd(asker: Asker, { request }: Training): boolean {
  if (request.corpus.server !== STARTERS) return request.corpus.server === asker.server;
  return asker.server === LOCAL || request.by === asker.user;
}

function progressOf(event: TrainingEvent): string {
  if (event.kind === 'queued' && event.unattended)
    return 'its training waits until whoever runs Fabulist starts a trainer';
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
