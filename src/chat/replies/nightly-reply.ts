import type { Figures } from '../../library/library.ts';
import type { NightlyReport } from '../../training/nightly-run.ts';
import { type Message, type Paragraph, plain, said } from '../message.ts';
import type { Texts } from '../texts/texts.ts';

/** The morning report on one corpus: what was read, how well it was known before and is now, what tells, and a sample. */
export function nightlyReply({ corpus, storiesRead, before, after, problem }: NightlyReport, texts: Texts): Message {
  const { nightly, training } = texts;
  if (!after) {
    const failed = training.failed(corpus.name, problem ?? texts.errors.defect);
    return said(failed, ...(before ? [nightly.before] : []));
  }
  const read = storiesRead > 0 ? nightly.read(corpus.name, storiesRead) : nightly.changed(corpus.name);
  const verdict = problem === null ? (before ? nightly.tellsNow : nightly.firstTells) : nightly.keptOut;
  const { sampleText } = after.figures;
  const sample: Paragraph[] = sampleText ? [[{ text: `${nightly.sample}: ` }, { text: sampleText, italic: true }]] : [];
  const known = before ? compared(before.figures, after.figures, texts) : knownNow(after.figures, texts);
  return {
    paragraphs: [[{ text: read, bold: true }], ...[...known, verdict].map(plain), ...sample],
    about: corpus.name,
  };
}

/** By the figures that decide which model tells: of text that was held out where both have such, else of what was read. */
function compared(before: Figures, after: Figures, { nightly, figures }: Texts): string[] {
  const unread = (of: Figures) => of.heldOutAccuracy !== null && of.heldOutPerplexity !== null;
  if (!unread(before) || !unread(after)) {
    return [nightly.right(figures.ofHundred(before.accuracy), figures.ofHundred(after.accuracy))];
  }
  const right = (of: Figures) => figures.ofHundred(of.heldOutAccuracy ?? 0);
  const words = (of: Figures) => figures.number(of.heldOutPerplexity ?? 0, 1);
  return [nightly.unread(right(before), right(after)), nightly.wavered(words(before), words(after))];
}

function knownNow({ accuracy: right, heldOutAccuracy }: Figures, { accuracy, figures }: Texts): string[] {
  const unread = heldOutAccuracy === null ? [] : [accuracy.unread(figures.ofHundred(heldOutAccuracy))];
  return [accuracy.right(figures.ofHundred(right)), ...unread];
}

/** A training that an earlier process began and this one takes up. */
export function resumedReply(corpus: string, { nightly }: Texts): Message {
  return said(nightly.resumed(corpus));
}
