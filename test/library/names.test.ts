import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';
import { checkName, corpusFolderName, nameKey, quoted, serverFolderName } from '../../src/library/safe-names.ts';
import { HOSTILE } from './contract-context.ts';
import { story } from './fixtures.ts';
import { starterFolder, temporaryFolder } from './folders.ts';

/** Any text of 1 to 200 characters, lone surrogates and control characters included, with the hostile ones often. */
const name = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ minLength: 1, maxLength: 200, unit: 'binary' }),
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 100 }).map((units) => String.fromCharCode(...units)),
  fc.string({
    minLength: 1,
    maxLength: 6,
    unit: fc.constantFrom('.', '/', '\\', ' ', '\0', 'a', 'J', '\u01f0', '\u030c', 'E', 'é', '\u0301', 'ß', 'İ', 'Σ'),
  }),
);

describe('names on disk', () => {
  it('are safe on every file system', () => {
    fc.assert(
      fc.property(name, (text) => {
        for (const folder of [corpusFolderName(text), serverFolderName(text)]) {
          expect(folder).toMatch(/^(?:[\p{L}\p{N}\p{M}][\p{L}\p{N}\p{M}-]*-)?[0-9a-f]{16}$/u);
          expect(Buffer.byteLength(folder)).toBeLessThan(150);
          expect(folder.toLowerCase()).toBe(folder);
        }
      }),
    );
  });

  it('are the same for names that differ only in case or normalisation, and for no others', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const folder = corpusFolderName(one);
        for (const form of ['NFC', 'NFD'] as const) expect(corpusFolderName(one.normalize(form))).toBe(folder);
        expect(corpusFolderName(one.toLowerCase())).toBe(folder);
        expect(corpusFolderName(other) === folder).toBe(nameKey(one) === nameKey(other));
        expect(serverFolderName(one) === serverFolderName(other)).toBe(one === other);
      }),
    );
    expect(corpusFolderName('J\u030cin')).toBe(corpusFolderName('\u01f0in'));
    expect(corpusFolderName('a')).not.toBe(corpusFolderName('a '));
  });

  it('never give a server the folder of the local one or of the starters', () => {
    for (const own of ['local', 'starters']) expect(serverFolderName(own)).toBe(own);
    for (const other of ['Local', 'STARTERS', 'local ', './local', 'starters/']) {
      expect(serverFolderName(other)).toMatch(/-[0-9a-f]{16}$/);
    }
  });

  it('carry any corpus of any server through the disk, as typed and invisible to others', async () => {
    const library = new FileLibrary({ dataFolder: await temporaryFolder(), starterFolder: await starterFolder() });
    await fc.assert(
      fc.asyncProperty(name, name, async (server, corpus) => {
        await library.addStories({ server, name: corpus }, [story('x')], 'append');
        expect(await library.corpora(server)).toMatchObject([{ server, name: corpus }, { name: 'fable' }]);
        expect(await library.corpus(server, corpus)).toMatchObject({ server, name: corpus });
        expect(await library.corpora(`${server[0]}!`)).toHaveLength(1);
        await library.deleteCorpus({ server, name: corpus });
      }),
      { numRuns: 60 },
    );
  });
});

describe('checkName', () => {
  it('counts characters as people do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.constantFrom('a', '🐭', 'é'), (length, character) => {
        const check = () => checkName('corpus name', character.repeat(length));
        if (length >= 1 && length <= 200) expect(check).not.toThrow();
        else expect(check).toThrow(/^A corpus name must have 1 to 200 characters; received (none|\d+: “.{1,82}…”)\.$/u);
      }),
    );
    expect(() => checkName('server id', undefined)).toThrow('received a undefined');
  });

  it('shows a name in a sentence without control characters', () => {
    expect(quoted('a\nb\0c\u202e')).toBe('“a\ufffdb\ufffdc\ufffd”');
  });
});
