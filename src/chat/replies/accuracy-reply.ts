import type { Version } from '../../library/library.ts';
import type { AccuracyReport } from '../../story/storyteller.ts';
import { type Message, type Paragraph, type Picture, plain } from '../message.ts';
import type { Texts } from '../texts/texts.ts';

/** How good a model is, for somebody who never trained one, with the exact figures beside the plain words. */
export function accuracyReply(report: AccuracyReport, texts: Texts, picture?: Picture): Message {
  const { accuracy } = texts;
  const { corpus, telling } = report;
  const title: Paragraph = [{ text: accuracy.title(corpus.name), bold: true }];
  const figures = telling ? figuresOf(telling, texts) : [plain(accuracy.none(corpus.name))];
  const standing = standingOf(report, texts).map(plain);
  return {
    paragraphs: [title, ...figures, ...(telling ? [plain(versionsOf(report, telling, texts))] : []), ...standing],
    about: corpus.name,
    ...(picture && { picture }),
  };
}

function figuresOf({ figures: found, createdAt, stories }: Version, { accuracy, figures }: Texts): Paragraph[] {
  const lines = [accuracy.right(figures.ofHundred(found.accuracy))];
  if (found.heldOutAccuracy === null) lines.push(accuracy.noneUnread);
  else lines.push(accuracy.unread(figures.ofHundred(found.heldOutAccuracy)));
  lines.push(accuracy.perplexity(figures.number(found.perplexity, 2), figures.number(found.loss, 3)));
  if (found.heldOutPerplexity !== null) {
    lines.push(accuracy.perplexityUnread(figures.number(found.heldOutPerplexity, 1)));
  }
  lines.push(accuracy.size(found.words, found.vocabulary, stories.length));
  lines.push(accuracy.learned(figures.time(createdAt), figures.duration(found.seconds), found.engine));
  return [...lines.map(plain), [{ text: `${accuracy.example} ` }, { text: found.sample, code: true }]];
}

function versionsOf({ versions }: AccuracyReport, telling: Version, { accuracy }: Texts): string {
  const newest = versions.versions[0]?.id === telling.id;
  const lines = [accuracy.versions(versions.versions.length, telling.id, newest)];
  if (versions.damaged.length > 0) lines.push(accuracy.damaged(versions.damaged.map(({ id }) => id).join(', ')));
  return lines.join(' ');
}

/** What is about to happen to the corpus. */
function standingOf(report: AccuracyReport, { accuracy, figures }: Texts): string[] {
  const { training, telling, stale, setAside, nextRetrain } = report;
  const lines: string[] = [];
  if (telling && stale) lines.push(accuracy.stale);
  if (training?.latest.kind === 'progress')
    lines.push(accuracy.running(figures.percent(training.latest.progress.share)));
  else if (training) lines.push(accuracy.waiting);
  if (setAside !== null) lines.push(accuracy.setAside(setAside));
  if (nextRetrain !== null) lines.push(accuracy.next(figures.time(nextRetrain)));
  return lines;
}
