import type { TrainReply } from '../../story/storyteller.ts';
import type { TrainingEvent } from '../../training/trainer.ts';
import { type Card, type Message, type Paragraph, type Picture, plain, said } from '../message.ts';
import type { Texts } from '../texts/texts.ts';

/** How the kinds of files are called in every language; plain text needs no name. */
const FORMATS = { text: '', markdown: 'Markdown', html: 'HTML', epub: 'EPUB' };

type Finished = Extract<TrainingEvent, { kind: 'finished' }>;

/**
 * How a training stands, as one message that is edited on the way. read: what was found in the files that were handed
 * over, where this is the message of whoever did.
 */
export function trainingReply(
  corpus: string,
  event: Exclude<TrainingEvent, { kind: 'log' }>,
  texts: Texts,
  read?: TrainReply,
  picture?: Picture,
): Message {
  const card = cardOf(corpus, event, texts);
  const stops = card.state !== 'ended' && event.kind !== 'queued';
  return {
    paragraphs: [
      ...(read ? uploadsOf(read, texts) : []),
      ...forecastOf(event, texts),
      ...(event.kind === 'queued' && event.unattended ? [plain(texts.training.unattended)] : []),
      ...resultOf(corpus, event, texts),
    ],
    card,
    about: corpus,
    ...(stops && { actions: [{ name: 'stop', label: texts.actions.stop, target: corpus }] }),
    ...(picture && { picture }),
  };
}

/** Nothing new was handed over for a training that is under way, which has a message of its own. */
export function joinedReply({ corpus, training: { latest } }: TrainReply, texts: Texts): Message {
  const { training, accuracy, figures } = texts;
  const share = latest.kind === 'progress' ? latest.progress.share : null;
  const standing = share === null ? accuracy.waiting : accuracy.running(figures.percent(share));
  const far = latest.kind === 'queued' || share !== null ? [standing] : [];
  const vain = latest.kind === 'queued' && latest.unattended ? [training.unattended] : [];
  return { ...said(training.joined(corpus.name), ...far, ...vain), private: true };
}

function cardOf(corpus: string, event: Exclude<TrainingEvent, { kind: 'log' }>, { training, figures }: Texts): Card {
  const nothing = { share: null, facts: [], sample: null };
  switch (event.kind) {
    case 'queued': {
      const facts = event.place > 1 ? [{ label: training.place, value: figures.number(event.place) }] : [];
      return { ...nothing, state: 'waiting', title: training.queued(corpus, event.place), facts };
    }
    case 'preparing': {
      const facts = [{ label: training.atWork, value: event.what }];
      return { ...nothing, state: 'running', title: training.preparing(corpus), share: event.share, facts };
    }
    case 'progress': {
      const {
        share,
        secondsLeft,
        accuracy,
        loss,
        sample,
        step,
        secondsSpent: seconds,
        heldOutPerplexity,
      } = event.progress;
      const facts = [
        ...(secondsLeft === null ? [] : [{ label: training.timeLeft, value: figures.duration(secondsLeft) }]),
        // Before the first step there is nothing to say of it.
        ...(step === 0
          ? []
          : [
              { label: training.right, value: figures.percent(accuracy) },
              { label: training.loss, value: figures.number(loss, 2) },
            ]),
      ];
      const point = { step, seconds, loss, accuracy, heldOutPerplexity };
      return { state: 'running', title: training.learning(corpus), share, facts, sample, point };
    }
    case 'finished':
      return { ...nothing, state: 'ended', title: corpus, share: 1, sample: event.version.figures.sampleText || null };
    case 'cancelled':
    case 'failed':
      return { ...nothing, state: 'ended', title: corpus };
  }
}

function uploadsOf({ corpus, read, already }: TrainReply, { training, figures }: Texts): Paragraph[] {
  const known = already.map(({ fileName }) => plain(training.already(fileName, corpus.name)));
  const found = read.flatMap(({ fileName, words, language, format, encoding, removed }) => {
    const written = format === 'epub' ? [FORMATS.epub] : [FORMATS[format], encoding.toUpperCase()].filter(Boolean);
    return [
      plain(training.read(fileName, words, figures.language(language), written.join(', '))),
      ...(removed.length > 0
        ? [plain(training.removed(figures.list(removed.map((what) => training.parts[what]))))]
        : []),
    ];
  });
  return [...found, ...known];
}

function forecastOf(event: TrainingEvent, { training, figures }: Texts): Paragraph[] {
  const forecast = event.kind === 'progress' ? event.progress.forecast : undefined;
  if (!forecast) return [];
  const { words, vocabulary, seconds, parrots } = forecast;
  const expected = training.forecast(words, vocabulary, figures.duration(seconds));
  return [plain(parrots ? `${expected} ${training.parrots}` : expected)];
}

function resultOf(corpus: string, event: TrainingEvent, texts: Texts): Paragraph[] {
  const { training } = texts;
  if (event.kind === 'finished') return learned(corpus, event, texts).map(plain);
  if (event.kind === 'cancelled') return [plain(training.cancelled(corpus))];
  if (event.kind !== 'failed') return [];
  return [plain(training.failed(corpus, event.message)), plain(event.setAside ? training.setAside : training.again)];
}

function learned(corpus: string, { version, stopped }: Finished, { training, accuracy, figures }: Texts): string[] {
  const { words, vocabulary, seconds, accuracy: right, heldOutAccuracy } = version.figures;
  return [
    training.finished(corpus, words, vocabulary, figures.duration(seconds)),
    accuracy.right(figures.ofHundred(right)),
    ...(heldOutAccuracy === null ? [] : [accuracy.unread(figures.ofHundred(heldOutAccuracy))]),
    ...(stopped ? [training.stopped] : []),
    ...(version.keptOut === null ? [] : [training.keptOut(version.keptOut)]),
  ];
}
