import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Library, TrainingClaim } from '../../../src/library/library.ts';
import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../postgres.ts';
import { HOSTILE } from '../contract-context.ts';
import { story, versionFor } from '../fixtures.ts';

const SECRET = 'what only the guild may know';
const mice = { server: 'guild', name: 'Mice' };
/** Other ids, such that a careless statement would take for the guild's, or for all. */
const OTHERS = [...HOSTILE, 'Guild', 'guild ', ' guild', 'guil_', '%', 'guild%', "guild' or '1'='1", 'other'];

type Kept = { library: Library; versionId: string; claim: TrainingClaim };

/** Every call of the library that takes a server or a corpus, as another server makes it. */
const CALLS: Record<string, (server: string, kept: Kept) => Promise<unknown>> = {
  corpora: (server, { library }) => library.corpora(server),
  corpus: (server, { library }) => library.corpus(server, 'Mice'),
  addStories: (server, { library }) => library.addStories({ server, name: 'Mice' }, [story('own')], 'clean'),
  read: (server, { library }) => library.read({ server, name: 'Mice' }),
  state: (server, { library }) => library.state({ server, name: 'Mice' }),
  restore: async (server, { library }) => {
    const state = await library.state(mice);
    if (state) await library.restore({ ...state, server, stories: [] }, new Map());
  },
  versions: (server, { library }) => library.versions({ server, name: 'Mice' }),
  readVersion: (server, { library, versionId }) => library.readVersion({ server, name: 'Mice' }, versionId),
  tellFrom: (server, { library, versionId }) => library.tellFrom({ server, name: 'Mice' }, versionId),
  addVersion: async (server, { library, claim }) => {
    const corpus = await library.corpus('guild', 'Mice');
    if (corpus) await library.addVersion({ server, name: 'Mice' }, versionFor(corpus, 'theirs'), claim);
  },
  claimTraining: async (server, { library }) => (await library.claimTraining({ server, name: 'Mice' }))?.release(),
  saveCheckpoint: (server, { library, claim }) =>
    library.saveCheckpoint({ server, name: 'Mice' }, { a: Buffer.from('theirs') }, claim),
  readCheckpoint: (server, { library }) => library.readCheckpoint({ server, name: 'Mice' }),
  clearCheckpoint: (server, { library }) => library.clearCheckpoint({ server, name: 'Mice' }),
  forget: (server, { library }) => library.forget(server, 'ann'),
  deleteCorpus: (server, { library }) => library.deleteCorpus({ server, name: 'Mice' }),
};

describe.skipIf(!postgresPrograms())('PostgresLibrary, asked with the id of another server', () => {
  let server: Postgres;
  let library: PostgresLibrary;
  let kept: Kept;

  beforeAll(async () => {
    server = await startPostgres();
    const folder = await mkdtemp(join(tmpdir(), 'fabulist-isolation-'));
    const folders = { dataFolder: folder, starterFolder: folder };
    library = await PostgresLibrary.open({ url: await server.database('isolation'), ...folders });
    const { corpus } = await library.addStories(mice, [story(SECRET)], 'append');
    const { id } = await library.addVersion(mice, versionFor(corpus, SECRET));
    const claim = (await library.claimTraining(mice)) as TrainingClaim;
    await library.saveCheckpoint(mice, { 'text.txt': Buffer.from(SECRET) }, claim);
    kept = { library, versionId: id, claim };
    return async () => {
      await library.close();
      server.remove();
      await rm(folder, { recursive: true });
    };
  });

  const guilds = async () => [
    await library.state(mice),
    await library.read(mice),
    await library.versions(mice),
    await library.readCheckpoint(mice),
    kept.claim.held(),
  ];

  it.each(Object.keys(CALLS))('%s gives nothing of it away and changes nothing of it', async (name) => {
    const before = await guilds();
    for (const other of OTHERS) {
      const answer = await CALLS[name]?.(other, kept).catch((error: unknown) => String(error));
      expect(JSON.stringify(answer) ?? '', `${name} of ${JSON.stringify(other)}`).not.toContain(SECRET.slice(0, 12));
    }
    expect(await guilds()).toEqual(before);
  });

  it('has been tried in every call there is (a check of this test itself)', () => {
    const methods = Object.getOwnPropertyNames(PostgresLibrary.prototype);
    const ofNobody = ['constructor', 'everyCorpus', 'close'];
    expect(methods.filter((name) => !ofNobody.includes(name)).sort()).toEqual(Object.keys(CALLS).sort());
  });
});
