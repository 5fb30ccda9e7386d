/** Files that are made to keep their reader busy. Each took a minute or more, or ended in a defect. */
import { describe, expect, it } from 'vitest';
import { readStoryFile } from '../../../src/language/reading/story-file.ts';

const LIMITS = { bytes: 30_000_000, symbols: 4 };
const TALE = 'The mice had a general council.';
const TOO_DEEP = { code: 'bad-file', message: expect.stringMatching(/^This file has parts within parts [^\n]+\.$/) };

function read(fileName: string, text: string) {
  return readStoryFile(fileName, Buffer.from(text), LIMITS);
}

describe('a file that is a trap', () => {
  it.each([
    ['quotations', `${'>'.repeat(40_000)} ${TALE}`],
    ['lists', `${'- '.repeat(20_000)}${TALE}`],
  ])(
    'is refused in one sentence where its %s have no end',
    async (_, text) => {
      await expect(read('a.md', text)).rejects.toMatchObject(TOO_DEEP);
    },
    20_000,
  );

  it.each([
    ['text of emphasis', `${'_a*b'.repeat(100_000)}\n\n${TALE}`],
    [
      'lists far to the right',
      `${Array.from({ length: 3_000 }, (_, k) => `${' '.repeat(k)}- x`).join('\n')}\n\n${TALE}`,
    ],
  ])(
    'is read in no time where it is a %s',
    async (_, text) => {
      expect((await read('a.md', text)).text).toMatch(/had a general council\.\s*$/);
    },
    20_000,
  );

  it('is read in no time where its elements have no end', async () => {
    const text = `<html><body>${'<div><b>'.repeat(250_000)}${TALE}${'</b></div>'.repeat(10)}<p>The end.</p>`;
    expect((await read('a.html', text)).text).toBe(`${TALE}\n\nThe end.`);
  }, 20_000);
});

describe('Markdown', () => {
  it('is read as such in a long file with any line ends', async () => {
    const paragraph = `The *mice* had a **general** council. ${'They were afraid of the cat. '.repeat(100)}`;
    for (const end of ['\n\n', '\r\n\r\n', '\r\r', '\n \t\n']) {
      const { text } = await read('a.md', Array.from({ length: 300 }, () => paragraph).join(end));
      expect(text).not.toContain('*');
      expect(text.match(/The mice had a general council/g)).toHaveLength(300);
    }
  });

  it('is read as it stands where a paragraph is longer than any that people write', async () => {
    const long = `*The* <b>cat & the ${'mouse '.repeat(10_000)}`;
    const { text } = await read('a.md', `# The *beginning*\n\n${long}\n\n*The* end.`);
    expect(text).toMatch(/^The beginning\n+\*The\* <b>cat & the mouse/);
    expect(text).toMatch(/mouse\s+The end\.\s*$/);
  });
});
