import type { types } from '@slack/bolt';
import { FabulistError } from '../../errors.ts';
import type { Asker, Storyteller } from '../../story/storyteller.ts';
import type { Locale } from '../locale.ts';
import { type Paragraph, plain } from '../message.ts';
import { corporaReply } from '../replies/corpora-reply.ts';
import { helpReply } from '../replies/other-replies.ts';
import { type Texts, textsFor } from '../texts/texts.ts';
import { section } from './payload.ts';
import { prefixed } from './prefixed.ts';
import { sectionsOf } from './sections.ts';

/** What Slack takes on one page; the rest of many corpora is in `/corpora`. */
const MOST_BLOCKS = 100;

export type HomeStoryteller = Pick<Storyteller, 'corpora' | 'accuracy'>;

/** The page that people see when they open the bot: what the workspace can be told from, and what the bot can do. */
export async function homeView(
  storyteller: HomeStoryteller,
  asker: Asker,
  locale: Locale,
  prefix: string,
): Promise<types.HomeView> {
  const texts = textsFor(locale);
  const help = helpReply(texts, locale, 'message');
  const messages = [{ paragraphs: await standingOf(storyteller, asker, texts) }, { paragraphs: help.paragraphs }];
  const sections = messages.map((message) => sectionsOf(prefixed(message, prefix), texts).flat());
  const [first = [], second = []] = sections;
  const room = MOST_BLOCKS - second.length - 1;
  return {
    type: 'home',
    blocks: [
      ...first.slice(0, room).map((text) => section(text)),
      { type: 'divider' },
      ...second.map((text) => section(text)),
    ],
  };
}

/** The corpora with their figures, and when the next of them are learned; or why that cannot be said. */
async function standingOf(storyteller: HomeStoryteller, asker: Asker, texts: Texts): Promise<readonly Paragraph[]> {
  try {
    const corpora = await storyteller.corpora(asker);
    const own = corpora.find(({ starter }) => !starter);
    // The nightly run is the server's, and each of its own corpora knows it.
    const next = own ? (await storyteller.accuracy(asker, own.name)).nextRetrain : null;
    const night = next === null ? [] : [plain(texts.accuracy.next(texts.figures.time(next)))];
    return [...corporaReply(corpora, texts).paragraphs, ...night];
  } catch (error) {
    if (error instanceof FabulistError) return [plain(error.message)];
    throw error;
  }
}
