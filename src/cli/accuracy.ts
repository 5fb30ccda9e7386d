import type { Command } from 'commander';
import type { AccuracyReport } from '../story/storyteller.ts';
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
      ['Trained', `${telling.createdAt}, ${duration(figures.seconds)}, ${figures.recipe} recipe, ${figures.engine}`],
      ['Versions', versions.versions.map(({ id }) => (id === versions.telling ? `${id} (tells)` : id)).join(', ')],
    ];
    if (figures.heldOutAccuracy !== null)
      rows.splice(1, 0, ['', `${percent(figures.heldOutAccuracy)} on what it had not read`]);
    if (figures.heldOutPerplexity !== null)
      rows.splice(3, 0, ['', `perplexity ${figures.heldOutPerplexity.toFixed(1)} on what it had not read`]);
    lines.push(corpus.name, ...table(rows), figures.sample);
  } else {
    lines.push(`${corpus.name} has not been trained yet: a story from it, or train, does that.`);
  }
  if (report.stale && telling) lines.push('Its stories have changed since; train it again to learn them.');
  if (report.setAside) lines.push(`It is set aside: ${report.setAside}`);
  for (const { id, problem } of versions.damaged) lines.push(`Version ${id} cannot be used: ${problem}`);
  if (report.nextRetrain) lines.push(`Next nightly run: ${report.nextRetrain}`);
  return lines;
}
