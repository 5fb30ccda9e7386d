import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { fakeHouse, run } from './fakes.ts';

/** A person at a terminal who types this when asked. */
function person(typed: string) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.write(typed);
  return stdin;
}

function forgetting() {
  const house = {
    ...fakeHouse({ forget: async () => [{ corpus: 'fable', stories: 1, versions: 1, left: 0 }] }),
  };
  return house;
}

const untouched = fakeHouse({ forget: async () => Promise.reject(new Error('something was deleted')) });

it.each([
  ['Ctrl-C', '\x03', 130],
  ['Ctrl-D', '\x04', 1],
  ['no', 'no\r', 1],
])('deletes nothing at %s', async (_key, typed, code) => {
  const ended = await run(['forget'], untouched, { terminal: true, stdin: person(typed) });
  expect(ended.code).toBe(code);
  expect(ended.out.text).toBe('');
  expect(ended.err.text).toMatch(/Type yes: .*\r?\nNothing was deleted\.\n$/s);
});

it('deletes at yes', async () => {
  const ended = await run(['forget'], forgetting(), { terminal: true, stdin: person('yes\r') });
  expect([ended.code, ended.out.lines]).toEqual([0, ['fable: deleted 1 story and 1 model version, 0 left.']]);
});

it('deletes nothing unasked where nobody can be asked', async () => {
  const ended = await run(['forget'], untouched, { stdin: new PassThrough() });
  expect(ended.code).toBe(2);
  expect(ended.configs).toEqual([]);
  expect(ended.err.text).toBe('What is forgotten is gone for good: add --yes where nobody can be asked.\n');
});
