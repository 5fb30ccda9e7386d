import { basename } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { ChatHandler } from '../../src/chat/chat-handler.ts';
import type { Locale } from '../../src/chat/locale.ts';
import { said } from '../../src/chat/message.ts';
import { TerminalAdapter, type TerminalOptions } from '../../src/chat/terminal/terminal-adapter.ts';
import { FabulistError } from '../../src/errors.ts';
import type { Asker, Storyteller } from '../../src/story/storyteller.ts';
import { type AdapterHarness, describeAdapter, FakeLog, type OpenChat } from './adapter-contract.ts';
import { FakeStoryteller, VERSION } from './fake-storyteller.ts';
import { Display, Keyboard } from './fake-terminal.ts';

const ALICE: Asker = { server: 'local', channel: 'here', user: 'alice' };
const eventually = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 });

interface Terminal {
  readonly adapter: TerminalAdapter;
  readonly files: Map<string, Uint8Array>;
  /** The replies as they are shown now. */
  sees(): string[];
  type(line: string): void;
  /** All that was written. */
  raw(): string;
}

type Overrides = Partial<Pick<TerminalOptions, 'locale' | 'color' | 'asker' | 'saveFile'>> & { columns?: number };

function options(storyteller: Storyteller, log: FakeLog, files: Map<string, Uint8Array>, overrides: Overrides) {
  return {
    handler: new ChatHandler({ storyteller, log }),
    asker: ALICE,
    locale: 'en' as Locale,
    color: false,
    readFile: async (path: string) => {
      const bytes = files.get(path);
      if (!bytes) throw new FabulistError('bad-file', `${path} does not exist: check the path.`);
      return bytes;
    },
    saveFile: async (name: string, bytes: Uint8Array) => {
      files.set(name, bytes);
      return name;
    },
    ...overrides,
  };
}

/** A terminal that somebody types at. */
async function typedAt(storyteller: Storyteller, log = new FakeLog(), overrides: Overrides = {}) {
  const [input, output, files] = [new Keyboard(), new Display(overrides.columns), new Map<string, Uint8Array>()];
  const adapter = new TerminalAdapter({ ...options(storyteller, log, files, overrides), input, output });
  await adapter.start();
  const sees = () => {
    const blocks = output.lines
      .filter((line) => !line.startsWith('>'))
      .join('\n')
      .split(/\n\n+/);
    // The first is the welcome.
    return blocks
      .slice(1)
      .map((block) => block.trim())
      .filter(Boolean);
  };
  const type = (line: string) => void input.write(`${line}\r`);
  return { adapter, files, sees, type, raw: () => output.raw, input, output };
}

/** A terminal whose input and output are pipes. */
async function piped(storyteller: Storyteller, log = new FakeLog(), overrides: Overrides = {}) {
  const [input, output, files] = [new PassThrough(), new PassThrough(), new Map<string, Uint8Array>()];
  let raw = '';
  output.on('data', (chunk: Buffer) => {
    raw += chunk.toString();
  });
  const adapter = new TerminalAdapter({ ...options(storyteller, log, files, overrides), input, output });
  await adapter.start();
  const sees = () => raw.split('\n').slice(0, -1);
  const type = (line: string) => void (input.writable && input.write(`${line}\n`));
  return { adapter, files, sees, type, raw: () => raw, input, output };
}

