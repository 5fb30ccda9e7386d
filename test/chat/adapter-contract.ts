import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ActionName } from '../../src/chat/commands.ts';
import type { Message } from '../../src/chat/message.ts';
import { en } from '../../src/chat/texts/en.ts';
import { FabulistError } from '../../src/errors.ts';
import type { Asker, Storyteller } from '../../src/story/storyteller.ts';
import type { ReportTo, TrainingProgress } from '../../src/training/trainer.ts';
import { FakeStoryteller, VERSION } from './fake-storyteller.ts';

/** What an adapter's tests provide so that the contract can talk through it. */
export interface AdapterHarness {
  /** Starts the adapter on the storyteller; what goes wrong inside goes to `log`. */
  open(storyteller: Storyteller, log: FakeLog): Promise<OpenChat>;
  /** Whether messages change in place while something goes on; else only what comes of it is shown. */
  readonly edits: boolean;
  /** Whether the surface can say what nobody asked for just now; else an announcement is refused, and nothing is shown. */
  readonly announces: boolean;
  /** Whether the surface delivers the adapter's own messages to it; then its chats have `echo`. */
  readonly echoes?: boolean;
  /** Two people of different servers, where the surface has ids of its own. */
  readonly people?: readonly [Asker, Asker];
}

export interface OpenChat {
  /** A person at a place of the surface, who may manage its server. */
  join(who: Asker): Promise<Person>;
  /** What the adapter does with an announcement. */
  announce(reportTo: ReportTo, message: Message): Promise<void>;
  /** What was sent so far and would act on somebody's surface: mentions, links, markup, escape sequences out of told text. */
  live(): string[];
  /** Lets the adapter receive its own messages. */
  echo?(): Promise<void>;
  /** Stops the adapter. */
  stop(): Promise<void>;
}

export interface Person {
  /** Sends a command as it is typed, with a file where given. */
  says(line: string, file?: { readonly fileName: string; readonly bytes: Uint8Array }): Promise<void>;
  /** Does what the button under the latest message that has it does. */
  presses(action: ActionName): Promise<void>;
  /** The texts of the messages to this person as they are shown now, oldest first. */
  sees(): string[];
}

export class FakeLog {
  readonly lines: { readonly details: { readonly err?: unknown }; readonly message: string }[] = [];

  error(details: object, message: string): void {
    this.lines.push({ details, message });
  }

  warn(details: object, message: string): void {
    this.lines.push({ details, message });
  }
}

const PEOPLE: readonly [Asker, Asker] = [
  { server: 'local', channel: 'here', user: 'alice' },
  { server: 'elsewhere', channel: 'there', user: 'eve' },
];
const FILE = { fileName: 'fables.txt', bytes: Buffer.from('Long ago, the mice had a general council.') };

const HOSTILE =
  'a\u001b[2J\u001b]0;title\u0007\u202e\u0000\u009b31m\r\n @everyone <@1> <@&1> <!channel> <!here> ||x|| ' +
  '[a](https://b) ``` discord.gg/x **b** _i_ <b>&amp;</b> \n> quote\n# title';

const PROGRESS: TrainingProgress = {
  step: 40,
  share: 0.42,
  secondsSpent: 3,
  secondsLeft: 4,
  loss: 1.234,
  accuracy: 0.613,
  heldOutPerplexity: null,
  sample: 'The mice had a bell.',
};

const NEWS: Message = {
  paragraphs: [
    [{ text: 'I have been reading.', bold: true }],
    [{ text: 'It tells: ' }, { text: 'A bell rang.', italic: true }],
  ],
};
/** The place of somebody, as a training that they ask for would note it. */
const placeOf = ({ channel }: Asker): ReportTo => ({ surface: 'any', channel });

/** Waits for something to become so; only the machine's own speed passes meanwhile. */
const eventually = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 });

