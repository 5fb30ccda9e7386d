import type { Version } from '../../library/library.ts';
import type { CorpusOverview } from '../../story/storyteller.ts';
import { type Message, type Paragraph, plain, said } from '../message.ts';
import type { Texts } from '../texts/texts.ts';

/** The corpora that somebody can tell from, one a line. */
export function corporaReply(corpora: readonly CorpusOverview[], texts: Texts): Message {
  const title: Paragraph = [{ text: texts.corpora.title, bold: true }];
  return { paragraphs: [title, ...corpora.map((corpus) => lineOf(corpus, texts)), plain(texts.corpora.how)] };
}

function lineOf({ name, starter, chosen, stories, version, stale }: CorpusOverview, texts: Texts): Paragraph {
  const { corpora, figures } = texts;
  const facts = [
    ...(chosen ? [corpora.chosen] : []),
    ...(starter ? [corpora.starter] : [corpora.stories(stories)]),
    ...(version
      ? [corpora.words(version.figures.words), corpora.right(figures.ofHundred(version.figures.accuracy))]
      : [corpora.notLearned]),
    ...(version && stale ? [corpora.stale] : []),
  ];
  return [{ text: name, bold: true }, { text: `: ${facts.join(', ')}` }];
}

export function chosenReply(corpus: string, scope: 'channel' | 'server', { corpora }: Texts): Message {
  return said(scope === 'channel' ? corpora.usedHere(corpus) : corpora.usedEverywhere(corpus));
}

export function rollbackReply(corpus: string, version: Version, { corpora, figures }: Texts): Message {
  return said(corpora.rolledBack(corpus, version.id, figures.time(version.createdAt)));
}

export function exportReply(corpus: string, archive: Uint8Array, { corpora }: Texts): Message {
  return {
    ...said(corpora.exported(corpus)),
    file: { fileName: `${corpus.replace(/[^\p{L}\p{N}\p{M}-]+/gu, '-')}.fabulist.gz`, bytes: archive },
    private: true,
  };
}
