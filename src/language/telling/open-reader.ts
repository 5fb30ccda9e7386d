import type { Engine } from '../../engine/engine.ts';
import type { Model } from '../model.ts';
import type { Reader } from '../reader.ts';
import type { RunIndex } from '../text/run-index.ts';
import { inTurns } from '../turns.ts';
import { BackOff } from '../window/back-off.ts';
import { TableReader } from '../window/table-reader.ts';
import { WindowTable } from '../window/window-table.ts';

/**
 * The reader for a kind of model, opened part after part, so that nobody waits for all of it. engine: null for a model that has its
 * predictions; index: of the model's text, where there is one already. Rejects with `storage` where those are not of its text.
 */
export async function openReader(engine: Engine | null, model: Model, index?: RunIndex): Promise<Reader> {
  const backOff = await inTurns(BackOff.building(model, index));
  const table = await inTurns(WindowTable.building(model));
  if (table && backOff) return new TableReader(model.recipe.window, table, backOff);
  if (!engine) throw new TypeError('A model without predictions cannot be read without an engine.');
  // Loaded here: tfjs-core takes longer to load than a story takes to be told from a table.
  const { openNetworkReader } = await import('./network-reader.ts');
  return openNetworkReader(engine, model, backOff);
}
