import { describe, expect, it } from 'vitest';
import {
  ACTIONS,
  COMMANDS,
  commandNamed,
  describeChoice,
  describeCommand,
  describeOption,
} from '../../src/chat/commands.ts';
import { LOCALES, localeOf } from '../../src/chat/locale.ts';
import { parseOptions } from '../../src/chat/option-text.ts';
import { textsFor } from '../../src/chat/texts/texts.ts';

const EN = textsFor('en');

describe('the command catalogue', () => {
  it('has the commands of the design, and no name twice', () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(names).toEqual(['story', 'train', 'accuracy', 'corpora', 'forget', 'cancel', 'help']);
    expect(new Set([...names, ...Object.keys(ACTIONS)]).size).toBe(names.length + 4);
    for (const { options } of COMMANDS) {
      expect(new Set(options.map(({ name }) => name)).size).toBe(options.length);
      expect(options.filter(({ rest }) => rest).length).toBeLessThanOrEqual(1);
    }
  });

  it('leaves to who manages the server what changes it for everybody', () => {
    expect(COMMANDS.filter(({ permission }) => permission === 'manage').map(({ name }) => name)).toEqual([
      'train',
      'forget',
    ]);
    const actions = commandNamed('corpora')?.options.find(({ name }) => name === 'action')?.choices ?? [];
    expect(actions.filter(({ permission }) => permission === 'manage').map(({ value }) => value)).toEqual([
      'use-everywhere',
      'export',
      'rollback',
    ]);
  });

  it.each(LOCALES)('describes everything in %s, in lines that Discord takes', (locale) => {
    const lines = COMMANDS.flatMap((command) => [
      describeCommand(command, locale),
      ...command.options.map((option) => describeOption(command, option, locale)),
      ...command.options.flatMap(({ choices = [] }) => choices.map(({ value }) => describeChoice(value, locale))),
    ]);
    for (const line of lines) {
      expect(line).not.toBe('');
      expect(line.length).toBeLessThanOrEqual(100);
      expect(line).not.toMatch(/[{}]|\.$/);
    }
    const options = COMMANDS.flatMap((command) =>
      command.options.map((option) => describeOption(command, option, locale)),
    );
    expect(options.some((line) => line.includes('32'))).toBe(true);
    if (locale !== 'en') expect(lines).not.toContain(describeCommand(COMMANDS[0] as never, 'en'));
  });

  it('uses names and limits that Discord takes', () => {
    for (const { name, options } of COMMANDS) {
      for (const one of [name, ...options.map((option) => option.name)]) expect(one).toMatch(/^[-_a-z]{1,32}$/);
      for (const { choices = [] } of options) expect(choices.length).toBeLessThanOrEqual(25);
    }
  });
});

describe('localeOf', () => {
  it.each([
    ['de-AT', 'de'],
    ['de_DE.UTF-8', 'de'],
    ['es-419', 'es'],
    ['fr', 'fr'],
    ['en-US', 'en'],
    ['ja', 'en'],
    ['C', 'en'],
    [undefined, 'en'],
  ])('%s -> %s', (tag, locale) => {
    expect(localeOf(tag)).toBe(locale);
  });
});

describe('options in the text of a command', () => {
  const parse = (line: string) => {
    const [, name = '', text = ''] = line.match(/^(\S+)\s*(.*)$/s) ?? [];
    const command = commandNamed(name);
    if (!command) throw new Error(`no command ${name}`);
    return parseOptions(command, text, EN);
  };

  it.each([
    ['story', {}],
    ['story had a general', { opening: 'had a general' }],
    ['story corpus:fables words:64 had a general', { corpus: 'fables', words: 64, opening: 'had a general' }],
    ['story had words:64 a general', { words: 64, opening: 'had  a general' }],
    ['story WORDS:8 x', { words: 8, opening: 'x' }],
    ['story corpus:"my fables" x', { corpus: 'my fables', opening: 'x' }],
    ['story corpus:“my fables” x', { corpus: 'my fables', opening: 'x' }],
    ['story temperature:0,7 x', { temperature: 0.7, opening: 'x' }],
    ['story He said: note:this and http://x', { opening: 'He said: note:this and http://x' }],
    ['story words:8 words:9', { words: 9 }],
    ['story the xwords:8 of it', { opening: 'the xwords:8 of it' }],
    ['story he said:"words', { opening: 'he said:"words' }],
    ['story need:food and the cat', { opening: 'need:food and the cat' }],
    ['story -- and then', { opening: '-- and then' }],
    ['story and then -- -', { opening: 'and then -- -' }],
    ['train "--corpus x.txt"', { file: '"--corpus x.txt"' }],
    ['train C:\\a.txt', { file: 'C:\\a.txt' }],
    ['forget everything', { scope: 'everything' }],
    ['forget scope:everything', { scope: 'everything' }],
    ['forget corpus:everything', { corpus: 'everything' }],
    ['story clean', { opening: 'clean' }],
    ['train', {}],
    ['train a tale.txt', { file: 'a tale.txt' }],
    ['train a.txt clean', { file: 'a.txt', mode: 'clean' }],
    ['train clean', { file: 'clean' }],
    ['train corpus:dogs mode:clean a.txt', { corpus: 'dogs', mode: 'clean', file: 'a.txt' }],
    ['accuracy fables', { corpus: 'fables' }],
    ['accuracy "my fables"', { corpus: 'my fables' }],
    ['corpora use „meine Fabeln“', { action: 'use', corpus: 'meine Fabeln' }],
    ['story "had a general"', { opening: '"had a general"' }],
    ['corpora', {}],
    ['corpora list', { action: 'list' }],
    ['corpora use my fables', { action: 'use', corpus: 'my fables' }],
    ['corpora Rollback dogs version:v1', { action: 'rollback', corpus: 'dogs', version: 'v1' }],
    ['corpora action:export corpus:dogs', { action: 'export', corpus: 'dogs' }],
  ])('%s', (line, options) => {
    expect(parse(line)).toEqual(options);
  });

  it.each([
    ['story words:many', 'words must be a whole number from 8 to 256, not many.'],
    ['story words:"" x', 'words must be a whole number from 8 to 256, not .'],
    ['story temperature:hot', 'temperature must be a number from 0 to 2, not hot.'],
    ['train mode:dirty a.txt', 'mode must be one of append, clean, not dirty.'],
    ['story wrods:8 the', 'There is no option wrods; did you mean words:8?'],
    ['story the cat Word:8', 'There is no option Word; did you mean words:8?'],
    ['story temp:0.5 the', 'There is no option temp; did you mean temperature:0.5?'],
    ['story copus:fables the', 'There is no option copus; did you mean corpus:fables?'],
    ['story --corpus x', 'There is no option --corpus; did you mean corpus:x?'],
    ['story the cat --words 8', 'There is no option --words; did you mean words:8?'],
    ['story the cat --words=8', 'There is no option --words; did you mean words:8?'],
    [
      'story --loud the',
      'Options are written like words:8, not --loud; there are opening, corpus, words, temperature, max-copy, seed.',
    ],
    ['train --corpus dogs a.txt', 'There is no option --corpus; did you mean corpus:dogs?'],
    ['help me', '/help takes no “me”.'],
    ['accuracy corpus:dogs cats', '/accuracy takes no “cats”.'],
  ])('%s: one sentence', (line, message) => {
    expect(() => parse(line)).toThrowError(expect.objectContaining({ code: 'usage', message }));
  });
});