function harness(
  typed: boolean,
  open: (storyteller: Storyteller, log: FakeLog, overrides: Overrides) => Promise<Terminal>,
): AdapterHarness {
  return {
    edits: typed,
    announces: typed,
    open: async (storyteller, log): Promise<OpenChat> => {
      const terminals: Terminal[] = [];
      return {
        async join(asker) {
          const terminal = await open(storyteller, log, { asker });
          terminals.push(terminal);
          return {
            async says(line, file) {
              if (file) terminal.files.set(file.fileName, file.bytes);
              terminal.type(file ? line.replace('/train', `/train ${file.fileName}`) : line);
            },
            presses: async (action) => terminal.type(`/${action}`),
            sees: terminal.sees,
          };
        },
        async announce(reportTo, message) {
          // Each terminal is one channel; the others refuse.
          const told = terminals.map(({ adapter }) => adapter.announce(reportTo, message));
          await Promise.any(told).catch(({ errors }: AggregateError) => Promise.reject(errors[0]));
        },
        live() {
          // What our screen and readline send themselves is known; nothing else may be there.
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
          const own = /\x1b\[(?:0?J|\d*[AGC])|\r|\n/g;
          const rest = terminals.map((terminal) => terminal.raw().replace(own, '')).join('');
          return rest.match(/[\p{Cc}\u202e]/gu) ?? [];
        },
        async stop() {
          await Promise.all(terminals.map(({ adapter }) => adapter.stop()));
        },
      };
    },
  };
}

describeAdapter('terminal (typed at)', harness(true, typedAt));
describeAdapter('terminal (piped)', harness(false, piped));

describe('the piped terminal', () => {
  it('answers the n-th line with the n-th line, and ends with the input', async () => {
    const { adapter, type, input, raw } = await piped(new FakeStoryteller());
    for (const line of ['/story had a general', '', '/accuracy', '   ', '/nonsense', 'hello', '/storri', '/continue'])
      type(line);
    input.end();
    await adapter.ended;
    const lines = raw().split('\n');
    expect(lines).toEqual([
      'had a general council to consider.',
      expect.stringMatching(
        /^How well I know “fables”: Of 100 words .* \['could', 'easily', 'retire'\] - \[while\] vs \[while\]/,
      ),
      'There is no command /nonsense; /help shows them all.',
      'Commands begin with a slash: /story hello, or /help to see them all.',
      'There is no command /storri (did you mean /story?); /help shows them all.',
      'had a general council. And then?',
      '',
    ]);
    expect(raw()).not.toContain('\u001b');
    expect(raw()).not.toContain('> ');
  });

  it('waits for a training before it looks at the next line', async () => {
    const storyteller = new FakeStoryteller();
    const { adapter, files, type, input, sees } = await piped(storyteller);
    files.set('a tale.txt', Buffer.from('text'));
    type('/train a tale.txt clean');
    type('/accuracy');
    input.end();
    await eventually(() => expect(storyteller.training).toBeDefined());
    expect(storyteller.calls).toMatchObject([{ method: 'train', args: [{ mode: 'clean' }] }]);
    expect(sees()).toEqual([]);
    storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
    await adapter.ended;
    expect(sees()).toEqual([
      expect.stringMatching(/^Read a tale\.txt: 204 words, in English \(UTF-8\)\. Learned “fables”/),
      expect.stringMatching(/^How/),
    ]);
  });

  it('puts what a reader should know behind the story, in brackets', async () => {
    const storyteller = new FakeStoryteller();
    storyteller.story = {
      ...storyteller.story,
      replaced: [
        { unknown: 'wizard', known: 'ribbon' },
        { unknown: '🐭', known: '' },
      ],
      originality: { longestCopiedWords: 30, newFourWordRuns: 0 },
    };
    const { adapter, type, input, sees } = await piped(storyteller);
    type('/story');
    input.end();
    await adapter.ended;
    expect(sees()).toEqual([
      'had a general council to consider. (I do not know “wizard”, so I went on as if it were “ribbon”.) ' +
        '(I do not know “🐭” and left it out.) (Copied from “fables”: at most 30 words in a row; of 100 runs of four words, 0 are new.)',
    ]);
  });

  it.each([
    ['/train corpus:dogs', 'train'],
    ['/train "a \\"my\\" tale.txt"', 'train', 'a "my" tale.txt'],
    [`/train 'a \\"my\\" tale.txt'`, 'train', 'a \\"my\\" tale.txt'],
    ['/train "C:\\tales\\tale.txt"', 'train', 'C:\\tales\\tale.txt'],
    ['/train "my tale.txt"', 'train'],
    ['/train my\\ tale.txt corpus:dogs', 'train'],
  ])('reads the path in %s', async (line, method, path = 'my tale.txt') => {
    const storyteller = new FakeStoryteller();
    const { adapter, files: disk, type } = await piped(storyteller);
    disk.set(path, Buffer.from('text'));
    type(line);
    await eventually(() => expect(storyteller.calls[0]?.method).toBe(method));
    const files = line === '/train corpus:dogs' ? [] : [{ fileName: basename(path) }];
    expect(storyteller.calls[0]).toMatchObject({ args: [{ files }] });
    await adapter.stop();
  });

  it('says how to hand over a file, and how the help is read here', async () => {
    const { type, sees, adapter } = await piped(new FakeStoryteller());
    type('/train');
    type('/help');
    await eventually(() =>
      expect(sees()).toEqual([
        'Hand me a .txt, .md, .html or .epub file to learn from: /train PATH, such as /train stories/fable.txt',
        expect.stringMatching(/\/continue .*\/train PATH /),
      ]),
    );
    await adapter.stop();
  });

  it.each(['/stop dogs', '/stop corpus:dogs', '/stop "dogs"'])('names the training in %s', async (line) => {
    const storyteller = new FakeStoryteller();
    const { type, adapter } = await piped(storyteller);
    type(line);
    await eventually(() => expect(storyteller.calls).toMatchObject([{ method: 'stop', args: ['dogs'] }]));
    await adapter.stop();
  });

  it('says why a file cannot be read', async () => {
    const { type, sees, adapter } = await piped(new FakeStoryteller());
    type('/train nowhere.txt');
    await eventually(() => expect(sees()).toEqual(['nowhere.txt does not exist: check the path.']));
    await adapter.stop();
  });

  it('keeps what is handed out, or says why it cannot', async () => {
    for (const [saveFile, end] of [
      [undefined, 'It is in dogs.fabulist.gz.'],
      [async () => Promise.reject(new FabulistError('disk-full', 'The disk is full.')), 'The disk is full.'],
      [async () => Promise.reject(new Error('secret')), 'This reply could not be shown.'],
    ] as const) {
      const { type, sees, adapter, files } = await piped(
        new FakeStoryteller(),
        new FakeLog(),
        saveFile ? { saveFile } : {},
      );
      type('/corpora export dogs');
      await eventually(() => expect(sees()[0]).toMatch(new RegExp(`${end}$`)));
      expect(files.size).toBe(saveFile ? 0 : 1);
      await adapter.stop();
    }
  });

  it('speaks German where asked to', async () => {
    const { type, sees, adapter } = await piped(new FakeStoryteller(), new FakeLog(), { locale: 'de' });
    type('/accuracy');
    await eventually(() => expect(sees()[0]).toMatch(/^Wie gut ich „fables“ kenne: Von 100 gelesenen Wörtern/));
    await adapter.stop();
  });

  it('ends when its reader goes away', async () => {
    const { adapter, output, type } = await piped(new FakeStoryteller());
    output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await adapter.ended;
    type('/story');
  });
});

describe('the terminal typed at', () => {
  it('greets, and shows a prompt with what is being typed under everything else', async () => {
    const storyteller = new FakeStoryteller();
    const { adapter, input, output, type } = await typedAt(storyteller);
    input.write('/accu');
    await eventually(() => expect(output.lines.at(-1)).toBe('> /accu'));
    storyteller.trainsFirst = true;
    input.write('\u0015');
    type('/story');
    await eventually(() => expect(storyteller.training).toBeDefined());
    input.write('/can');
    storyteller.training?.send({
      kind: 'progress',
      progress: {
        step: 1,
        share: 0.5,
        secondsSpent: 1,
        secondsLeft: 75,
        loss: 2,
        accuracy: 0.25,
        heldOutPerplexity: null,
        sample: 'A mouse.',
      },
    });
    await eventually(() =>
      expect(output.lines.slice(-4)).toEqual([
        'Learning “fables”  ████████████░░░░░░░░░░░░ 50 %',
        '  Time left: 1 min 15 s, Words guessed right: 25 %, Surprise (loss): 2',
        '  It tells now: A mouse.',
        '> /can',
      ]),
    );
    storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
    await eventually(() =>
      expect(output.lines.slice(-4)).toEqual([
        'had a general council to consider.',
        '/continue  /retell',
        '',
        '> /can',
      ]),
    );
    expect(output.lines.join('\n')).not.toMatch(/50 %/);
    await adapter.stop();
  });

  it('says that the first story is on its way', async () => {
    const storyteller = new FakeStoryteller();
    storyteller.trainsFirst = true;
    const { adapter, sees, type } = await typedAt(storyteller);
    type('/continue');
    await eventually(() => expect(sees()).toEqual(['There is no story to go on with yet: /story had a general']));
    type('/story');
    await eventually(() => expect(storyteller.training).toBeDefined());
    type('/continue');
    await eventually(() => expect(sees().join('\n')).toContain('The story is on its way'));
    storyteller.training?.send({ kind: 'cancelled' });
    storyteller.trainsFirst = false;
    await eventually(() => expect(sees().at(-1)).toContain('had a general council'));
    type('/continue');
    await eventually(() => expect(sees().at(-1)).toContain('And then?'));
    await adapter.stop();
  });

  it('moves the training below a line that is entered meanwhile', async () => {
    const storyteller = new FakeStoryteller();
    const { adapter, files, output, type } = await typedAt(storyteller);
    files.set('a.txt', Buffer.from('text'));
    type('/train a.txt');
    await eventually(() => expect(output.lines.at(-2)).toBe('“fables” is next to be learned'));
    type('/corpora');
    await eventually(() => expect(output.lines.join('\n')).toContain('What I can tell from'));
    expect(output.lines.slice(1)).toEqual([
      '',
      '> /train a.txt',
      '> /corpora',
      'What I can tell from',
      'fables: tells the stories here, 1 story, 204 words, 99 of 100 words right',
      'To tell from another one here: /corpora use NAME',
      '',
      '“fables” is next to be learned',
      '>',
    ]);
    await adapter.stop();
    expect(output.lines.at(-1)).toBe('');
    expect(output.lines.join('\n')).not.toContain('next to be learned');
  });

  it('cuts what is drawn in place to one row, however wide its letters', async () => {
    const storyteller = new FakeStoryteller();
    const { adapter, files, output, type } = await typedAt(storyteller, new FakeLog(), { columns: 40 });
    files.set('a.txt', Buffer.from('text'));
    type('/train a.txt');
    await eventually(() => expect(storyteller.training).toBeDefined());
    const sample = '猫は鼠を見た。'.repeat(20);
    storyteller.training?.send({
      kind: 'progress',
      progress: {
        step: 1,
        share: 0.5,
        secondsSpent: 1,
        secondsLeft: 75,
        loss: 2,
        accuracy: 0.25,
        heldOutPerplexity: null,
        sample,
      },
    });
    await eventually(() => expect(output.lines.at(-2)).toMatch(/^ {2}It tells now: 猫は.*…$/));
    expect([...(output.lines.at(-2) ?? '')].length).toBeLessThan(32);
    expect(output.lines.at(-3)?.length).toBeLessThan(40);
    await adapter.stop();
  });

  it('leaves no copies of a training behind when the terminal is made narrower', async () => {
    const storyteller = new FakeStoryteller();
    const { adapter, files, output, type } = await typedAt(storyteller);
    files.set('a.txt', Buffer.from('text'));
    type('/train a.txt');
    await eventually(() => expect(storyteller.training).toBeDefined());
    const progress = { step: 1, share: 0.5, secondsSpent: 1, secondsLeft: 75, loss: 2, accuracy: 0.25, sample: null };
    const send = (share: number) =>
      storyteller.training?.send({ kind: 'progress', progress: { ...progress, share, heldOutPerplexity: null } });
    send(0.5);
    await eventually(() => expect(output.lines.join('\n')).toContain('50 %'));
    output.narrow(30);
    send(0.75);
    await eventually(() => expect(output.lines.at(-2)).toContain('…'));
    const shown = output.lines.join('\n');
    expect(shown.match(/Learning/g)).toHaveLength(1);
    expect(shown).toContain('> /train a.txt');
    expect(shown).not.toContain('50 %');
    await adapter.stop();
  });

  it('wraps between words, and marks the opening', async () => {
    const storyteller = new FakeStoryteller();
    storyteller.story = {
      ...storyteller.story,
      prose: { opening: 'once there was', continuation: ' a mouse who lived under the stairs.' },
    };
    const { adapter, output, type, raw } = await typedAt(storyteller, new FakeLog(), { columns: 24, color: true });
    type('/story');
    await eventually(() =>
      expect(output.lines.join('\n')).toContain('once there was a mouse\nwho lived under the\nstairs.'),
    );
    expect(raw()).toContain('\u001b[1monce there was\u001b[22m');
    await adapter.stop();
  });

  it('offers completions of commands, openings and corpora', async () => {
    const storyteller = new FakeStoryteller();
    const { adapter, input, output } = await typedAt(storyteller);
    for (const [typed, line] of [
      ['/acc\t', '> /accuracy'],
      ['/story corpus:fab\t', '> /story corpus:fables'],
      ['/story Long a\t', '> /story Long ago, the mice'],
    ] as const) {
      input.write(`\u0015${typed}`);
      await eventually(() => expect(output.lines.at(-1)).toBe(line));
    }
    await adapter.stop();
  });

  it('prints an announcement above what is being typed and what is drawn in place', async () => {
    const storyteller = new FakeStoryteller();
    const { adapter, input, files, output, type } = await typedAt(storyteller);
    files.set('a.txt', Buffer.from('text'));
    type('/train a.txt');
    await eventually(() => expect(output.lines.at(-2)).toBe('“fables” is next to be learned'));
    input.write('/story the cat');
    // Left by four: what follows is typed in the middle.
    input.write('\u001b[D'.repeat(4));
    await eventually(() => expect(output.lines.at(-1)).toBe('> /story the cat'));
    await adapter.announce({ surface: 'terminal', channel: ALICE.channel }, said('I have been reading.'));
    expect(output.lines.slice(-4)).toEqual([
      'I have been reading.',
      '',
      '“fables” is next to be learned',
      '> /story the cat',
    ]);
    // One key at a time: Node 20.20 puts several that come at once in the middle of a line in a wrong order.
    for (const key of ' fat') input.write(key);
    await eventually(() => expect(output.lines.at(-1)).toBe('> /story the fat cat'));
    await adapter.stop();
  });

  it('keeps what is announced before it is started', async () => {
    const [input, output] = [new Keyboard(), new Display()];
    const given = options(new FakeStoryteller(), new FakeLog(), new Map(), {});
    const adapter = new TerminalAdapter({ ...given, input, output });
    const told = adapter.announce({ surface: 'terminal', channel: ALICE.channel }, said('I have been reading.'));
    expect(output.raw).toBe('');
    await adapter.start();
    await told;
    expect(output.lines.slice(1)).toEqual(['', 'I have been reading.', '', '>']);
    await adapter.stop();
  });

  it('ends on Ctrl-C with the terminal as it was', async () => {
    const storyteller = new FakeStoryteller();
    const { adapter, input, output, files, type } = await typedAt(storyteller);
    files.set('a.txt', Buffer.from('text'));
    type('/train a.txt');
    await eventually(() => expect(storyteller.training).toBeDefined());
    expect(input.raw).toBe(true);
    input.write('half a li\u0003');
    await adapter.ended;
    expect(input.raw).toBe(false);
    const { length } = output.raw;
    storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
    await new Promise((resolve) => setImmediate(resolve));
    expect(output.raw.length).toBe(length);
    expect(output.lines.at(-1)).toBe('');
  });

  it('ends on Ctrl-D', async () => {
    const { adapter, input } = await typedAt(new FakeStoryteller());
    input.write('\u0004');
    await adapter.ended;
  });

  it.each(['exit', '/quit'])('ends on %s, and not on an opening that begins like it', async (line) => {
    const { adapter, output, type } = await typedAt(new FakeStoryteller());
    type(`${line} the`);
    await eventually(() => expect(output.lines.at(-1)).toBe('>'));
    let ended = false;
    adapter.ended.then(() => (ended = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    type(line);
    await adapter.ended;
  });
});

describe('the terminal', () => {
  it('may be stopped before it is started, and then does not start', async () => {
    const input = new PassThrough();
    const adapter = new TerminalAdapter({
      ...options(new FakeStoryteller(), new FakeLog(), new Map(), {}),
      input,
      output: new PassThrough(),
    });
    await adapter.stop();
    await adapter.start();
    await adapter.ended;
    expect(input.listenerCount('data')).toBe(0);
  });
});
