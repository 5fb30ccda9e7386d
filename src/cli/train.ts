import { type Command, Option } from 'commander';
import { FabulistError } from '../errors.ts';
import { BY_HEART, completeRecipe, type RecipeOptions } from '../language/recipe.ts';
import type { Version } from '../library/library.ts';
import { nameKey } from '../library/safe-names.ts';
import type { TrainReply } from '../story/storyteller.ts';
import { nameAfter } from '../story/uploads.ts';
import type { TrainingEvent } from '../training/trainer.ts';
import { harmless, named } from './for-people.ts';
import { number } from './options.ts';
import { count, duration, type Output, percent } from './output.ts';
import { readFiles } from './read-files.ts';
import { ASKER, type OpenSession, type Session } from './session.ts';

interface TrainOptions extends RecipeOptions {
  // commander calls the option --name `name`, and the recipe's own name is --recipe.
  readonly name?: never;
  readonly clean?: boolean;
  readonly tensorboard?: string;
}

export function addTrain(program: Command, open: OpenSession): void {
  program
    .command('train')
    .description('store stories or books as a corpus and learn from it')
    .argument('<file...>', '.txt, .md, .html or .epub, in any common encoding and language')
    .option('--name <name>', 'the corpus to add to (default: the name of the first file)')
    .option('--clean', 'replace what the corpus held instead of adding to it')
    .addOption(new Option('--recipe <name>', 'how to learn (default: default)').choices(['default', 'article']))
    .option(
      '--window <n>',
      'words that predict the next, 1 to 64 (default: 3 in a text under 2,000 words, else all before it)',
      number('--window'),
    )
    .option('--layers <n>', 'LSTM layers, 1 to 4 (default: 1)', number('--layers'))
    .option(
      '--units <n>',
      'units of a layer, 1 to 2048 (default: 512, or 256 from 2,000 to 20,000 words)',
      number('--units'),
    )
    .option('--rate <r>', 'step size of the optimizer, up to 1 (default: by recipe and length)', number('--rate'))
    .option(
      '--iterations <n>',
      'steps at most (default: until nothing more is learned; article: 50000)',
      number('--iterations'),
    )
    .option('--seconds <n>', 'seconds of training at most (default: 300; article: any)', number('--seconds'))
    .option(
      '--hold-out <share>',
      'share of the text that is only tested on, 0 to 0.5 (default: 0.1, or 0 under 2,000 words; article: 0)',
      number('--hold-out'),
    )
    .option('--seed <n>', 'the same seed and engine give the same model (default: 1)', number('--seed'))
    .option(
      '--tensorboard <dir>',
      'write curves, samples and the embedding there, for TensorBoard; a new run each time',
    )
    .action(async (files: string[], options: TrainOptions & { recipe?: RecipeOptions['name'] }, command: Command) => {
      const {
        name: corpus,
        clean,
        recipe,
        tensorboard,
        ...rest
      } = options as Omit<typeof options, 'name'> & {
        name?: string;
      };
      const recipeOptions: RecipeOptions = { ...rest, ...(recipe && { name: recipe }) };
      const session = open(command);
      // Once before anything is read or stored; the length of the text only moves defaults, never limits.
      completeRecipe(recipeOptions, BY_HEART);
      const read = await readFiles(files, session.surroundings.folder, session.config.maxUpload);
      const { storyteller } = await session.house();
      const board = await openBoard(session, tensorboard, corpus ?? nameAfter(read));
      try {
        const mode = clean ? 'clean' : 'append';
        const reply = await storyteller.train(ASKER, { files: read, corpus, mode, options: recipeOptions });
        for (const { fileName } of reply.already)
          session.output.note(`${named(reply.corpus.name)} had ${named(fileName)} already.`);
        const { name } = reply.corpus;
        // Only a starter has its name to itself.
        if (corpus === undefined && nameKey(name).startsWith(`${nameKey(nameAfter(read).trim())} `))
          session.output.note(`A starter corpus has that name already: your story is in ${named(name)}.`);
        board?.follow(reply.training);
        const version = finished(await session.display.show(reply.training));
        await board?.finish(reply.corpus, version);
        const written = board?.written;
        session.output.result({ ...trainJson(reply, version), ...(written && { tensorboard: written.folder }) }, () => [
          ...trainLines(reply, version, session.output),
          ...(written ? [written.sentence] : []),
        ]);
      } finally {
        board?.close();
      }
    });
}

/** Loaded only where it is asked for. */
async function openBoard(session: Session, directory: string | undefined, name: string) {
  if (directory === undefined) return undefined;
  const { TrainingBoard } = await import('./tensorboard.ts');
  return new TrainingBoard(session, directory, name);
}

/** The version a training ended in; throws what went wrong where it ended in none. */
function finished(event: TrainingEvent): Version {
  if (event.kind === 'finished') return event.version;
  if (event.kind === 'failed') throw new FabulistError('training-failed', event.message);
  throw new FabulistError('cancelled', 'The training was cancelled; its progress is forgotten.');
}

function trainJson(reply: TrainReply, version: Version): object {
  const { engine, language, recipe, words, vocabulary, steps, seconds, secondsToAccuracy, loss, perplexity, accuracy } =
    version.figures;
  const { heldOutAccuracy, heldOutPerplexity, heldOutPerplexityModelOnly, heldOutUnknownShare, sample } =
    version.figures;
  return {
    corpus: reply.corpus.name,
    modelVersion: version.id,
    engine,
    encoding: reply.read[0]?.encoding ?? null,
    language,
    recipe,
    words,
    vocabulary,
    steps,
    seconds,
    secondsToAccuracy,
    loss,
    perplexity,
    accuracy,
    heldOutAccuracy,
    heldOutPerplexity,
    heldOutPerplexityModelOnly,
    heldOutUnknownShare,
    sample,
    files: reply.read,
    added: reply.added.length,
    already: reply.already.length,
  };
}

function trainLines(reply: TrainReply, version: Version, output: Output): string[] {
  const { words, vocabulary, seconds, engine, accuracy, heldOutAccuracy, heldOutPerplexity, sample, sampleText } =
    version.figures;
  const lines = [
    `Learned ${output.bold(named(reply.corpus.name))}: ${count(words, 'word')}, ${vocabulary.toLocaleString('en')} of them different, in ${duration(seconds)} (${engine}).`,
    `Accuracy ${percent(accuracy)} on what it read${heldOutAccuracy === null ? '' : `, ${percent(heldOutAccuracy)} on what it had not read`}.`,
  ];
  if (heldOutPerplexity !== null) lines.push(`Perplexity ${heldOutPerplexity.toFixed(1)} on what it had not read.`);
  return [...lines, harmless(sample), output.dim(`It tells: ${output.wrap(harmless(sampleText))}`)];
}
