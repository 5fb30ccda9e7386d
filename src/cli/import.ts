import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FabulistError } from '../errors.ts';
import { nameKey } from '../library/safe-names.ts';
import type { AccuracyReport } from '../story/storyteller.ts';
import { named } from './for-people.ts';
import { amounts, count } from './output.ts';
import { readFiles } from './read-files.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';

export function addImport(program: Command, open: OpenSession): void {
  program
    .command('import')
    .description('read back an archive that export wrote')
    .argument('<file>', 'the archive')
    .option('--all', 'an archive that export --all wrote, into a library that has none of it')
    .action(async (file: string, options: { all?: boolean }, command: Command) => {
      const session = open(command);
      if (options.all) return importAll(session, file);
      // An archive holds many stories, each of at most maxUpload; memory, not fairness, is what bounds it here.
      const [archive] = await readFiles([file], session.surroundings.folder, session.config.maxUpload * 10);
      if (!archive) return;
      if (!isGzip(archive.bytes)) {
        throw new FabulistError(
          'bad-file',
          `${file} is not an archive that export wrote; train reads .txt, .md, .html and .epub files.`,
        );
      }
      const { storyteller } = await session.house();
      const before = await storyteller.corpora(ASKER);
      const { name, stories } = await storyteller.importCorpus(ASKER, archive.bytes);
      const had = before.find((corpus) => !corpus.starter && nameKey(corpus.name) === nameKey(name))?.stories ?? 0;
      const added = stories.length - had;
      const report = await storyteller.accuracy(ASKER, name);
      session.output.result({ corpus: name, stories: stories.length, added }, () => [
        added > 0
          ? `${named(name)} has ${count(stories.length, 'story', 'stories')} now, ${added} of them new.`
          : `${named(name)} had ${stories.length === 1 ? 'that story' : 'all these stories'} already.`,
        ...whatComesNext(report),
      ]);
    });
}

async function importAll(session: Session, file: string): Promise<void> {
  const { library } = await session.house();
  const { importLibrary } = await import('../library/whole-archive.ts');
  const contents = await importLibrary(library, resolve(session.surroundings.folder, file));
  session.output.result({ file, ...contents }, () => [`Read ${amounts(contents)}.`]);
}

/** The first bytes of every gzip file: an archive that was cut short or damaged is told from what never was one. */
function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The training that an import asks for ends with this command; a story asks for it again. */
function whatComesNext({ telling, stale }: AccuracyReport): string[] {
  if (!telling) return ['It has no model yet: the first story from it learns it.'];
  return stale ? ['Its model has not read all of them yet: retrain does that.'] : [];
}
