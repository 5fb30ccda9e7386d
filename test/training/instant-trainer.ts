import type { Figures, Library } from '../../src/library/library.ts';
import { LiveTraining } from '../../src/training/live-training.ts';
import { whyWorse } from '../../src/training/train-corpus.ts';
import type { Trainer, TrainingRequest } from '../../src/training/trainer.ts';

export const figures = (more: Partial<Figures> = {}): Figures => ({
  words: 10,
  vocabulary: 5,
  steps: 1,
  seconds: 1,
  secondsToAccuracy: null,
  loss: 1,
  perplexity: 2.7,
  accuracy: 0.9,
  heldOutAccuracy: null,
  heldOutPerplexity: null,
  heldOutPerplexityModelOnly: null,
  heldOutUnknownShare: null,
  sample: '',
  sampleText: '',
  language: 'en',
  recipe: 'default',
  engine: 'native',
  ...more,
});

/** Trains at once, by adding a version with the figures it is told to come out with. */
export function instantTrainer(library: Library, outcome: () => Partial<Figures>) {
  const requests: TrainingRequest[] = [];
  const trainer: Trainer = {
    async train(request) {
      requests.push(request);
      const training = new LiveTraining(request);
      const corpus = await library.corpus(request.corpus.server, request.corpus.name);
      const { versions, telling } = await library.versions(request.corpus);
      const before = versions.find(({ id }) => id === telling);
      const after = figures(outcome());
      const version = await library.addVersion(request.corpus, {
        corpusHash: corpus?.hash ?? '',
        stories: corpus?.stories.map(({ hash }) => hash) ?? [],
        figures: after,
        files: { model: new Uint8Array(1) },
        keptOut: before ? whyWorse(after, before.figures, 0.02) : null,
      });
      training.tell({ kind: 'finished', version, stopped: false });
      return training;
    },
    trainings: () => [],
    cancel: async () => false,
    stop: async () => false,
    close: async () => undefined,
  };
  return { trainer, requests };
}
