import type { Storyteller } from '../../story/storyteller.ts';
import type { HandsOver } from '../adapter.ts';
import { type ActionName, COMMANDS, type CommandName, describeCommand } from '../commands.ts';
import type { Locale } from '../locale.ts';
import { type Message, type Paragraph, plain, said } from '../message.ts';
import type { Texts } from '../texts/texts.ts';

/** Where the help names the actions, on a surface that has no buttons for them. */
const ACTION_AFTER: Readonly<Record<ActionName, CommandName>> = {
  continue: 'story',
  retell: 'story',
  undo: 'story',
  stop: 'forget',
};

/** What was deleted, corpus by corpus; for the asker alone. */
export function forgetReply(forgotten: Awaited<ReturnType<Storyteller['forget']>>, { forget }: Texts): Message {
  if (forgotten.length === 0) return { ...said(forget.nothing), private: true };
  const lines = forgotten.map(({ corpus, stories, versions, left }) =>
    [forget.gone(corpus, stories, versions), left > 0 ? forget.left(left) : forget.empty].join(' '),
  );
  return { ...said(...lines), private: true };
}

/** What could be deleted, and how to say which; for the asker alone. */
export function forgetWhichReply(
  theirs: Awaited<ReturnType<Storyteller['handedOver']>>,
  { forget, corpora }: Texts,
): Message {
  const lines = theirs.map(({ corpus, stories }): Paragraph => {
    return [{ text: corpus, bold: true }, { text: `: ${corpora.stories(stories)}` }];
  });
  const [first] = theirs;
  const how = [
    [{ text: forget.which }],
    [{ text: `/forget corpus:${typed(first?.corpus ?? '')}`, code: true }, { text: ` ${forget.whichOne}` }],
    [{ text: '/forget scope:everything', code: true }, { text: ` ${forget.whichAll}` }],
  ];
  return { paragraphs: [plain(forget.yours), ...lines, ...how], private: true };
}

/** A name as an option's value is typed. */
function typed(name: string): string {
  return /\s/u.test(name) ? `"${name}"` : name;
}

export function cancelReply(corpus: string, { training }: Texts): Message {
  return said(training.cancelled(corpus));
}

export function stopReply(corpus: string, { training }: Texts): Message {
  return { ...said(training.stopping(corpus)), private: true };
}

/** What Fabulist does, its commands, and what it keeps. */
export function helpReply(texts: Texts, locale: Locale, handsOver: HandsOver = 'attachment'): Message {
  const line = (code: string, does: string): Paragraph => [{ text: code, code: true }, { text: ` ${does}.` }];
  const { path, actions } = texts.help;
  const commands = COMMANDS.flatMap((command): Paragraph[] => {
    const does = describeCommand(command, locale);
    if (handsOver !== 'path') return [line(`/${command.name}`, does)];
    if (command.name === 'train') return [line(`/train ${path.name}`, path.does)];
    const more = Object.entries(actions).filter(([action]) => ACTION_AFTER[action as ActionName] === command.name);
    return [line(`/${command.name}`, does), ...more.map(([action, doing]) => line(`/${action}`, doing))];
  });
  return {
    paragraphs: [
      plain(texts.help.intro),
      [{ text: `/story ${texts.help.example}`, code: true }],
      ...commands,
      plain(texts.help.options),
      ...(handsOver === 'message' ? [plain(texts.help.mention)] : []),
      [{ text: texts.help.privacyTitle, bold: true }, { text: `: ${texts.help.privacy}` }],
    ],
    private: true,
  };
}
