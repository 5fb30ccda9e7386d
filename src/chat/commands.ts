import { DEFAULT_WORDS, STORY_LIMITS } from '../story/story-options.ts';
import type { Locale } from './locale.ts';
import { commandTexts } from './texts/texts.ts';

export type CommandName = 'story' | 'train' | 'accuracy' | 'corpora' | 'forget' | 'cancel' | 'help';

/** What the buttons under a reply do. */
export type ActionName = 'continue' | 'retell' | 'undo' | 'stop';

export type Permission = 'everyone' | 'manage';

export interface CommandOption {
  readonly name: string;
  readonly type: 'text' | 'whole' | 'number' | 'choice' | 'file';
  /** For numbers, both included. */
  readonly least?: number;
  readonly most?: number;
  readonly choices?: readonly { readonly value: string; readonly permission: Permission }[];
  /** What a surface offers while somebody types. */
  readonly completes?: 'openings' | 'corpora' | 'versions';
  /** Takes the text that no other option takes, where commands are typed as text. */
  readonly rest?: boolean;
}

export interface Command {
  readonly name: CommandName;
  readonly options: readonly CommandOption[];
  /** `manage`: who may manage the server, unless its administrators decide otherwise. */
  readonly permission: Permission;
}

const corpus: CommandOption = { name: 'corpus', type: 'text', completes: 'corpora' };
const everyone = 'everyone';
const manage = 'manage';

/**
 * Every command, on every surface. From here come Discord's registration, Slack's manifest, the help and the completion.
 * No option is required: a story needs no opening, and a training without a file learns a corpus once more.
 */
export const COMMANDS: readonly Command[] = [
  {
    name: 'story',
    permission: everyone,
    options: [
      { name: 'opening', type: 'text', completes: 'openings', rest: true },
      corpus,
      { name: 'words', type: 'whole', least: STORY_LIMITS.words.least, most: STORY_LIMITS.words.most },
      {
        name: 'temperature',
        type: 'number',
        least: STORY_LIMITS.temperature.least,
        most: STORY_LIMITS.temperature.most,
      },
      { name: 'max-copy', type: 'whole', least: STORY_LIMITS.maxCopy.least, most: STORY_LIMITS.maxCopy.most },
      { name: 'seed', type: 'whole', least: STORY_LIMITS.seed.least, most: STORY_LIMITS.seed.most },
    ],
  },
  {
    name: 'train',
    permission: manage,
    options: [
      { name: 'file', type: 'file', rest: true },
      corpus,
      {
        name: 'mode',
        type: 'choice',
        choices: [
          { value: 'append', permission: everyone },
          { value: 'clean', permission: everyone },
        ],
      },
    ],
  },
  { name: 'accuracy', permission: everyone, options: [{ ...corpus, rest: true }] },
  {
    name: 'corpora',
    permission: everyone,
    options: [
      {
        name: 'action',
        type: 'choice',
        choices: [
          { value: 'list', permission: everyone },
          { value: 'use', permission: everyone },
          { value: 'use-everywhere', permission: manage },
          { value: 'export', permission: manage },
          { value: 'rollback', permission: manage },
        ],
      },
      { ...corpus, rest: true },
      { name: 'version', type: 'text', completes: 'versions' },
    ],
  },
  {
    name: 'forget',
    permission: manage,
    options: [
      { name: 'scope', type: 'choice', choices: [{ value: 'everything', permission: everyone }] },
      { ...corpus, rest: true },
    ],
  },
  { name: 'cancel', permission: everyone, options: [{ ...corpus, rest: true }] },
  { name: 'help', permission: everyone, options: [] },
];

/** The actions, and what each is done to: `story` takes a story's id, `training` the name of a corpus. */
export const ACTIONS: Readonly<Record<ActionName, 'story' | 'training'>> = {
  continue: 'story',
  retell: 'story',
  undo: 'story',
  stop: 'training',
};

export function isAction(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}

export function commandNamed(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}

/** What a command does, in one line of at most 100 characters. */
export function describeCommand({ name }: Command, locale: Locale): string {
  return commandTexts(locale)[name].does;
}

/** What an option takes, in one line of at most 100 characters. */
export function describeOption({ name }: Command, option: CommandOption, locale: Locale): string {
  const text = commandTexts(locale)[name].options[option.name] ?? '';
  return text.replace('{words}', String(DEFAULT_WORDS));
}

/** How a choice is called. */
export function describeChoice(value: string, locale: Locale): string {
  return commandTexts(locale).choices[value] ?? value;
}