/** What every adapter must do; `describe`s and `it`s for a test file of the adapter. */
export function describeAdapter(surface: string, harness: AdapterHarness): void {
  const [ALICE, EVE] = harness.people ?? PEOPLE;
  describe(`the ${surface} adapter`, () => {
    let storyteller: FakeStoryteller;
    let log: FakeLog;
    let chat: OpenChat;
    let alice: Person;

    beforeEach(async () => {
      storyteller = new FakeStoryteller();
      log = new FakeLog();
      chat = await harness.open(storyteller, log);
      alice = await chat.join(ALICE);
    });

    afterEach(async () => {
      await chat.stop();
      expect(log.lines.map(({ message }) => message)).toEqual([]);
    });

    const sees = (person: Person, ...texts: (string | RegExp)[]) =>
      eventually(() => expect(person.sees()).toEqual(texts.map((text) => expect.stringMatching(text))));

    it.each([
      ['/story had a general', 'tell', [{ opening: 'had a general' }], /^had a general council to consider\./],
      ['/story', 'tell', [{ opening: '' }], /^had a general council/],
      [
        '/story corpus:"my fables" words:64 temperature:0.5 seed:3 had a general',
        'tell',
        [{ opening: 'had a general', corpus: 'my fables', words: 64, temperature: 0.5, seed: 3 }],
        /^had a general council/,
      ],
      ['/accuracy', 'accuracy', [undefined], /99/],
      ['/accuracy corpus:dogs', 'accuracy', ['dogs'], /dogs/],
      ['/corpora', 'corpora', [], /fables/],
      ['/corpora action:use corpus:dogs', 'choose', ['dogs', 'channel'], /dogs/],
      ['/corpora action:use-everywhere corpus:dogs', 'choose', ['dogs', 'server'], /dogs/],
      ['/corpora action:rollback corpus:dogs', 'rollback', ['dogs', undefined], new RegExp(VERSION.id)],
      ['/corpora action:rollback corpus:dogs version:v1', 'rollback', ['dogs', 'v1'], new RegExp(VERSION.id)],
      ['/corpora action:export corpus:dogs', 'exportCorpus', ['dogs'], /dogs/],
      ['/forget', 'forget', [undefined], /2 .*3 /],
      ['/forget corpus:dogs', 'forget', ['dogs'], /2 .*3 /],
      ['/cancel', 'cancel', [undefined], /fables/],
      ['/cancel corpus:dogs', 'cancel', ['dogs'], /dogs/],
    ] as const)('%s', async (line, method, args, text) => {
      await alice.says(line);
      await sees(alice, text);
      const [call, ...more] = storyteller.calls;
      expect(more).toEqual([]);
      expect(call).toMatchObject({ method, asker: ALICE });
      // Options that were not given are not passed, or passed as undefined.
      expect(JSON.parse(JSON.stringify(call?.args))).toEqual(JSON.parse(JSON.stringify(args)));
    });

    it('/help names every command, and what is kept', async () => {
      await alice.says('/help');
      await eventually(() => expect(alice.sees().join('\n')).toMatch(/whose\s+they\s+are/));
      for (const name of ['story', 'train', 'accuracy', 'corpora', 'forget', 'cancel', 'help']) {
        expect(alice.sees().join('\n')).toContain(`/${name}`);
      }
      expect(storyteller.calls).toEqual([]);
    });

    it('answers in the order of asking', async () => {
      for (const line of ['/story', '/accuracy', '/corpora']) {
        const before = alice.sees().length;
        await alice.says(line);
        await eventually(() => expect(alice.sees()).toHaveLength(before + 1));
      }
      await sees(alice, /^had a general/, /99/, /fables/);
    });

    it.each([
      ['continue', /^had a general council\. And then\?/],
      ['retell', /^had a general quarrel\./],
    ] as const)('does what %s says with the story it is said of', async (action, text) => {
      await alice.says('/story had a general');
      await sees(alice, /^had a general council to consider/);
      await alice.presses(action);
      await eventually(() => expect(alice.sees().at(-1)).toMatch(text));
      expect(storyteller.calls.at(-1)).toEqual({ method: action, asker: ALICE, args: [storyteller.story.id] });
    });

    it('takes a part back, and leaves the story alone where that fails', async () => {
      await alice.says('/story had a general');
      await sees(alice, /^had a general/);
      await alice.presses('continue');
      await eventually(() => expect(alice.sees().at(-1)).toMatch(/And then\?/));
      storyteller.error = new FabulistError('usage', 'Nothing to take back.');
      await alice.presses('undo');
      await eventually(() => expect(alice.sees().at(-1)).toMatch(/Nothing to take back\./));
      expect(alice.sees().some((text) => text.includes('And then?'))).toBe(true);
      storyteller.error = undefined;
      await alice.presses('undo');
      // The sentence from before may stand below the story, which was changed in its place.
      const stories = () => alice.sees().filter((text) => !text.includes('Nothing to take back.'));
      await eventually(() => expect(stories().at(-1)).toMatch(/council to consider\./));
    });

    it('takes a file and shows what came of it in one message', async () => {
      await alice.says('/train corpus:dogs mode:clean', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      const [call] = storyteller.calls;
      const { fileName, bytes } = FILE;
      const request = {
        corpus: 'dogs',
        mode: 'clean',
        files: [{ fileName, bytes: expect.toSatisfy((given) => Buffer.from(given).equals(bytes)) }],
        reportTo: { channel: ALICE.channel },
      };
      expect(call).toMatchObject({ method: 'train', asker: ALICE, args: [request] });
      storyteller.training?.send({ kind: 'progress', progress: PROGRESS });
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await sees(alice, /204.*112/s);
      expect(alice.sees()[0]).toContain('fables.txt');
      expect(alice.sees()[0]).not.toContain('42 %');
      await eventually(() => expect(storyteller.training?.watched).toBe(false));
    });

    it.runIf(harness.edits)('shows a training on its way, and changes that message', async () => {
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send({ kind: 'queued', place: 2 });
      await sees(alice, /waits.*2/s);
      storyteller.training?.send({
        kind: 'preparing',
        what: 'Installing the native engine (120 of 274 MB)',
        share: 0.44,
      });
      await sees(alice, /Installing the native engine \(120 of 274 MB\)/);
      storyteller.training?.send({ kind: 'progress', progress: PROGRESS });
      await sees(alice, /42 %.*4 s.*61 %.*1\.23.*The mice had a bell\./s);
      storyteller.training?.send({ kind: 'log', line: 'Iter= 1000, Average Loss= 4.3' });
      storyteller.training?.send({ kind: 'failed', message: 'The engine is missing.', setAside: false });
      await sees(alice, /The engine is missing\./);
      expect(alice.sees()[0]).not.toMatch(/42 %|Iter/);
    });

    it.runIf(harness.edits)('takes other commands while a training runs, and stops it', async () => {
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send({ kind: 'progress', progress: PROGRESS });
      await sees(alice, /42 %/);
      await alice.says('/accuracy');
      await eventually(() => expect(alice.sees().join('\n')).toMatch(/99 right/));
      await alice.presses('stop');
      await eventually(() => expect(alice.sees().join('\n')).toMatch(/stopped early/));
      expect(storyteller.calls.at(-1)).toMatchObject({ method: 'stop', asker: ALICE });
    });

    it('tells the story once the first training is done', async () => {
      storyteller.trainsFirst = true;
      await alice.says('/story had a general');
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send({ kind: 'progress', progress: PROGRESS });
      if (harness.edits) await sees(alice, /42 %/);
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await sees(alice, /^had a general council to consider/);
      expect(storyteller.training?.watched).toBe(false);
    });

    it.each(['/story x', '/accuracy', '/corpora', '/forget', '/cancel', '/train'])(
      'says in one sentence why %s cannot be done',
      async (line) => {
        storyteller.error = new FabulistError('no-model', 'There is no corpus <b>x</b> here; try *another*.');
        await alice.says(line, line === '/train' ? FILE : undefined);
        const sentence = expect.stringContaining('There is no corpus <b>x</b> here; try *another*.');
        await eventually(() => expect(alice.sees()).toEqual([sentence]));
      },
    );

    it('says that something went wrong inside, without saying what', async () => {
      storyteller.error = new TypeError('weights.bin: secret of /home/someone');
      await alice.says('/story x');
      await sees(alice, /^Something went wrong inside Fabulist/);
      expect(alice.sees()[0]).not.toMatch(/secret|home|TypeError|at /);
      expect(log.lines.splice(0).map(({ details }) => details.err)).toEqual([storyteller.error]);
    });

    it('refuses an option that is none, before anything is done', async () => {
      await alice.says('/story words:many had a general');
      await sees(alice, /^words must be a whole number from 8 to 256, not many\./);
      expect(storyteller.calls).toEqual([]);
    });

    it('lets nothing in told text act', async () => {
      storyteller.story = {
        ...storyteller.story,
        opening: HOSTILE,
        prose: { opening: HOSTILE, continuation: HOSTILE },
        replaced: [{ unknown: HOSTILE, known: HOSTILE }],
        corpus: HOSTILE,
        originality: { longestCopiedWords: 30, newFourWordRuns: 0 },
      };
      await alice.says('/story a');
      await eventually(() => expect(alice.sees()).toHaveLength(1));
      expect(alice.sees()[0]).toContain('@everyone <@1>');
      storyteller.error = new FabulistError('bad-file', `${HOSTILE} is empty.`);
      await alice.says('/accuracy');
      await eventually(() => expect(alice.sees()).toHaveLength(2));
      storyteller.error = undefined;
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send({ kind: 'progress', progress: { ...PROGRESS, sample: HOSTILE } });
      if (harness.edits) await eventually(() => expect(alice.sees().at(-1)).toContain('61 %'));
      const figures = { ...VERSION.figures, sampleText: HOSTILE, sample: HOSTILE };
      storyteller.training?.send({ kind: 'finished', version: { ...VERSION, figures }, stopped: false });
      await eventually(() => expect(alice.sees().at(-1)).toContain('112'));
      expect(chat.live()).toEqual([]);
    });

    it.runIf(harness.announces)('announces in the one channel, as a message of its own', async () => {
      const eve = await chat.join(EVE);
      await alice.says('/story had a general');
      await sees(alice, /^had a general/);
      await chat.announce(placeOf(ALICE), NEWS);
      await sees(alice, /^had a general/, /^I have been reading\.\s+It tells: A bell rang\.$/);
      await alice.presses('continue');
      await eventually(() => expect(alice.sees().join('\n')).toMatch(/And then\?/));
      expect(alice.sees().join('\n')).toContain('A bell rang.');
      expect(eve.sees()).toEqual([]);
      expect(storyteller.calls.map(({ method }) => method)).toEqual(['tell', 'continue']);
    });

    it.runIf(harness.announces)('announces while a training is on its way', async () => {
      await alice.says('/train', FILE);
      await eventually(() => expect(storyteller.training).toBeDefined());
      storyteller.training?.send({ kind: 'progress', progress: PROGRESS });
      if (harness.edits) await sees(alice, /42 %/);
      await chat.announce(placeOf(ALICE), NEWS);
      await eventually(() => expect(alice.sees().join('\n')).toContain('A bell rang.'));
      storyteller.training?.send({ kind: 'finished', version: VERSION, stopped: false });
      await eventually(() => {
        expect(alice.sees().join('\n')).toContain('112');
        expect(alice.sees().join('\n')).not.toContain('42 %');
      });
      expect(alice.sees().join('\n')).toContain('A bell rang.');
    });

    it.runIf(harness.announces)('lets nothing in an announcement act', async () => {
      await chat.announce(placeOf(ALICE), { paragraphs: [[{ text: HOSTILE, bold: true }, { text: HOSTILE }]] });
      await eventually(() => expect(alice.sees().join('\n')).toContain('@everyone <@1>'));
      expect(chat.live()).toEqual([]);
    });

    it.runIf(!harness.announces)('refuses to announce, and says nothing', async () => {
      await expect(chat.announce(placeOf(ALICE), NEWS)).rejects.toThrow(FabulistError);
      await alice.says('/story had a general');
      await sees(alice, /^had a general/);
    });

    it('refuses to announce in a channel that is not there, and when it is stopped', async () => {
      await expect(chat.announce({ surface: 'any', channel: 'nowhere' }, NEWS)).rejects.toThrow(FabulistError);
      await chat.stop();
      await expect(chat.announce(placeOf(ALICE), NEWS)).rejects.toThrow(FabulistError);
      expect(alice.sees()).toEqual([]);
    });

    it('keeps servers apart', async () => {
      const eve = await chat.join(EVE);
      await alice.says('/story corpus:dogs');
      await sees(alice, /^had a general/);
      await eve.says('/story corpus:dogs');
      await sees(eve, /^had a general/);
      expect(storyteller.calls.map(({ asker }) => asker)).toEqual([ALICE, EVE]);
      expect(alice.sees()).toHaveLength(1);
    });

    it.runIf(harness.echoes)('never answers itself', async () => {
      await alice.says('/story had a general');
      await sees(alice, /^had a general/);
      await chat.echo?.();
      await alice.says('/accuracy');
      await eventually(() => expect(alice.sees()).toHaveLength(2));
      expect(storyteller.calls.map(({ method }) => method)).toEqual(['tell', 'accuracy']);
    });

    it('may be stopped twice, also in the middle of an answer, and answers nobody any more', async () => {
      let open: () => void = () => undefined;
      storyteller.gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      await alice.says('/story had a general');
      await eventually(() => expect(storyteller.calls).toHaveLength(1));
      await Promise.all([chat.stop(), chat.stop()]);
      await chat.stop();
      open();
      await alice.says('/accuracy');
      await new Promise((resolve) => setImmediate(resolve));
      expect(storyteller.calls).toHaveLength(1);
      // Whoever waited may be told that nothing will come; they are told nothing else.
      expect(alice.sees().filter((text) => text !== en.errors.stopping)).toEqual([]);
    });
  });
}
