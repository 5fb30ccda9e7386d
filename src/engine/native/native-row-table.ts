import * as tf from '@tensorflow/tfjs-core';
import type { Factors, RowTable, Tensor } from '../engine.ts';
import type { Attribute, Context } from './context.ts';

/** Writes rows, of each width (n, width), to places (n) int32 of tables (count, width), where those lie. */
export type PutRows = (tables: readonly Tensor[], rows: readonly Tensor[], places: Tensor) => void;

/** Writes the rows of a product (n, width) to places (n) int32 of a table (count, width), where that lies. */
export type PutProduct = (table: Tensor, product: Factors, places: Tensor) => void;

/** How rows are written. */
export interface Putting {
  readonly rows: PutRows;
  readonly product: PutProduct;
}

/** Tables whose rows are written where they lie. */
export class NativeRowTable implements RowTable {
  readonly #tables: readonly Tensor[];
  readonly #put: Putting;

  constructor({ binding, run }: Context, count: number, widths: readonly number[], put: Putting) {
    const type: Attribute = { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    // To fill them would take longer than the first story does.
    const unfilled: Attribute = { name: 'init', type: binding.TF_ATTR_BOOL, value: false };
    this.#tables = tf.tidy(() => {
      const tables = widths.map((width) => {
        const shape = tf.tensor1d([count, width], 'int32');
        return run('Empty', [type, unfilled], [shape], 1)[0] as Tensor;
      });
      // Once all are there: where there is no room for one, the tidy takes the others back.
      return tables.map((table) => tf.keep(table));
    });
    this.#put = put;
  }

  /** The tables themselves, (count, width) each. */
  get whole(): readonly Tensor[] {
    return this.#tables;
  }

  find(places: Int32Array): { rows: readonly Tensor[]; places: Tensor } {
    return { rows: this.#tables, places: tf.tensor1d(places, 'int32') };
  }

  put(rows: readonly (Tensor | Factors)[], places: Int32Array): void {
    tf.tidy(() => {
      const to = tf.tensor1d(places, 'int32');
      const whole: [table: Tensor, rows: Tensor][] = [];
      for (const [k, own] of rows.entries()) {
        const table = this.#tables[k] as Tensor;
        if ('left' in own) this.#put.product(table, own, to);
        else whole.push([table, own]);
      }
      if (whole.length === 0) return;
      this.#put.rows(
        whole.map(([table]) => table),
        whole.map(([, own]) => own),
        to,
      );
    });
  }

  dispose(): void {
    tf.dispose([...this.#tables]);
  }
}
