import * as tf from '@tensorflow/tfjs-core';
import type { RowTable, Tensor } from '../engine.ts';
import type { Attribute, Context } from './context.ts';

/** Writes rows, of each width (n, width), to places (n) int32 of tables (count, width), where those lie. */
export type PutRows = (tables: readonly Tensor[], rows: readonly Tensor[], places: Tensor) => void;

/** Tables whose rows are written where they lie. */
export class NativeRowTable implements RowTable {
  readonly #tables: readonly Tensor[];
  readonly #putRows: PutRows;

  constructor({ binding, run }: Context, count: number, widths: readonly number[], putRows: PutRows) {
    const type: Attribute = { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    // To fill them would take longer than the first story does.
    const unfilled: Attribute = { name: 'init', type: binding.TF_ATTR_BOOL, value: false };
    this.#tables = widths.map((width) => {
      const shape = tf.tensor1d([count, width], 'int32');
      const table = tf.keep(run('Empty', [type, unfilled], [shape], 1)[0] as Tensor);
      shape.dispose();
      return table;
    });
    this.#putRows = putRows;
  }

  /** The tables themselves, (count, width) each. */
  get whole(): readonly Tensor[] {
    return this.#tables;
  }

  find(places: Int32Array): { rows: readonly Tensor[]; places: Tensor } {
    return { rows: this.#tables, places: tf.tensor1d(places, 'int32') };
  }

  put(rows: readonly Tensor[], places: Int32Array): void {
    tf.tidy(() => this.#putRows(this.#tables, rows, tf.tensor1d(places, 'int32')));
  }

  dispose(): void {
    tf.dispose([...this.#tables]);
  }
}
