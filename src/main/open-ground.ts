import type { Config } from '../config.ts';
import type { Library } from '../library/library.ts';
import { type Ground, type GroundOptions, trainingOptions } from './ground.ts';

/** Everything on this machine: with `DATABASE_URL` the library is in the database, else in files. */
export async function openGround(options: GroundOptions): Promise<Ground> {
  const { config } = options;
  if (config.database !== undefined && options.stays === true) {
    const { openClusterGround } = await import('./cluster-ground.ts');
    return openClusterGround(options, config.database.url);
  }
  const library = await openLibrary(config);
  const { LocalTrainer } = await import('../training/local-trainer.ts');
  const trainer = new LocalTrainer({ library, ...trainingOptions(options), trainers: config.trainers });
  return {
    library,
    trainer,
    async takeUp() {
      await trainer.resume();
      return trainer.trainings();
    },
    report: (report, announcements) => announcements.report(report),
    receive: async () => undefined,
    nightly: {},
    check: async () => undefined,
    parts: [library, trainer],
  };
}

async function openLibrary({ dataFolder, starterFolder, database }: Config): Promise<Library> {
  if (database === undefined) {
    const { FileLibrary } = await import('../library/file-library.ts');
    return new FileLibrary({ dataFolder, starterFolder });
  }
  const { PostgresLibrary } = await import('../library/postgres/postgres-library.ts');
  return PostgresLibrary.open({ ...database, dataFolder, starterFolder });
}
