import type { Command } from 'commander';
import type { Version } from '../library/library.ts';
import type { NightlyReport } from '../training/nightly.ts';
import { count, percent } from './output.ts';
import type { OpenSession } from './session.ts';

export function addRetrain(program: Command, open: OpenSession): void {
  program
    .command('retrain')
    .description('what is done every night, now: learn the corpora that have new stories')
    .action(async (_options: object, command: Command) => {
      const session = open(command);
      const house = await session.house();
      const reports = await house.retrain((training) => void session.display.show(training));
      session.output.result({ retrained: reports.map(reportJson) }, () =>
        reports.length === 0 ? ['No corpus has new stories.'] : reports.map(reportLine),
      );
    });
}

function reportJson({ corpus, storiesRead, before, after, problem }: NightlyReport): object {
  return {
    server: corpus.server,
    corpus: corpus.name,
    storiesRead,
    before: brief(before),
    after: brief(after),
    problem,
  };
}

function brief(version: Version | null): object | null {
  if (!version) return null;
  const { accuracy, heldOutPerplexity } = version.figures;
  return { modelVersion: version.id, accuracy, heldOutPerplexity };
}

function reportLine({ corpus, storiesRead, before, after, problem }: NightlyReport): string {
  const read = `${corpus.name}: read ${count(storiesRead, 'new story', 'new stories')}`;
  if (!after) return `${read}. ${problem}`;
  if (problem !== null) return `${read}; the new model does not tell: ${problem}.`;
  const was = before ? `, was ${percent(before.figures.accuracy)}` : '';
  return `${read}; accuracy ${percent(after.figures.accuracy)}${was}.`;
}
