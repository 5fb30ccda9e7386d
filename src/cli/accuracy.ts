import type { Command } from 'commander';
import type { AccuracyReport } from '../story/storyteller.ts';
import { harmless, named, figures as write } from './for-people.ts';
import { count, duration, percent, table } from './output.ts';
import { ASKER, type OpenSession } from './session.ts';

export function addAccuracy(program: Command, open: OpenSession): void {
  program
    .command('accuracy')
    .description('how good a model is, on what it read and on what it had not read')
    .option('--corpus <name>', 'default: the chosen one')
    .action(async (options: { corpus?: string }, command: Command) => {
      const session = open(command);
      const { storyteller } = await session.house();
      const report = await storyteller.accuracy(ASKER, options.corpus);
      session.output.result(accuracyJson(report), () => accuracyLines(report));
    });
}

function accuracyJson(report: AccuracyReport): object {
  const figures = report.telling?.figures;
  return {
    corpus: report.corpus.name,
    accuracy: figures?.accuracy ?? null,
    loss: figures?.loss ?? null,
    perplexity: figures?.perplexity ?? null,
    heldOutAccuracy: figures?.heldOutAccuracy ?? null,
    heldOutPerplexity: figures?.heldOutPerplexity ?? null,
    words: figures?.words ?? null,
    vocabulary: figures?.vocabulary ?? null,
    language: figures?.language ?? null,
    recipe: figures?.recipe ?? null,
    engine: figures?.engine ?? null,
    modelVersion: report.telling?.id ?? null,
    trainedAt: report.telling?.createdAt ?? null,
    versions: report.versions.versions.map((version) => ({
      id: version.id,
      createdAt: version.createdAt,
      accuracy: version.figures.accuracy,
      heldOutPerplexity: version.figures.heldOutPerplexity,
      telling: version.id === report.versions.telling,
      keptOut: version.keptOut,
    })),
    damaged: report.versions.damaged,
    stale: report.stale,
    setAside: report.setAside,
    nextRetrain: report.nextRetrain,
    sample: figures?.sample ?? null,
  };
}

function accuracyLines(report: AccuracyReport): string[] {
  const { corpus, telling, versions } = report;
  const lines: string[] = [];
  if (telling) {
    const { figures } = telling;
    const rows = [
      ['Accuracy', `${percent(figures.accuracy)} on what it read`],
      ['Loss', `${figures.loss.toFixed(3)} (perplexity ${figures.perplexity.toFixed(2)})`],
      ['Text', `${count(figures.words, 'word')}, ${figures.vocabulary.toLocaleString('en')} of them different`],
      [
        'Trained',
        `${write.time(telling.createdAt)}, ${duration(figures.seconds)}, ${figures.recipe} recipe, ${figures.engine}`,
      ],
    ];
    if (figures.heldOutAccuracy !== null)
      rows.splice(1, 0, ['', `${percent(figures.heldOutAccuracy)} on what it had not read`]);
    if (figures.heldOutPerplexity !== null)
      rows.splice(3, 0, ['', `perplexity ${figures.heldOutPerplexity.toFixed(1)} on what it had not read`]);
    lines.push(named(corpus.name), ...table(rows), harmless(figures.sample));
  } else {
    lines.push(`${named(corpus.name)} ${untrained(report)}`);
  }
  lines.push(...versionLines(report));
  if (report.stale && telling) lines.push('Its stories have changed since; train it again to learn them.');
  if (report.setAside) lines.push(`It is set aside: ${harmless(report.setAside)}`);
  for (const { id, problem } of versions.damaged) lines.push(`Version ${id} cannot be used: ${problem}`);
  if (report.nextRetrain) lines.push(`Next nightly run: ${write.time(report.nextRetrain)}`);
  return lines;
}

function untrained({ corpus, training }: AccuracyReport): string {
  if (training) return 'is being learned.';
  if (corpus.stories.length === 0) return 'has no stories: train gives it some.';
  return 'has not been trained yet: a story from it does that.';
}

/** The versions that rollback can tell from, numbered as it takes them, newest first. */
function versionLines({ versions: { versions, telling } }: AccuracyReport): string[] {
  if (versions.length === 0) return [];
  const rows = versions.map(({ id, createdAt, figures, keptOut }, at) => [
    `${at + 1}`,
    id,
    write.time(createdAt),
    `accuracy ${percent(figures.accuracy)}`,
    figures.heldOutPerplexity === null ? '' : `perplexity ${figures.heldOutPerplexity.toFixed(1)}`,
    id === telling ? 'tells' : keptOut === null ? '' : `kept out: ${harmless(keptOut)}`,
  ]);
  return ['Versions (for rollback):', ...table(rows).map((row) => `  ${row}`)];
}
