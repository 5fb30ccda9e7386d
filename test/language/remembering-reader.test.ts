import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reader } from '../../src/language/reader.ts';
import { RememberingReader } from '../../src/language/remembering-reader.ts';

const MEMORY = 3;
const SYMBOLS = 4;

/** Predicts from the last three symbols of each story, and counts its work. */
class PlainReader implements Reader {
  readonly memory = MEMORY;
  steps = 0;
  asked = 0;
  #stories: number[][] = [];

  arrange(from: readonly number[]): void {
    this.#stories = from.map((row) => (row < 0 ? [] : [...(this.#stories[row] as number[])]));
  }

  read(ids: Int32Array): void {
    if (ids.length !== this.#stories.length) throw new Error('A row was read that is not there.');
    this.steps++;
    for (const [row, id] of ids.entries()) this.#stories[row]?.push(id);
  }

  logits(rows: readonly number[]): Float32Array {
    this.asked += rows.length;
    return Float32Array.from(
      rows.flatMap((row) => {
        const window = (this.#stories[row] as number[]).slice(-MEMORY);
        return Array.from({ length: SYMBOLS }, (_, id) => window.reduce((sum, symbol) => sum * 5 + symbol + 1, id));
      }),
    );
  }

  dispose(): void {
    this.#stories = [];
  }
}

describe('a reader that remembers', () => {
  it('says what the reader behind it would say, whoever comes, goes and is asked', async () => {
    const step = fc.record({
      leave: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      come: fc.integer({ min: 0, max: 2 }),
      ask: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      ids: fc.array(fc.integer({ min: 0, max: SYMBOLS - 1 }), { minLength: 6, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const plain = new PlainReader();
        const remembering = new RememberingReader(new PlainReader(), SYMBOLS);
        let rows = 0;
        for (const { leave, come, ask, ids } of steps) {
          const staying = [...Array(rows).keys()].filter((row) => !leave[row]);
          const from = [...staying.reverse(), ...Array(come).fill(-1)].slice(0, 6);
          for (const reader of [plain, remembering]) reader.arrange(from);
          rows = from.length;
          if (rows === 0) continue;
          for (const reader of [plain, remembering]) reader.read(Int32Array.from(ids.slice(0, rows)));
          const asked = from.flatMap((_, row) => (ask[row] ? [row] : []));
          expect(await remembering.logits(asked)).toEqual(plain.logits(asked));
        }
      }),
    );
  });

  it('works nothing out twice', async () => {
    const plain = new PlainReader();
    const reader = new RememberingReader(plain, SYMBOLS);
    const story = async () => {
      reader.arrange([-1]);
      for (const id of [0, 1, 2, 3, 0, 1]) {
        reader.read(Int32Array.of(id));
        await reader.logits([0]);
      }
      reader.arrange([]);
    };
    await story();
    const { steps, asked } = plain;
    expect([steps, asked]).toEqual([6, 6]);
    await story();
    expect([plain.steps, plain.asked]).toEqual([steps, asked]);
    reader.arrange([-1, -1]);
    for (const id of [3, 1, 2]) reader.read(Int32Array.of(id, id));
    await reader.logits([0, 1]);
    expect(plain.asked).toBe(asked + 1);
  });

  it('gives out what a caller may change', async () => {
    const reader = new RememberingReader(new PlainReader(), SYMBOLS);
    const first = async () => {
      reader.arrange([-1]);
      reader.read(Int32Array.of(2));
      return reader.logits([0]);
    };
    const expected = [...(await first())];
    (await first()).fill(0);
    expect([...(await first())]).toEqual(expected);
  });
});
