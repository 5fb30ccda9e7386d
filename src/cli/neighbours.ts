import type { Command } from 'commander';
import type { Neighbours } from '../story/storyteller.ts';
import { named } from './for-people.ts';
import { number } from './options.ts';
import { count, table } from './output.ts';
import { ASKER, type OpenSession } from './session.ts';

const HELP = `
A model gives every word a vector. Words that are used alike, in the same company, get vectors that point the same way; how
much so is their cosine: 1 for the same direction, 0 for nothing in common. The longer the text, the more there is to it.

A word that stands only once in the text is left out of the answers: its vector is little more than chance.`;

export function addNeighbours(program: Command, open: OpenSession): void {
  program
    .command('neighbours')
    .description('the words that a corpus uses most like a word, by the vectors that its model has learned')
    .argument('<word>', 'a word of the corpus')
    .option('--corpus <name>', 'default: the chosen one, see corpora')
    .option('--limit <n>', 'neighbours to show, 1 to 100 (default: 10)', number('--limit'))
    .addHelpText('after', HELP)
    .action(async (word: string, options: { corpus?: string; limit?: number }, command: Command) => {
      const session = open(command);
      const { storyteller } = await session.house();
      const found = await storyteller.neighbours(ASKER, word, options, (training) => {
        void session.display.show(training);
      });
      session.output.result(found, () => lines(found));
    });
}

function lines({ corpus, word, occurrences, neighbours }: Neighbours): string[] {
  const rows = neighbours.map((near) => [
    named(near.word),
    near.similarity.toFixed(2),
    count(near.occurrences, 'time'),
  ]);
  const heading = `Used most like "${named(word)}" in ${named(corpus)}, where it stands ${count(occurrences, 'time')}:`;
  const chance = 'It stands there only once, so what is near it is mostly chance.';
  if (neighbours.length === 0)
    return [`No other word stands in ${named(corpus)} often enough to be near "${named(word)}".`];
  return [heading, ...table(rows).map((row) => `  ${row}`), ...(occurrences < 2 ? [chance] : [])];
}
