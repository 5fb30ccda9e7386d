import type { Storyteller } from '../../story/storyteller.ts';
import { COMMANDS, describeCommand } from '../commands.ts';
import type { Locale } from '../locale.ts';
import { type Message, type Paragraph, plain, said } from '../message.ts';
import type { Texts } from '../texts/texts.ts';

/** What was deleted, corpus by corpus; for the asker alone. */
export function forgetReply(forgotten: Awaited<ReturnType<Storyteller['forget']>>, { forget }: Texts): Message {
  if (forgotten.length === 0) return { ...said(forget.nothing), private: true };
  const lines = forgotten.map(({ corpus, stories, versions, left }) =>
    [forget.gone(corpus, stories, versions), left > 0 ? forget.left(left) : forget.empty].join(' '),
  );
  return { ...said(...lines), private: true };
}

export function cancelReply(corpus: string, { training }: Texts): Message {
  return said(training.cancelled(corpus));
}

export function stopReply(corpus: string, { training }: Texts): Message {
  return { ...said(training.stopping(corpus)), private: true };
}

/** What Fabulist does, its commands, and what it keeps. */
export function helpReply(texts: Texts, locale: Locale): Message {
  const commands = COMMANDS.map((command): Paragraph => {
    return [{ text: `/${command.name}`, code: true }, { text: ` ${describeCommand(command, locale)}.` }];
  });
  return {
    paragraphs: [
      plain(texts.help.intro),
      [{ text: `/story ${texts.help.example}`, code: true }],
      ...commands,
      plain(texts.help.options),
      [{ text: texts.help.privacyTitle, bold: true }, { text: `: ${texts.help.privacy}` }],
    ],
    private: true,
  };
}
