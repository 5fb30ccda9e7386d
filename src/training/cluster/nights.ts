import type { Database } from '../../library/postgres/database.ts';
import { stored } from '../../library/postgres/stored-text.ts';

/** Whether this process is the one to run what a shift has due: the first of the cluster that asks. due: wall time, ms. */
export async function mayBeginNight(database: Database, shift: string, due: number): Promise<boolean> {
  return await database.transaction(async (statements) => {
    await statements.query("delete from fabulist.nights where at < now() - interval '8 days'");
    const rows = await statements.query(
      'insert into fabulist.nights (shift, due) values ($1, $2) on conflict do nothing returning shift',
      [stored(shift), due],
    );
    return rows.length === 1;
  });
}
