import type { Engine } from '../../engine/engine.ts';
import type { Model } from '../model.ts';
import type { Reader } from '../reader.ts';
import type { RunIndex } from '../text/run-index.ts';
import { UNKNOWN } from '../text/vocabulary.ts';
import { othersTurn, Turn } from '../turns.ts';
import { openReader } from './open-reader.ts';
import { Telling, type TellOptions, type Told } from './telling.ts';

/** Stories told side by side at most; the others wait for one of them to end. */
const SIDE_BY_SIDE = 64;

/** A story that somebody waits for. */
interface Waiting {
  readonly telling: Telling;
  readonly resolve: (told: Told) => void;
  readonly reject: (error: unknown) => void;
  failure?: { readonly error: unknown };
}

/**
 * Tells continuations with one model, whose reader it holds until it is disposed. Stories asked for while others are told join
 * them: a step of many rows costs little more than a step of one, since it reads the same weights.
 */
export class Teller {
  /** Symbols of the vocabulary. */
  readonly #width: number;
  readonly #reader: Reader;
  readonly #unknown: number;
  readonly #waiting: Waiting[] = [];
  /** The stories being told, in the order of the reader's rows. */
  #rows: Waiting[] = [];
  #busy = false;

  /** reader: of the model, the teller's from now on. */
  constructor({ vocabulary }: Pick<Model, 'vocabulary'>, reader: Reader) {
    this.#width = vocabulary.size;
    this.#unknown = vocabulary.idOf(UNKNOWN) ?? -1;
    this.#reader = reader;
  }

  /** As `openReader` takes them, and rejects. */
  static async open(engine: Engine | null, model: Model, index?: RunIndex): Promise<Teller> {
    return new Teller(model, await openReader(engine, model, index));
  }

  /** As `Reader.bytes`. */
  get bytes(): number {
    return this.#reader.bytes;
  }

  /** context: ids of the symbols before, at least one. The words depend on nothing but the model, the context and the options. */
  tell(context: Int32Array, options: TellOptions): Promise<Told> {
    return new Promise((resolve, reject) => {
      const telling = new Telling(context, options, this.#reader.memory, this.#unknown);
      this.#waiting.push({ telling, resolve, reject });
      if (!this.#busy) void this.#work();
    });
  }

  /** Frees what the reader holds. Stories that are being told must have ended. */
  dispose(): void {
    this.#reader.dispose();
  }

  /** Tells until nobody waits any more. */
  async #work(): Promise<void> {
    this.#busy = true;
    try {
      // What is asked for in the same breath begins together.
      await othersTurn();
      const turn = new Turn();
      for (this.#seat(); this.#rows.length > 0; this.#seat()) {
        await this.#step(turn);
        if (turn.over && !this.#rows.every(isOver)) await turn.next();
      }
    } catch (error) {
      for (const { reject } of this.#rows) reject(error);
      this.#rows = [];
      this.#reader.arrange([]);
    } finally {
      this.#busy = false;
    }
    // Whoever came while others failed.
    if (this.#waiting.length > 0) void this.#work();
  }

  /** Lets the stories that are over go, and those that wait come in. */
  #seat(): void {
    const before = this.#rows;
    const staying = before.filter((row) => !isOver(row));
    const coming = this.#waiting.splice(0, SIDE_BY_SIDE - staying.length);
    if (staying.length === before.length && coming.length === 0) return;
    this.#rows = [...staying, ...coming];
    for (const { telling, failure, resolve, reject } of before) {
      if (failure) reject(failure.error);
      else if (telling.done) resolve(telling.told());
    }
    this.#reader.arrange([...staying.map((row) => before.indexOf(row)), ...coming.map(() => -1)]);
  }

  async #step(turn: Turn): Promise<void> {
    const rows = this.#rows;
    const reader = this.#reader;
    reader.read(new Int32Array(rows.map(({ telling }) => telling.next())));
    const choosing = [...rows.keys()].filter((row) => (rows[row] as Waiting).telling.chooses);
    if (choosing.length === 0) return;
    const logits = await reader.logits(choosing);
    for (const [k, row] of choosing.entries()) {
      const waiting = rows[row] as Waiting;
      const own = logits.subarray(k * this.#width, (k + 1) * this.#width);
      try {
        waiting.telling.choose(own, reader.shorter && (() => reader.shorter?.(row) ?? null));
      } catch (error) {
        // Its own guides, which are no business of those who are told beside it.
        waiting.failure = { error };
      }
      if (turn.over) await turn.next();
    }
  }
}

function isOver({ telling, failure }: Waiting): boolean {
  return telling.done || failure !== undefined;
}
