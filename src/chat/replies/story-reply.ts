import type { Story } from '../../story/storyteller.ts';
import type { ActionName } from '../commands.ts';
import { type Message, type Paragraph, plain } from '../message.ts';
import type { Texts } from '../texts/texts.ts';

/** A story: the opening in bold, what the model added, and what a reader should know about it. */
export function storyReply(story: Story, texts: Texts): Message {
  const told: Paragraph = [{ text: story.prose.opening, bold: true }, { text: story.prose.continuation }];
  const notes = notesOn(story, texts).map((text): Paragraph => [{ text, italic: true }]);
  const names: ActionName[] = story.parts > 1 ? ['continue', 'retell', 'undo'] : ['continue', 'retell'];
  return {
    paragraphs: [told, ...notes],
    about: story.corpus,
    // A story that could not be kept cannot go on.
    ...(story.id && { actions: names.map((name) => ({ name, label: texts.actions[name], target: story.id })) }),
  };
}

function notesOn({ replaced, originality, corpus }: Story, { story: texts, figures }: Texts): string[] {
  const notes = replaced.map(({ unknown, known }) => (known ? texts.replaced(unknown, known) : texts.leftOut(unknown)));
  const { longestCopiedWords, newFourWordRuns } = originality;
  if (longestCopiedWords === 0) return notes;
  return [...notes, texts.copied(longestCopiedWords, corpus, figures.ofHundred(newFourWordRuns))];
}

/** One sentence, for the asker alone. */
export function errorReply(sentence: string): Message {
  return { paragraphs: [plain(sentence)], private: true };
}
