import type { Command } from 'commander';
import { count } from './output.ts';
import { readFiles } from './read-files.ts';
import { ASKER, type OpenSession } from './session.ts';

export function addImport(program: Command, open: OpenSession): void {
  program
    .command('import')
    .description('read back an archive that export wrote')
    .argument('<file>', 'the archive')
    .action(async (file: string, _options: object, command: Command) => {
      const session = open(command);
      // An archive holds many stories, each of at most maxUpload; memory, not fairness, is what bounds it here.
      const [archive] = await readFiles([file], session.surroundings.folder, session.config.maxUpload * 10);
      if (!archive) return;
      const { storyteller } = await session.house();
      const { name, stories } = await storyteller.importCorpus(ASKER, archive.bytes);
      session.output.result({ corpus: name, stories: stories.length }, () => [
        `${name} has ${count(stories.length, 'story', 'stories')} now.`,
      ]);
    });
}
