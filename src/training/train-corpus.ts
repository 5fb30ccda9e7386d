import type { Engine } from '../engine/engine.ts';
import { FabulistError } from '../errors.ts';
import { encodeModel } from '../language/checkpoint.ts';
import { predictionsOf } from '../language/telling/predictions.ts';
import { type Intent, PAUSED, type TrainedModel, type TrainingReport, trainModel } from '../language/train-model.ts';
import type { CorpusRef, Figures, Library, TrainingClaim, Version } from '../library/library.ts';
import type { TrainingRequest } from './trainer.ts';

export interface TrainCorpusHooks {
  readonly onProgress?: (report: TrainingReport) => void;
  readonly onLog?: (line: string) => void;
  readonly intent?: () => Intent;
}

export type TrainedCorpus =
  | { readonly kind: 'finished'; readonly version: Version; readonly stopped: boolean }
  | { readonly kind: 'busy' }
  | { readonly kind: 'paused' };

/** What a checkpoint must agree with to be resumed: other stories or options would make another model. */
const RESUME = 'request.json';

/**
 * Trains a corpus from the library and adds the model to it as a version, resuming an unfinished training of the same
 * stories and options. Throws `unknown-corpus`, and what `trainModel` and the library throw.
 * tolerance: how much worse a nightly version may come out and still tell, as a share.
 */
export async function trainCorpus(
  library: Library,
  engine: Engine,
  request: TrainingRequest,
  tolerance: number,
  hooks: TrainCorpusHooks = {},
): Promise<TrainedCorpus> {
  const { corpus: ref } = request;
  const claim = await library.claimTraining(ref);
  if (!claim) return { kind: 'busy' };
  try {
    const corpus = await library.corpus(ref.server, ref.name);
    if (!corpus)
      throw new FabulistError('unknown-corpus', `The corpus "${ref.name}" is no longer there, so it was not trained.`);
    const stories = await library.read(ref);
    const subject = JSON.stringify({ hash: corpus.hash, options: request.options, engine: engine.name });
    const resume = await unfinished(library, ref, subject);
    const trained = await trainModel(
      engine,
      stories.map((story) => story.text),
      request.options,
      {
        ...hooks,
        resume,
        // A claim that was taken over belongs to a process that trains this corpus now: whatever this one made is void.
        intent: () => (claim.held() ? (hooks.intent?.() ?? 'go-on') : 'cancel'),
        onCheckpoint: (files) => library.saveCheckpoint(ref, { ...files, [RESUME]: Buffer.from(subject) }, claim),
      },
    );
    if (trained === PAUSED) return { kind: 'paused' };
    const predictions = await predictionsOf(engine, trained.model);
    const version = await addVersion(
      library,
      request,
      { ...trained, model: { ...trained.model, predictions } },
      { hash: corpus.hash, stories: stories.map((story) => story.hash) },
      tolerance,
      claim,
    );
    await library.clearCheckpoint(ref);
    return { kind: 'finished', version, stopped: trained.stopped };
  } catch (error) {
    // Where the claim was taken over, the checkpoint is that of the process that has it now.
    const cancelled = error instanceof FabulistError && error.code === 'cancelled';
    if (cancelled && claim.held()) await library.clearCheckpoint(ref);
    throw error;
  } finally {
    await claim.release();
  }
}

async function unfinished(library: Library, corpus: CorpusRef, subject: string) {
  const files = await library.readCheckpoint(corpus);
  const kept = files?.[RESUME];
  return kept && Buffer.from(kept).toString() === subject ? files : undefined;
}

async function addVersion(
  library: Library,
  request: TrainingRequest,
  { model, figures: { curve, ...figures } }: TrainedModel,
  learned: { hash: string; stories: string[] },
  tolerance: number,
  claim: TrainingClaim,
): Promise<Version> {
  const { versions, telling } = await library.versions(request.corpus);
  const before = versions.find(({ id }) => id === telling);
  const keptOut = request.reason === 'nightly' && before ? whyWorse(figures, before.figures, tolerance) : null;
  const files = { ...encodeModel(model), 'curve.json': Buffer.from(JSON.stringify(curve)) };
  return library.addVersion(
    request.corpus,
    { corpusHash: learned.hash, stories: learned.stories, figures, keptOut, files },
    claim,
  );
}

/**
 * Why a new version should not tell in the place of the one before, or null. By held-out perplexity where both have one
 * (lower is better), else by accuracy. tolerance: a share, 0.02 for two percent.
 */
export function whyWorse(after: Figures, before: Figures, tolerance: number): string | null {
  if (after.heldOutPerplexity !== null && before.heldOutPerplexity !== null) {
    if (after.heldOutPerplexity <= before.heldOutPerplexity * (1 + tolerance)) return null;
    return `its held-out perplexity is ${after.heldOutPerplexity.toFixed(1)}, the one before had ${before.heldOutPerplexity.toFixed(1)}`;
  }
  if (after.accuracy >= before.accuracy - tolerance) return null;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `its accuracy is ${percent(after.accuracy)}, the one before had ${percent(before.accuracy)}`;
}
