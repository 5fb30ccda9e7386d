import { resolve } from 'node:path';
import type { Command } from 'commander';
import { harmless, named } from './for-people.ts';
import { ASKER, type OpenSession } from './session.ts';
import { writeNewFile } from './write-file.ts';

export function addExport(program: Command, open: OpenSession): void {
  program
    .command('export')
    .description('write the stories and figures of a corpus as one archive')
    .argument('<corpus>', 'the corpus')
    .option('--out <file>', 'where to (default: the name of the corpus, here)')
    .action(async (corpus: string, options: { out?: string }, command: Command) => {
      const session = open(command);
      const { storyteller } = await session.house();
      const archive = await storyteller.exportCorpus(ASKER, corpus);
      const file = options.out ?? `${fileNameFor(corpus)}.fabulist.gz`;
      const { folder } = session.surroundings;
      await writeNewFile(file, folder, archive);
      const path = resolve(folder, file);
      session.output.result({ corpus, file: path, bytes: archive.byteLength }, () => [
        `Wrote ${named(corpus)} to ${harmless(path)}.`,
      ]);
    });
}

/** A corpus may be named anything; a file may not. */
function fileNameFor(corpus: string): string {
  const safe = corpus.replace(/[^\p{L}\p{N}._ -]+/gu, '-').replace(/^[.-]+/, '');
  return safe.slice(0, 60) || 'corpus';
}
