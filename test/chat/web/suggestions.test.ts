import { describe, expect, it } from 'vitest';
import { ChatHandler } from '../../../src/chat/chat-handler.ts';
import { commandNamed } from '../../../src/chat/commands.ts';
import { suggestionsFor } from '../../../src/chat/web/suggestions.ts';
import { FakeLog } from '../adapter-contract.ts';
import { FakeStoryteller, VERSION } from '../fake-storyteller.ts';

const ALICE = { server: 'local', channel: 'page', user: 'local' };

/** Those of a story that are named. */
const OPTIONS = (commandNamed('story')?.options ?? []).filter(({ rest }) => !rest).map(({ name }) => name);

async function linesFor(line: string, locale: 'en' | 'de' = 'en'): Promise<string[]> {
  const storyteller = new FakeStoryteller();
  storyteller.corpora = async () =>
    ['fables', 'my dogs'].map((name) => ({
      ...{ name, starter: false, chosen: false, stories: 1, version: VERSION, stale: false },
    }));
  const handler = new ChatHandler({ storyteller, log: new FakeLog() });
  const found = await suggestionsFor(handler, ALICE, line, locale);
  for (const { label } of found) expect(label).not.toBe('');
  return found.map((suggestion) => suggestion.line);
}

describe('suggestions', () => {
  it.each([
    ['/', ['/story ', '/train ', '/accuracy ', '/corpora ', '/forget ', '/cancel ', '/help ']],
    ['/CO', ['/corpora ']],
    ['/nonsense', []],
    ['/nonsense x', []],
    ['/help ', []],
    ['had', ['Long ago, the mice']],
    ['  ', []],
    ['/story', ['/story ']],
    ['/story ', ['/story Long ago, the mice', ...OPTIONS.map((name) => `/story ${name}:`)]],
    ['/story wo', ['/story Long ago, the mice', '/story words:']],
    ['/story words:8 co', ['/story words:8 Long ago, the mice', '/story words:8 corpus:']],
    ['/story corpus:', ['/story corpus:fables ', '/story corpus:"my dogs" ']],
    ['/story corpus:do', ['/story corpus:"my dogs" ']],
    ['/train mode:', ['/train mode:append ', '/train mode:clean ']],
    ['/train mode:cl', ['/train mode:clean ']],
    ['/accuracy fab', ['/accuracy fables ']],
    ['/corpora action:ex', ['/corpora action:export ']],
    [
      '/corpora action:rollback corpus:fables version:',
      [`/corpora action:rollback corpus:fables version:${VERSION.id} `],
    ],
  ])('%j', async (line, lines) => {
    expect(await linesFor(line)).toEqual(lines);
  });

  it('says what each does, in the reader’s language', async () => {
    const handler = new ChatHandler({ storyteller: new FakeStoryteller(), log: new FakeLog() });
    const [story] = await suggestionsFor(handler, ALICE, '/st', 'de');
    expect(story).toEqual({
      line: '/story ',
      label: '/story',
      detail: 'Eine Geschichte von ihren ersten Wörtern an weitererzählen',
    });
    const [clean] = await suggestionsFor(handler, ALICE, '/train mode:c', 'en');
    expect(clean?.detail).toBe('Start clean');
  });
});
