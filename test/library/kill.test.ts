import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';
import { seeded } from './fixtures.ts';
import { filesBelow, filesWith, starterFolder, temporaryFolder } from './folders.ts';
import { type Child, startChild } from './processes.ts';

/*
 * Kills a storing process 60 times at moments drawn from a seed (FABULIST_SEED, else 1), and looks for what it had
 * acknowledged. 20 to 40 seconds. Does not cut the power: what SIGKILL leaves in the page cache is not lost, so that files are
 * synced is shown by durability.test.ts.
 */

type Message =
  | { kind: 'stories'; name: string; hashes: string[] }
  | { kind: 'clean'; seed: number; count: number }
  | { kind: 'version'; name: string; id: string }
  | { kind: 'forgotten'; secret: string }
  | { kind: 'document'; seed: number; count: number };

const KILLS = 60;

it(`loses nothing it acknowledged when it is killed ${KILLS} times`, { timeout: 120_000 }, async () => {
  const seed = Number(process.env.FABULIST_SEED ?? 1);
  const random = seeded(seed);
  const options = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder() };
  const library = new FileLibrary(options);
  const acknowledged: Message[] = [];
  let lost = 0;

  const start = (index: number) => startChild('storing-child.ts', { ...options, seed: seed * 1_000 + index });
  // The next one loads while the one before is at work, and begins when it is told to.
  let next = start(0);
  for (let index = 1; index <= KILLS; index++) {
    const child = await next;
    if (index < KILLS) next = start(index);
    child.send({ go: true });
    const fresh = await killSomewhen(child, random);
    acknowledged.push(...fresh);
    lost += await check(library, fresh);
  }

  for await (const _ of library.everyCorpus());
  lost += await check(library, acknowledged);
  for (const corpus of await library.corpora('guild')) await library.read(corpus);
  const secrets = acknowledged.flatMap((message) => (message.kind === 'forgotten' ? [message.secret] : []));
  for (const secret of secrets) lost += (await filesWith(options.dataFolder, `${secret}.`)).length;
  console.log(`acknowledged ${acknowledged.length}, lost ${lost}, killed ${KILLS} (seed ${seed})`);
  expect(lost).toBe(0);
  for (const kind of ['stories', 'clean', 'version', 'forgotten', 'document']) {
    expect(acknowledged.filter((message) => message.kind === kind).length).toBeGreaterThan(5);
  }
  await expectTidy(library, options.dataFolder);
});

/** Kills after a drawn number of acknowledgements and a drawn moment more; returns all that was acknowledged. */
async function killSomewhen(child: Child, random: () => number): Promise<Message[]> {
  const messages: Message[] = [];
  const enough = 1 + Math.floor(random() * 8);
  while (messages.length < enough) messages.push((await child.next()) as Message);
  // Not to wait for anything: the delay is what makes the moment any moment of a write.
  await new Promise((resolve) => setTimeout(resolve, random() * 12));
  await child.kill();
  for (let message = await child.next(); message !== undefined; message = await child.next()) {
    messages.push(message as Message);
  }
  return messages;
}

/** How much of what was acknowledged is not there, or not whole. Reads while locks of the dead are lying about. */
async function check(library: FileLibrary, messages: readonly Message[]): Promise<number> {
  let lost = 0;
  const stories = new Map<string, Set<string>>();
  const corpora = await library.corpora('guild');
  for (const { name, stories: records } of corpora) stories.set(name, new Set(records.map(({ hash }) => hash)));
  for (const name of ['a', 'b', 'leavers']) {
    const { versions, damaged } = await library.versions({ server: 'guild', name });
    lost += damaged.length;
    for (const { id } of versions) await library.readVersion({ server: 'guild', name }, id);
    const ids = messages.flatMap((message) =>
      message.kind === 'version' && message.name === name ? [message.id] : [],
    );
    // Pruned by five newer ones, or there. (Versions that learned from a leaver's story were forgotten: none of these.)
    for (const id of ids)
      if (!versions.some((version) => version.id === id)) lost += countNewer(versions, id) < 5 ? 1 : 0;
  }
  for (const message of messages) {
    if (message.kind === 'stories')
      lost += message.hashes.filter((hash) => !stories.get(message.name)?.has(hash)).length;
    if (message.kind === 'forgotten') {
      const texts = corpora.flatMap((corpus) => corpus.stories.map(({ fileName }) => fileName));
      lost += texts.some((fileName) => message.secret.startsWith(fileName)) ? 1 : 0;
    }
  }
  const clean = corpora.find(({ name }) => name === 'clean');
  const generations = new Set(clean?.stories.map(({ fileName }) => fileName));
  if (clean !== undefined && (clean.stories.length !== 3 || generations.size !== 1)) lost++;
  if (
    isBehind(
      JSON.parse([...generations][0] ?? 'null'),
      messages.findLast(({ kind }) => kind === 'clean'),
    )
  )
    lost++;
  const counter = await library.readDocument<Moment>('settings', 'counter');
  if (
    isBehind(
      counter,
      messages.findLast(({ kind }) => kind === 'document'),
    )
  )
    lost++;
  return lost;
}

interface Moment {
  readonly seed: number;
  readonly count: number;
}

/** What is there may be newer than what was acknowledged, never older. */
function isBehind(found: Moment | null | undefined, last: Message | undefined): boolean {
  if (last === undefined || !('seed' in last)) return false;
  if (found == null) return true;
  return found.seed < last.seed || (found.seed === last.seed && found.count < last.count);
}

function countNewer(versions: readonly { id: string }[], id: string): number {
  return versions.filter((version) => version.id > id).length;
}

/** After the nightly round, nothing of the killed is left. */
async function expectTidy(library: FileLibrary, dataFolder: string): Promise<void> {
  for (const tree of ['corpora', 'models']) {
    for (const server of await readdir(path.join(dataFolder, tree))) {
      const locks = await readdir(path.join(dataFolder, tree, server, '.locks')).catch(() => []);
      expect(locks).toEqual([]);
    }
  }
  const own = (await library.corpora('guild')).filter(({ server }) => server === 'guild');
  const listed = own.flatMap(({ stories }) => stories.map(({ hash }) => `${hash}.txt`));
  const files = (await filesBelow(path.join(dataFolder, 'corpora'))).filter((file) => file.endsWith('.txt'));
  expect(new Set(files.map((file) => path.basename(file)))).toEqual(new Set(listed));
}
