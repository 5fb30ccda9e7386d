import { once } from 'node:events';
import { seeded, story, versionFor } from './fixtures.ts';
import { openLibrary } from './open-library.ts';

/*
 * Once it is sent a message, stores without end and says what was acknowledged, one message each, until it is killed.
 * Started by kill.test.ts.
 */

const { seed, ...options } = JSON.parse(process.argv[2] ?? '') as {
  seed: number;
  dataFolder: string;
  starterFolder: string;
  url?: string;
};
const random = seeded(seed);
const library = await openLibrary(options);
const pick = <T>(things: readonly T[]): T => things[Math.floor(random() * things.length)] as T;
const say = (message: object) => process.send?.(message);
let count = 0;
/** A text that occurs once in all. Long enough to be written in more than one piece. */
const text = (what: string) => `${what} ${seed}-${++count}. ${'The mice ran. '.repeat(Math.floor(random() * 8_000))}`;

async function upload(): Promise<void> {
  const ref = { server: 'guild', name: pick(['a', 'b', 'c']) };
  const stories = Array.from({ length: 1 + Math.floor(random() * 3) }, () => story(text('story')));
  const { added } = await library.addStories(ref, stories, 'append');
  say({ kind: 'stories', name: ref.name, hashes: added.map(({ hash }) => hash) });
}

/** All stories of a clean start are of one generation, which their file names tell. */
async function startClean(): Promise<void> {
  const texts = Array.from({ length: 3 }, () => text('generation'));
  const generation = { seed, count };
  const stories = texts.map((one) => ({ ...story(one), fileName: JSON.stringify(generation) }));
  await library.addStories({ server: 'guild', name: 'clean' }, stories, 'clean');
  say({ kind: 'clean', ...generation });
}

async function train(): Promise<void> {
  const name = pick(['a', 'b']);
  const corpus = await library.corpus('guild', name);
  const claim = corpus && (await library.claimTraining(corpus));
  if (corpus === undefined || claim === undefined) return;
  await library.saveCheckpoint(corpus, { 'step.txt': Buffer.from(text('checkpoint')) }, claim);
  const { id } = await library.addVersion(corpus, versionFor(corpus, text('weights')), claim);
  say({ kind: 'version', name, id });
  if (random() < 0.5) await library.clearCheckpoint(corpus);
  await claim.release();
}

async function leave(): Promise<void> {
  const [name, by] = [pick(['a', 'leavers']), `leaver-${seed}-${++count}`];
  const secret = text(`secret of ${by}`);
  const { corpus } = await library.addStories({ server: 'guild', name }, [story(secret, by)], 'append');
  // In a corpus without other versions: these would push out acknowledged ones and then be gone themselves.
  if (name === 'leavers') await library.addVersion(corpus, versionFor(corpus, secret));
  await library.forget('guild', by);
  say({ kind: 'forgotten', secret: secret.slice(0, secret.indexOf('.')) });
}

async function note(): Promise<void> {
  await library.writeDocument('settings', 'counter', { seed, count: ++count });
  say({ kind: 'document', seed, count });
}

await once(process, 'message');
for (;;) await pick([upload, upload, upload, startClean, train, train, leave, note])();
