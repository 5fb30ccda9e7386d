import { expect, it } from 'vitest';
import { decodeModel } from '../../src/language/checkpoint.ts';
import { Random } from '../../src/language/random.ts';
import { trainerProcesses } from './children.ts';
import { house, request } from './house.ts';

const KILLS = 40;
/** A process of ours starts in about 400 ms here and trains for about as long: kills fall anywhere in both. */
const LATEST = 700;

it(`loses nothing when the trainer is killed at ${KILLS} random moments`, { timeout: 600_000 }, async () => {
  const { trainer, library, store } = house({ trainers: 2 });
  const random = new Random(20261124);
  const corpora = ['one', 'two'];
  const acknowledged = new Map<string, Set<string>>(corpora.map((name) => [name, new Set()]));
  let killed = 0;
  let finished = 0;
  let uploads = 0;

  /** Two kills a training: the third in a row would set the corpus aside, as it should. */
  const work = async (name: string) => {
    while (killed < KILLS) {
      const text = `${name} ${++uploads} went to the mill . the mill was old and the miller was ${uploads} years old .`;
      const corpus = await store(name, text);
      for (const { hash } of corpus.stories) acknowledged.get(name)?.add(hash);
      const training = await trainer.train(request(name, { options: { name: 'article', units: 24, iterations: 300 } }));
      let ended = false;
      void training.ended.then(() => {
        ended = true;
      });
      for (let kills = 0; kills < 2 && killed < KILLS && !ended; ) {
        await new Promise((resolve) => setTimeout(resolve, random.below(LATEST)));
        const [pid] = trainerProcesses();
        if (pid === undefined || ended) continue;
        process.kill(pid, 'SIGKILL');
        killed++;
        kills++;
      }
      const end = await training.ended;
      if (end.kind === 'finished') finished++;
      // The other corpus's kills may have hit this one too: asking again is what its person would do.
      else expect(end).toMatchObject({ kind: 'failed', setAside: true });
    }
  };
  await Promise.all(corpora.map(work));

  let lost = 0;
  for (const name of corpora) {
    const ref = { server: 'local', name };
    const last = await trainer.train(request(name, { options: { name: 'article', units: 24, iterations: 300 } }));
    expect(await last.ended).toMatchObject({ kind: 'finished' });
    const stored = new Set((await library.read(ref)).map(({ hash }) => hash));
    for (const hash of acknowledged.get(name) ?? []) if (!stored.has(hash)) lost++;
    const { versions, damaged, telling } = await library.versions(ref);
    expect(damaged).toEqual([]);
    expect(versions.some(({ id }) => id === telling)).toBe(true);
    for (const { id } of versions)
      expect(decodeModel(await library.readVersion(ref, id)).weights.length).toBeGreaterThan(0);
  }
  console.log(`acknowledged ${uploads}, lost ${lost}, killed ${killed}, trainings finished ${finished}`);
  expect(lost).toBe(0);
  // Two may fall at the very end together.
  expect(killed).toBeGreaterThanOrEqual(KILLS);
});
