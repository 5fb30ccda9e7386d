import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FabulistError } from '../errors.ts';
import { harmless, named } from './for-people.ts';
import { amounts } from './output.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';
import { writeNewFile, writeNewStream } from './write-file.ts';

export function addExport(program: Command, open: OpenSession): void {
  program
    .command('export')
    .description('write the stories and figures of a corpus as one archive, or with --all everything there is')
    .argument('[corpus]', 'the corpus')
    .option('--all', 'everything of every server, models and settings too: for a backup, or to move to another library')
    .option('--out <file>', 'where to (default, here: NAME.fabulist.gz; with --all library.fabulist.gz)')
    .action(async (corpus: string | undefined, options: { out?: string; all?: boolean }, command: Command) => {
      if ((corpus === undefined) !== (options.all === true))
        throw new FabulistError('usage', 'Name the corpus to export, or say --all for everything.');
      const session = open(command);
      if (corpus === undefined) return exportAll(session, options.out ?? 'library.fabulist.gz');
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

async function exportAll(session: Session, file: string): Promise<void> {
  const { library } = await session.house();
  const { exportLibrary } = await import('../library/whole-archive.ts');
  const { folder } = session.surroundings;
  const { stream, contents } = exportLibrary(library);
  await writeNewStream(file, folder, stream);
  const path = resolve(folder, file);
  session.output.result({ file: path, ...contents }, () => [`Wrote ${amounts(contents)} to ${harmless(path)}.`]);
}

/** A corpus may be named anything; a file may not. */
function fileNameFor(corpus: string): string {
  const safe = corpus.replace(/[^\p{L}\p{N}._ -]+/gu, '-').replace(/^[.-]+/, '');
  return safe.slice(0, 60) || 'corpus';
}
