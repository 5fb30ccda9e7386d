import type { Command } from 'commander';
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
      await writeNewFile(file, session.surroundings.folder, archive);
      session.output.result({ corpus, file, bytes: archive.byteLength }, () => [`Wrote ${corpus} to ${file}.`]);
    });
}

/** A corpus may be named anything; a file may not. */
function fileNameFor(corpus: string): string {
  const safe = corpus.replace(/[^\p{L}\p{N}._ -]+/gu, '-').replace(/^[.-]+/, '');
  return safe.slice(0, 60) || 'corpus';
}
