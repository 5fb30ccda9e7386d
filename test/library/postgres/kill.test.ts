import { describe, expect, it } from 'vitest';
import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { postgresPrograms, startPostgres } from '../../postgres.ts';
import { seeded } from '../fixtures.ts';
import { starterFolder, temporaryFolder } from '../folders.ts';
import { check, killSomewhen, type Message } from '../killing.ts';
import { startChild } from '../processes.ts';
import { tablesWith } from './tables.ts';

/*
 * As test/library/kill.test.ts, on PostgreSQL: kills a storing process at moments drawn from a seed (FABULIST_SEED, else
 * 1), and every eighth time the server itself, whose end the process has to ride out.
 */

const KILLS = 32;
const CRASHES = 8;

describe.skipIf(!postgresPrograms())('PostgresLibrary', () => {
  it(`loses nothing it acknowledged when process and server are killed ${KILLS} times`, {
    timeout: 180_000,
  }, async () => {
    const seed = Number(process.env.FABULIST_SEED ?? 1);
    const random = seeded(seed);
    const server = await startPostgres();
    try {
      const url = await server.database('kill');
      const options = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder(), url };
      const library = await PostgresLibrary.open(options);
      const acknowledged: Message[] = [];
      let lost = 0;
      let crashes = 0;
      const start = (index: number) => startChild('storing-child.ts', { ...options, seed: seed * 1_000 + index });
      let next = start(0);
      for (let index = 1; index <= KILLS; index++) {
        const child = await next;
        child.send({ go: true });
        if (index % CRASHES === 0) {
          await child.next();
          server.crash();
          crashes++;
        }
        // Not before: a process that begins while the server is away says so and ends.
        next = start(index);
        const fresh = await killSomewhen(child, random);
        acknowledged.push(...fresh);
        lost += await check(library, fresh);
      }
      await (await next).kill();
      lost += await check(library, acknowledged);
      for (const corpus of await library.corpora('guild')) await library.read(corpus);
      const secrets = acknowledged.flatMap((message) => (message.kind === 'forgotten' ? [message.secret] : []));
      for (const secret of secrets) lost += (await tablesWith(library, `${secret}.`)).length;
      console.log(
        `acknowledged ${acknowledged.length}, lost ${lost}, killed ${KILLS}, server crashed ${crashes} times`,
      );
      expect(lost).toBe(0);
      for (const kind of ['stories', 'clean', 'version', 'forgotten', 'document'])
        expect(acknowledged.filter((message) => message.kind === kind).length).toBeGreaterThan(2);
      // Nothing half-written: every bundle is a version's or a checkpoint's.
      const [orphans] = await library.database.query<{ count: string }>(
        `select count(*) from fabulist.bundles b where not exists (select from fabulist.versions where bundle = b.id)
           and not exists (select from fabulist.checkpoints where bundle = b.id)`,
      );
      expect(orphans?.count).toBe('0');
      await library.close();
    } finally {
      server.remove();
    }
  });
});
