import type { types } from '@slack/bolt';
import type { Asker, Storyteller } from '../../story/storyteller.ts';
import type { Locale } from '../locale.ts';
import type { Message } from '../message.ts';
import { plain } from '../message.ts';
import { corporaReply } from '../replies/corpora-reply.ts';
import { helpReply } from '../replies/other-replies.ts';
import { textsFor } from '../texts/texts.ts';
import { section } from './payload.ts';
import { prefixed } from './prefixed.ts';
import { sectionsOf } from './sections.ts';

/** What Slack takes on one page; the rest of many corpora is in `/corpora`. */
const MOST_BLOCKS = 100;

/** The page that people see when they open the bot: what the workspace can be told from, and what the bot can do. */
export async function homeView(
  storyteller: Pick<Storyteller, 'corpora' | 'accuracy'>,
  asker: Asker,
  locale: Locale,
  prefix: string,
): Promise<types.HomeView> {
  const texts = textsFor(locale);
  const corpora = await storyteller.corpora(asker);
  const own = corpora.find(({ starter }) => !starter);
  // The nightly run is the server's, and each of its own corpora knows it.
  const nextRetrain = own ? (await storyteller.accuracy(asker, own.name)).nextRetrain : null;
  const next = nextRetrain === null ? [] : [plain(texts.accuracy.next(texts.figures.time(nextRetrain)))];
  const listed = corporaReply(corpora, texts);
  const help = helpReply(texts, locale, 'message');
  const sections = [{ paragraphs: [...listed.paragraphs, ...next] }, { paragraphs: help.paragraphs }].map(
    (message: Message) => sectionsOf(prefixed(message, prefix), texts).flat(),
  );
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
