import type { APIApplicationCommandAutocompleteInteraction } from 'discord.js';
import type { ChatHandler } from '../chat-handler.ts';
import { commandNamed } from '../commands.ts';
import { harmless } from '../harmless.ts';
import { askerOf, givenOptions } from './read-interaction.ts';

/** What Discord takes: so many choices, each of so many characters. */
const MOST = 25;
const LONGEST = 100;

/** What is offered while somebody types an option. */
export async function choicesFor(
  handler: ChatHandler,
  data: APIApplicationCommandAutocompleteInteraction,
): Promise<{ name: string; value: string }[]> {
  const given = givenOptions(data.data);
  const focused = given.find((option) => option.focused === true);
  const option = commandNamed(data.data.name)?.options.find(({ name }) => name === focused?.name);
  if (!focused || !option?.completes) return [];
  const corpus = given.find(({ name, value }) => name === 'corpus' && value !== '')?.value;
  const named = option.name === 'corpus' || corpus === undefined ? undefined : String(corpus);
  const found = await handler.complete(askerOf(data), option.completes, String(focused.value ?? ''), named);
  // An opening may be cut, being a beginning anyway; a name that is cut names nothing.
  const fitting = option.completes === 'openings' ? found.map(cut) : found.filter(({ length }) => length <= LONGEST);
  const values = [...new Set(fitting)].filter((value) => harmless(value).trim() !== '').slice(0, MOST);
  return values.map((value) => ({ name: harmless(value), value }));
}

/** At the end of a word. */
function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  const start = text.slice(0, LONGEST + 1);
  const end = start.lastIndexOf(' ');
  // Where a script has no blanks, between two characters: half of one is nothing that Discord takes.
  return end > 0 ? start.slice(0, end) : start.slice(0, LONGEST).replace(/[\ud800-\udbff]$/u, '');
}
