import type { RecipeOptions } from '../language/recipe.ts';
import type { CorpusRef, Library } from '../library/library.ts';
import { nameKey } from '../library/safe-names.ts';
import type { ReportTo, TrainingRequest } from './trainer.ts';

/** Failures in a row after which a corpus is set aside until its stories change or somebody asks again. */
const FAILURES = 3;

interface Kept {
  readonly request: TrainingRequest;
  /** Milliseconds since 1970: trainings are taken in the order of asking. */
  readonly askedAt: number;
}

export interface LastAsked {
  readonly options: RecipeOptions;
  readonly reportTo?: ReportTo;
}

/** What keeps a stale corpus from being trained by itself. It holds as long as the corpus has this hash. */
interface Obstacle {
  readonly hash: string;
  readonly failures: number;
  /** The latest failure, one sentence; null where the training was cancelled. */
  readonly reason: string | null;
}

const lastAskedKey = (corpus: CorpusRef) => `last training ${keyOf(corpus)}`;

const keyOf = ({ server, name }: CorpusRef): string => `${server}/${nameKey(name)}`;

/**
 * Who asked for which training and where to report, so that a restart forgets nobody; and which corpora are not to be
 * trained by themselves. What must be trained is not kept here: that is any corpus whose hash differs from its newest model's.
 */
export class TrainingRequests {
  readonly #library: Library;
  readonly #now: () => number;
  #turn: Promise<void> = Promise.resolve();

  constructor(library: Library, now: () => number) {
    this.#library = library;
    this.#now = now;
  }

  async add(request: TrainingRequest): Promise<void> {
    const key = keyOf(request.corpus);
    const before = await this.#library.readDocument<Kept>('requests', key);
    await this.#library.writeDocument('requests', key, {
      request,
      askedAt: before?.askedAt ?? this.#now(),
    } satisfies Kept);
    if (request.reason !== 'asked') return;
    const { options } = request;
    // The command line has no channel: what it trains goes on being reported where it was before.
    const reportTo = request.reportTo ?? (await this.lastAsked(request.corpus)).reportTo;
    const last: LastAsked = { options, ...(reportTo && { reportTo }) };
    await this.#library.writeDocument('settings', lastAskedKey(request.corpus), last);
  }

  async remove(corpus: CorpusRef): Promise<void> {
    await this.#inTurn(() => this.#library.deleteDocument('requests', keyOf(corpus)));
  }

  /** A training that goes on is told elsewhere; one that has ended meanwhile is not brought back by that. */
  async move({ corpus, reportTo }: TrainingRequest): Promise<void> {
    await this.#inTurn(async () => {
      const kept = await this.#library.readDocument<Kept>('requests', keyOf(corpus));
      if (!kept || !reportTo) return;
      const moved: Kept = { ...kept, request: { ...kept.request, reportTo } };
      await this.#library.writeDocument('requests', keyOf(corpus), moved);
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** How the corpus was last trained on request, and from where: what the nightly run goes by. */
  async lastAsked(corpus: CorpusRef): Promise<LastAsked> {
    return (await this.#library.readDocument<LastAsked>('settings', lastAskedKey(corpus))) ?? { options: {} };
  }

  /** Deletes everything kept about a corpus that is gone: its name may say something about a person too. */
  async forget(corpus: CorpusRef): Promise<void> {
    await this.#library.deleteDocument('settings', lastAskedKey(corpus));
    await this.#library.deleteDocument('failures', keyOf(corpus));
    await this.#library.deleteDocument('requests', keyOf(corpus));
  }

  /** In the order of asking. */
  async waiting(): Promise<TrainingRequest[]> {
    const kept = await this.#library.listDocuments<Kept>('requests');
    // One that is damaged keeps none of the others from being taken up; its corpus is found to be stale.
    const whole = kept.map(({ value }) => value).filter((value) => typeof value?.request?.corpus?.name === 'string');
    return whole.sort((a, b) => a.askedAt - b.askedAt).map(({ request }) => request);
  }

  /** Counts a failure of the corpus with this content; true where it is set aside now. */
  async fail(corpus: CorpusRef, hash: string, reason: string): Promise<boolean> {
    const before = await this.#obstacle(corpus);
    const failures = before?.hash === hash ? before.failures + 1 : 1;
    await this.#library.writeDocument('failures', keyOf(corpus), { hash, failures, reason } satisfies Obstacle);
    return failures >= FAILURES;
  }

  /** Trying this content again would fail the same way. */
  async refuse(corpus: CorpusRef, hash: string, reason: string): Promise<void> {
    await this.#library.writeDocument('failures', keyOf(corpus), {
      hash,
      failures: FAILURES,
      reason,
    } satisfies Obstacle);
  }

  /** A person cancelled: the corpus stays as it is until its stories change or somebody asks again. */
  async leave(corpus: CorpusRef, hash: string): Promise<void> {
    await this.#library.writeDocument('failures', keyOf(corpus), {
      hash,
      failures: 0,
      reason: null,
    } satisfies Obstacle);
  }

  async succeed(corpus: CorpusRef): Promise<void> {
    await this.#library.deleteDocument('failures', keyOf(corpus));
  }

  /** Whether a corpus with this content should be trained without being asked for. */
  async mayTrain(corpus: CorpusRef, hash: string): Promise<boolean> {
    const obstacle = await this.#obstacle(corpus);
    return obstacle?.hash !== hash || (obstacle.reason !== null && obstacle.failures < FAILURES);
  }

  /** Why a corpus with this content is set aside, one sentence, or null. */
  async setAside(corpus: CorpusRef, hash: string): Promise<string | null> {
    const obstacle = await this.#obstacle(corpus);
    return obstacle?.hash === hash && obstacle.failures >= FAILURES ? obstacle.reason : null;
  }

  #obstacle(corpus: CorpusRef): Promise<Obstacle | undefined> {
    return this.#library.readDocument<Obstacle>('failures', keyOf(corpus));
  }
}
