import type { Command } from 'commander';
import type { Story } from '../story/storyteller.ts';
import { figures, harmless, named } from './for-people.ts';
import { installAfterFirstUse } from './install-engine.ts';
import { number } from './options.ts';
import { count, type Output } from './output.ts';
import { ASKER, type OpenSession } from './session.ts';

interface StoryOptions {
  readonly corpus?: string;
  readonly words?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxCopy?: number;
  readonly seed?: number;
}

export function addStory(program: Command, open: OpenSession): void {
  program
    .command('story')
    .description('continue an opening; without one, begin with a sentence start of the corpus')
    .argument('[opening...]', 'how the story begins: had a general')
    .option('--corpus <name>', 'the corpus that tells (default: the chosen one, see corpora)')
    .option('--words <n>', 'words and punctuation marks to add, 8 to 256 (default: 32)', number('--words'))
    .option(
      '--temperature <t>',
      '0 always takes the most likely word; up to 2 dares more (default: 0.8, or 0 from a text learned by heart)',
      number('--temperature'),
    )
    .option(
      '--top-p <p>',
      'draw from the most likely words that together have this share, 0.05 to 1 (default: 0.7, or 1 from a text learned by heart)',
      number('--top-p'),
    )
    .option(
      '--max-copy <n>',
      'at most so many words in a row as they stand in the corpus, 2 to 256 (default: as many as come)',
      number('--max-copy'),
    )
    .option(
      '--seed <n>',
      'a whole number; the same one, with the same temperature, tells the same story (default: another each time)',
      number('--seed'),
    )
    .action(async (opening: string[], options: StoryOptions, command: Command) => {
      const session = open(command);
      const { storyteller } = await session.house();
      const request = {
        opening: opening.join(' '),
        corpus: options.corpus,
        words: options.words,
        temperature: options.temperature,
        topP: options.topP,
        maxCopy: options.maxCopy,
        seed: options.seed,
      };
      const story = await storyteller.tell(ASKER, request, (training) => void session.display.show(training));
      session.output.result(storyJson(story), () => storyLines(story, session.output));
      await installAfterFirstUse(session);
    });
}

function storyJson(story: Story): object {
  const { corpus, opening, continuation, words, prose, replaced, originality } = story;
  const { engine, modelVersion, milliseconds } = story;
  const text = prose.opening + prose.continuation;
  return { corpus, opening, continuation, text, words, replaced, originality, engine, modelVersion, milliseconds };
}

function storyLines(story: Story, output: Output): string[] {
  const opening = harmless(story.prose.opening);
  const continuation = harmless(story.prose.continuation);
  const whole = output.wrap(opening + continuation);
  // Wrapping keeps every character in its place, so the opening ends where it ended.
  const prose = output.bold(whole.slice(0, opening.length)) + whole.slice(opening.length);
  const corpus = named(story.corpus);
  const below = story.replaced.map(({ unknown, known }) =>
    known
      ? `"${named(unknown)}" is not in ${corpus}; "${named(known)}" stood in for it.`
      : `"${named(unknown)}" was left out.`,
  );
  below.push(originalitySentence(story));
  return [prose, '', ...below.map((line) => output.dim(line))];
}

function originalitySentence({ originality, corpus }: Story): string {
  const { longestCopiedWords, newFourWordRuns } = originality;
  const longest = `the longest stretch that stands word for word in ${named(corpus)} is ${count(longestCopiedWords, 'word')}`;
  const fresh = figures.ofHundred(newFourWordRuns);
  return `Copied: ${longest}, marks not counted. Of every 100 runs of four words, ${fresh} ${fresh === '1' ? 'is' : 'are'} new.`;
}
