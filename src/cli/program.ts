import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { PACKAGE_FOLDER } from '../config.ts';
import { FabulistError } from '../errors.ts';
import { addAccuracy } from './accuracy.ts';
import { Interrupted } from './ask.ts';
import { addChat } from './chat.ts';
import { addCorpora } from './corpora.ts';
import { addDoctor } from './doctor.ts';
import { addExport } from './export.ts';
import { harmless } from './for-people.ts';
import { addForget } from './forget.ts';
import { addImport } from './import.ts';
import { addNeighbours } from './neighbours.ts';
import { addRetrain } from './retrain.ts';
import { addRollback } from './rollback.ts';
import { type GlobalOptions, type OpenSession, Session, type Surroundings } from './session.ts';
import { addSlackManifest } from './slack-manifest.ts';
import { addStart } from './start.ts';
import { addStory } from './story.ts';
import { addTrain } from './train.ts';
import { addTrainer } from './trainer.ts';

const COMMANDS = [
  addStory,
  addTrain,
  addAccuracy,
  addNeighbours,
  addCorpora,
  addForget,
  addRollback,
  addRetrain,
  addExport,
  addImport,
  addChat,
  addStart,
  addTrainer,
  addDoctor,
  addSlackManifest,
];

function version(): string {
  const text = readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** What a shell expects of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

/** The floors below name an option without the dashes that only the command line has: `words must be ...`. */
function withDashes({ code, message }: FabulistError): string {
  return code === 'usage' ? message.replace(/^(?=[a-z][a-z-]* must )/, '--') : message;
}

/** What commander finds wrong, as one sentence that says where to read what is right, unless it says so itself. */
function usageSentence(text: string, command: string | undefined): string {
  const sentence = text.trimEnd().replace(/^error: (.)/, (_, first: string) => first.toUpperCase());
  if (/\(Did you mean|Allowed choices/.test(sentence)) return sentence;
  const wrong = sentence.replace('. Expected', ': expected').replace(/\.$/, '');
  return `${wrong}; ${command ? `${command} ` : ''}--help shows what there is.`;
}

/** The command line as a whole: `run` never throws, `close` may be called at any moment. */
export class Program {
  readonly #surroundings: Surroundings;
  #session: Session | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Carries out one command; resolves to the exit code: 0, 1 for what the user can mend, 2 for wrong usage. */
  async run(args: readonly string[]): Promise<number> {
    let code = 0;
    try {
      this.#refuseHelpForNothing(args);
      await this.#commander(args).parseAsync(args, { from: 'user' });
    } catch (error) {
      code = this.#report(error);
    }
    try {
      await this.close();
    } catch (error) {
      code ||= this.#report(error);
    }
    return code;
  }

  async close(): Promise<void> {
    await this.#session?.close();
  }

  /** Says what becomes of what does not end in time: the process goes now. */
  cutOff(): void {
    this.#session?.display.stop();
    this.#surroundings.stderr.write(
      'Fabulist was cut off in the middle of ending; what was stored is kept, and a training goes on at the next start.\n',
    );
  }

  /**
   * Milliseconds in which what was begun ends by itself: what a cluster must be told takes longer than what files do, and
   * people who wait for an answer on a platform are told first that none comes.
   */
  get grace(): number {
    const { database, discord, slack } = this.#session?.config ?? {};
    if (database) return 15_000;
    return discord || slack ? 6_000 : 2_500;
  }

  /** Commander answers a request for help with a command that is not there with the help of the whole, as if all were well. */
  #refuseHelpForNothing(args: readonly string[]): void {
    if (!args.some((arg) => arg === 'help' || arg === '--help' || arg === '-h')) return;
    const program = this.#commander(args);
    const [first, second] = program.parseOptions([...args]).operands;
    const name = first === 'help' ? second : first;
    if (name === undefined || name === 'help' || program.commands.some((command) => command.name() === name)) return;
    program.error(`error: unknown command '${name}'`);
  }

  #commander(args: readonly string[]): Command {
    const { stdout, stderr } = this.#surroundings;
    const named = () => args.find((arg) => program.commands.some((command) => command.name() === arg));
    const program = new Command('fabulist')
      .description('A storyteller that learns to write from the stories people hand it.')
      .version(version(), '-V, --version', 'the version of Fabulist')
      .option('--json', 'print one JSON object on standard output, and nothing else there')
      .option('--data <dir>', 'folder for uploads and models (default: FABULIST_DATA, else its own folder)')
      .addOption(
        new Option('--engine <name>', 'what computes (default: FABULIST_ENGINE, else auto)').choices([
          'auto',
          'native',
          'wasm',
        ]),
      )
      .configureHelp({ showGlobalOptions: true })
      .exitOverride()
      .configureOutput({
        writeOut: (text) => stdout.write(text),
        writeErr: (text) => stderr.write(text),
        outputError: (text, write) => write(`${harmless(usageSentence(text, named()))}\n`),
      });
    const open: OpenSession = (command, stays) => {
      this.#session = new Session(this.#surroundings, command.optsWithGlobals<GlobalOptions>(), stays);
      return this.#session;
    };
    for (const add of COMMANDS) add(program, open);
    // Subcommands made with .command() inherit exitOverride and configureOutput.
    return program;
  }

  #report(error: unknown): number {
    this.#session?.display.stop();
    // Commander has said what it had to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    this.#session?.log.debug({ err: error }, 'the command failed');
    const { stderr } = this.#surroundings;
    if (error instanceof FabulistError) {
      stderr.write(`${harmless(withDashes(error))}\n`);
      if (error instanceof Interrupted) return INTERRUPTED;
      return error.code === 'usage' ? 2 : 1;
    }
    stderr.write(
      'Something went wrong inside Fabulist; run it with LOG_LEVEL=debug to see what, and please report it.\n',
    );
    return 1;
  }
}
