import type { Command } from 'commander';
import type { CorpusOverview } from '../story/storyteller.ts';
import { named } from './for-people.ts';
import { count, percent, table } from './output.ts';
import { ASKER, type OpenSession } from './session.ts';

export function addCorpora(program: Command, open: OpenSession): void {
  program
    .command('corpora')
    .description('list the corpora, or choose the one that tells')
    .option('--use <name>', 'from now on this corpus tells where none is named')
    .action(async (options: { use?: string }, command: Command) => {
      const session = open(command);
      const { storyteller } = await session.house();
      if (options.use !== undefined) await storyteller.choose(ASKER, options.use, 'server');
      const corpora = await storyteller.corpora(ASKER);
      session.output.result({ corpora: corpora.map(corpusJson) }, () => table(corpora.map(corpusRow)));
    });
}

function corpusJson(corpus: CorpusOverview): object {
  const { name, starter, chosen, stories, version } = corpus;
  const trained = version && {
    modelVersion: version.id,
    trainedAt: version.createdAt,
    accuracy: version.figures.accuracy,
  };
  return {
    name,
    starter,
    chosen,
    stories,
    trained: version !== null,
    stale: corpus.stale,
    ...(trained ?? { modelVersion: null, trainedAt: null, accuracy: null }),
  };
}

function corpusRow({ name, starter, chosen, stories, version, stale }: CorpusOverview): string[] {
  const state = version
    ? `accuracy ${percent(version.figures.accuracy)}${stale ? ', has new stories' : ''}`
    : 'not trained yet';
  return [chosen ? '*' : ' ', named(name), starter ? 'starter' : count(stories, 'story', 'stories'), state];
}
