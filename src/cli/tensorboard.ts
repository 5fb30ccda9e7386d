import { basename, join, resolve } from 'node:path';
import { decodeModel } from '../language/checkpoint.ts';
import type { CurvePoint } from '../language/progress.ts';
import type { CorpusRef, Version } from '../library/library.ts';
import { TensorBoardRun } from '../training/tensorboard/tensorboard-run.ts';
import type { Training } from '../training/trainer.ts';
import { harmless } from './for-people.ts';
import type { Session } from './session.ts';

/** A training of the command line as a run of TensorBoard. */
export class TrainingBoard {
  readonly #session: Session;
  readonly #directory: string;
  readonly #run: TensorBoardRun;
  #unwatch: () => void = () => undefined;

  /** directory: as typed; name: of what is trained, for the run's folder. Throws `storage` where it cannot be written. */
  constructor(session: Session, directory: string, name: string) {
    this.#session = session;
    this.#directory = directory;
    this.#run = new TensorBoardRun(resolve(session.surroundings.folder, directory), name, Date.now, directory);
  }

  /** The run's folder, and how TensorBoard is started for a person to look at it. */
  get written(): { folder: string; sentence: string } | undefined {
    if (this.#run.failure !== undefined) return undefined;
    const shown = join(this.#directory, basename(this.#run.folder));
    return {
      folder: this.#run.folder,
      sentence: `For TensorBoard: ${harmless(shown)}; tensorboard --logdir ${harmless(this.#directory)} shows it.`,
    };
  }

  follow(training: Training): void {
    this.#unwatch = training.watch((event) => this.#run.follow(event));
  }

  /** Adds the end of a training. Says so where that fails: the model is there, and that is what was asked for. */
  async finish(corpus: CorpusRef, version: Version): Promise<void> {
    try {
      const { library } = await this.#session.house();
      const files = await library.readVersion({ server: corpus.server, name: corpus.name }, version.id);
      const curve = JSON.parse(Buffer.from(files['curve.json'] ?? '[]').toString()) as CurvePoint[];
      this.#run.finish({ version, model: decodeModel(files), curve });
      if (this.#run.failure !== undefined) throw this.#run.failure;
    } catch (error) {
      this.#session.log.debug({ err: error }, "TensorBoard's files are not complete");
      this.#session.output.note(`The files for TensorBoard in ${this.#directory} are not complete; the model is.`);
    }
  }

  /** Safe to call twice, and after `finish`. */
  close(): void {
    this.#unwatch();
    this.#run.close();
  }
}
