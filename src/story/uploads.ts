import { FabulistError } from '../errors.ts';
import { completeRecipe } from '../language/recipe.ts';
import type { NewStory } from '../library/library.ts';
import type { TrainReply, TrainRequest } from './storyteller.ts';

/** Symbols that predict the next one, where a training does not say otherwise. */
const WINDOW = 3;

/**
 * Reads the files of a request, all of them or none, and checks its options before anything is stored.
 * by: who hands them over; maxBytes: of one file. Throws `bad-file`, `too-large`, `too-short` and `usage`.
 */
export async function readUploads(
  { files, options }: TrainRequest,
  by: string,
  maxBytes: number,
): Promise<{ files: NewStory[]; read: TrainReply['read'] }> {
  // Loaded here: the tables that tell encodings and languages apart are large, and only a training needs them.
  const { readStoryFile } = await import('../language/reading/story-file.ts');
  const limits = { bytes: maxBytes, symbols: (options.window ?? WINDOW) + 1 };
  const stories: NewStory[] = [];
  const read: TrainReply['read'][number][] = [];
  for (const { fileName, bytes } of files) {
    const { text, ...found } = await readStoryFile(fileName, bytes, limits);
    stories.push({ fileName, by, encoding: found.encoding, bytes: bytes.byteLength, text });
    read.push({ fileName, ...found });
  }
  completeRecipe(
    options,
    read.reduce((sum, { words }) => sum + words, 0),
  );
  return { files: stories, read };
}

/** A corpus is called after the first file handed over, without its ending: `fable.txt` -> `fable`. */
export function nameAfter(files: TrainRequest['files']): string {
  const [first] = files;
  if (!first) throw new FabulistError('usage', 'Hand over a file to learn from: .txt, .md, .html or .epub.');
  return first.fileName.replace(/(?<=.)\.[^./\\]*$/u, '');
}
